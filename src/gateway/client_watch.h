#pragma once

#include <functional>
#include <stop_token>
#include <thread>

#include "http/handler.h"

namespace gapless::gateway {

/// Looks whether a client is still there while its statement runs: what nobody waits for any more is stopped.
class ClientWatch {
 public:
  /// `writer` must outlive it.
  ClientWatch(const http::ReplyWriter& writer, const std::stop_token& server_stops);

  /// Requested when the client has gone, or the server stops.
  std::stop_token stop() const { return gone_.get_token(); }

 private:
  std::stop_source gone_;
  std::stop_callback<std::function<void()>> server_stops_;
  std::jthread thread_;
};

}  // namespace gapless::gateway
