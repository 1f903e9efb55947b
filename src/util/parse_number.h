#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace gapless {

/// The number that a text is, all of it. None for any other text: with a space or a plus before it, out of range, empty.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace gapless
