#pragma once

#include <chrono>
#include <string>

#include "api/endpoint.h"

namespace gapless::api {

struct ReplyFrame {
  std::size_t content_length = 0;  ///< of the body; of no account to a stream of events, which ends with the connection
  bool keep_alive = true;
  std::chrono::system_clock::time_point now;
};

/// Status line and headers, the empty line included. Line ends in a header's value become spaces.
std::string head_text(const Reply& reply, const ReplyFrame& frame);

/// An event as text/event-stream writes it. Data of several lines stays several lines.
std::string event_text(const Event& event);

}  // namespace gapless::api
