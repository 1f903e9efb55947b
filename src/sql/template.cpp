#include "sql/template.h"

namespace gapless::sql {
namespace {

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

}  // namespace

std::string expand(std::string_view text, std::initializer_list<std::pair<std::string_view, std::string>> values) {
  std::string out;
  out.reserve(text.size() * 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      out += text[i];
      continue;
    }
    std::size_t end = i + 1;
    while (end < text.size() && is_name_character(text[end])) ++end;
    const std::string_view name = text.substr(i + 1, end - i - 1);
    std::string_view replacement = text.substr(i, end - i);
    for (const auto& [key, value] : values)
      if (key == name) replacement = value;
    out += replacement;
    i = end - 1;
  }
  return out;
}

}  // namespace gapless::sql
