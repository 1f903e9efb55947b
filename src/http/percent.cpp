#include "http/percent.h"

#include <fmt/format.h>

#include <algorithm>

#include "util/ascii.h"

namespace gapless::http {

std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus) {
  auto decoded = percent_decoded_bytes(text, plus);
  if (decoded && std::ranges::any_of(*decoded, is_control)) return std::nullopt;
  return decoded;
}

std::optional<std::string> percent_decoded_bytes(std::string_view text, PlusSign plus) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus == PlusSign::kIsSpace) c = ' ';
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      if (!is_hex(text[i + 1]) || !is_hex(text[i + 2])) return std::nullopt;
      c = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
    decoded += c;
  }
  return decoded;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_alphanumeric(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace gapless::http
