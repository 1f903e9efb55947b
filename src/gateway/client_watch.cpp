#include "gateway/client_watch.h"

#include <chrono>

#include "util/waiting.h"

namespace gapless::gateway {

ClientWatch::ClientWatch(const http::ReplyWriter& writer, const std::stop_token& server_stops)
    : server_stops_(server_stops, [this] { gone_.request_stop(); }),
      thread_([this, &writer](const std::stop_token& over) {
        while (wait_unless_stopped(std::chrono::milliseconds(250), over))
          if (writer.is_client_gone()) gone_.request_stop();
      }) {}

}  // namespace gapless::gateway
