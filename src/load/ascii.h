#pragma once

#include <string_view>

namespace gapless {

// Of bytes, whatever the locale.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
/// Of a byte for which is_hex() holds.
constexpr unsigned hex_value(char c) { return static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10); }

/// What a UTF-8 file may begin with; no part of its text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace gapless
