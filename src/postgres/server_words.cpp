#include "postgres/server_words.h"

#include <algorithm>

namespace gapless {

std::string in_one_line(std::string_view message) {
  std::string line;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    std::string_view part = message.substr(0, end);
    message.remove_prefix(std::min(end + 1, message.size()));
    if (part.starts_with("LINE ")) break;
    if (part.empty() || part.starts_with('\t')) continue;
    if (part.starts_with("ERROR:  ")) part.remove_prefix(8);
    line += (line.empty() ? "" : "; ") + std::string(part);
  }
  return line;
}

}  // namespace gapless
