#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gapless {

bool is_utf8(std::string_view bytes);

/// Appends the bytes with one U+FFFD for each maximal invalid part (Unicode's "substitution of maximal subparts", as
/// most decoders do it): a sequence that breaks off is one part, a byte that can begin none is one part.
void append_as_utf8(std::string_view bytes, std::string& out);

/// The text itself where it is UTF-8; else repaired into `scratch`, which the result then views.
std::string_view as_utf8(std::string_view bytes, std::string& scratch);

/// The length in bytes of the white space character (Unicode's White_Space, and U+001C to U+001F) at the front; 0 where
/// there is none.
std::size_t space_length(std::string_view text);

/// What a UTF-8 file may begin with; no part of its text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The text in quotes for a message: control characters and bytes that are not UTF-8 made visible, and cut with "…"
/// where it is longer than `longest` bytes.
std::string shown(std::string_view text, std::size_t longest = 60);

}  // namespace gapless
