#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gapless {

/// A text in ClickHouse's escaped form, as a TabSeparated field and as the value of a {name:String} parameter: no tab,
/// line feed, carriage return, NUL, backspace or form feed in it, and no bare backslash. Any bytes, valid UTF-8 or not.
std::string tsv_escape(std::string_view text);

/// A text as a literal within ['…']: quoted, and escaped once.
std::string text_literal(std::string_view text);

/// What an escaped field says. None where it ends within an escape, or holds one that ClickHouse does not write.
std::optional<std::string> tsv_unescape(std::string_view field);

}  // namespace gapless
