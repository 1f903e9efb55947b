#include "load/utf8.h"

#include <fmt/format.h>
#include <simdjson.h>

namespace gapless {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Sequence {
  std::size_t length;  ///< bytes to take
  bool valid;
};

bool in(unsigned char byte, unsigned char low, unsigned char high) { return byte >= low && byte <= high; }

/// The well-formed sequence at the front, or the maximal part of one (Unicode 15, table 3-7).
Sequence sequence_at(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (!in(lead, 0xC2, 0xF4)) return {1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (bytes.size() < 2 || !in(byte(1), low, high)) return {1, false};
  for (std::size_t i = 2; i < length; ++i) {
    if (i >= bytes.size() || !in(byte(i), 0x80, 0xBF)) return {i, false};
  }
  return {length, true};
}

}  // namespace

bool is_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

void append_as_utf8(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const Sequence sequence = sequence_at(bytes);
    out += sequence.valid ? bytes.substr(0, sequence.length) : kReplacement;
    bytes.remove_prefix(sequence.length);
  }
}

std::string_view as_utf8(std::string_view bytes, std::string& scratch) {
  if (is_utf8(bytes)) return bytes;
  scratch.clear();
  append_as_utf8(bytes, scratch);
  return scratch;
}

std::size_t space_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  if (first < 0x80) return first == ' ' || (first >= 0x09 && first <= 0x0D) || (first >= 0x1C && first <= 0x1F) ? 1 : 0;
  if (first == 0xC2) return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;
  const unsigned rest = byte(1) << 8 | byte(2);
  switch (first) {
    case 0xE1: return rest == 0x9A80 ? 3 : 0;
    case 0xE2:
      return (rest >= 0x8080 && rest <= 0x808A) || rest == 0x80A8 || rest == 0x80A9 || rest == 0x80AF || rest == 0x819F
                 ? 3
                 : 0;
    case 0xE3: return rest == 0x8080 ? 3 : 0;
    default: return 0;
  }
}

std::string shown(std::string_view text, std::size_t longest) {
  std::string out = "'";
  std::string_view rest = text;
  while (!rest.empty() && text.size() - rest.size() < longest) {
    const Sequence sequence = sequence_at(rest);
    const auto first = static_cast<unsigned char>(rest.front());
    const bool control = first < 0x20 || first == 0x7F || (first == 0xC2 && sequence.length == 2 && rest[1] < '\xA0');
    if (sequence.valid && !control) {
      out += rest.substr(0, sequence.length);
    } else {
      for (const char c : rest.substr(0, sequence.length))
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    rest.remove_prefix(sequence.length);
  }
  out += rest.empty() ? "'" : "…'";
  return out;
}

}  // namespace gapless
