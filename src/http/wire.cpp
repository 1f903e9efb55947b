#include "http/wire.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "util/ascii.h"

namespace gapless::http {

std::string in_one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, is_control, ' ');
  return line;
}

std::string head_text(const Reply& reply, const ReplyFrame& frame) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\nServer: gapless\r\n", reply.status,
                  title(reply.status), fmt::gmtime(std::chrono::system_clock::to_time_t(frame.now)));
  const auto add = [&](std::string_view name, std::string_view value) {
    text += fmt::format("{}: {}\r\n", name, in_one_line(value));
  };
  if (reply.status != 204 && reply.status != 304) {
    if (!reply.content_type.empty() && frame.content_length != 0) add("Content-Type", reply.content_type);
    if (frame.content_length) add("Content-Length", std::to_string(*frame.content_length));
    if (frame.is_chunked) add("Transfer-Encoding", "chunked");
  }
  for (const auto& [name, value] : reply.headers) add(name, value);
  if (!frame.keep_alive) add("Connection", "close");
  return text + "\r\n";
}

}  // namespace gapless::http
