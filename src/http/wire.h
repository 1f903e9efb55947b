#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "http/handler.h"

namespace gapless::http {

struct ReplyFrame {
  /// Of the body; none for one that is begun, whose length nobody knows yet.
  std::optional<std::size_t> content_length = {};
  bool is_chunked = false;
  bool keep_alive = true;
  std::chrono::system_clock::time_point now;
};

/// Status line and headers, the empty line included. Line ends in a header's value become spaces.
std::string head_text(const Reply& reply, const ReplyFrame& frame);

/// The text with a space for each control character.
std::string in_one_line(std::string_view text);

}  // namespace gapless::http
