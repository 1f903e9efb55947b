#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// Where a ClickHouse server is: http or https, a host, perhaps a port and a path.
class ServerUrl {
 public:
  /// Errors: kInvalidInput for anything else; for a user or a password within it, too, without repeating it.
  static Result<ServerUrl> parse(std::string_view text);

  /// Without a slash or a question mark at its end.
  const std::string& text() const { return text_; }
  /// Whether it is this machine: localhost, 127.x or ::1.
  bool is_loopback() const { return loopback_; }

 private:
  ServerUrl(std::string text, bool loopback) : text_(std::move(text)), loopback_(loopback) {}
  std::string text_;
  bool loopback_;
};

}  // namespace gapless
