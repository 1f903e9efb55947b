#pragma once

#include <string>
#include <string_view>

namespace gapless {

/// The parts of an access log's line, viewing it. Quoted parts still have their escapes.
struct LogLine {
  std::string_view vhost;  ///< empty unless the line begins with "VHOST:PORT "
  std::string_view host;
  std::string_view time;  ///< between the brackets
  std::string_view request;
  int status = 0;
  bool has_agent = false;  ///< the combined formats; else referer and agent are empty
  std::string_view referer = {};
  std::string_view agent = {};
};

/// Splits a line of the Common, Combined or vhost_combined Log Format; `line` must be UTF-8. Returns nullptr, or a text
/// that says what is wrong with the line (then `parts` is unspecified).
const char* split_log_line(std::string_view line, LogLine& parts);

/// The value of a quoted part: \" and \\ are escapes, \xHH is a byte, what is not UTF-8 afterwards becomes U+FFFD. The
/// result views `quoted` where it has no escapes, else `scratch`.
std::string_view unescape(std::string_view quoted, std::string& scratch);

}  // namespace gapless
