#pragma once

#include <string>
#include <string_view>

namespace gapless {

/// Any bytes as text that PostgreSQL takes: zero bytes, what is not UTF-8, and backslashes are written as \xHH. Other text
/// stays as it is, so that people can read it.
std::string storable(std::string_view bytes);
/// The bytes again.
std::string restored(std::string_view stored);

/// Any bytes as a bytea in its hexadecimal form, and again.
std::string to_bytea(std::string_view bytes);
std::string from_bytea(std::string_view text);

}  // namespace gapless
