#include "state/postgres/text_value.h"

#include <cstdint>

namespace gapless {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

void append_hex(std::string& text, unsigned char byte) {
  text += kDigits[byte >> 4U];
  text += kDigits[byte & 15U];
}

unsigned digit(char c) { return static_cast<unsigned>(kDigits.find(c)); }

char byte_of(char high, char low) { return static_cast<char>(digit(high) << 4U | digit(low)); }

/// The bytes of the UTF-8 character at the text's beginning; 0 where there is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < size) return 0;
  std::uint32_t code = byte(0) & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool too_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  return too_long || is_surrogate || code > 0x10ffff ? 0 : size;
}

}  // namespace

std::string storable(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t size = bytes[0] == '\0' || bytes[0] == '\\' ? 0 : character_size(bytes);
    if (size > 0) {
      text += bytes.substr(0, size);
    } else {
      text += "\\x";
      append_hex(text, static_cast<unsigned char>(bytes[0]));
    }
    bytes.remove_prefix(size > 0 ? size : 1);
  }
  return text;
}

std::string restored(std::string_view stored) {
  std::string bytes;
  bytes.reserve(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i)
    if (stored[i] == '\\' && i + 3 < stored.size() && stored[i + 1] == 'x') {
      bytes += byte_of(stored[i + 2], stored[i + 3]);
      i += 3;
    } else {
      bytes += stored[i];
    }
  return bytes;
}

std::string to_bytea(std::string_view bytes) {
  std::string text = "\\x";
  text.reserve(2 + 2 * bytes.size());
  for (const char byte : bytes) append_hex(text, static_cast<unsigned char>(byte));
  return text;
}

std::string from_bytea(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) bytes += byte_of(text[i], text[i + 1]);
  return bytes;
}

}  // namespace gapless
