#pragma once

#include <cstddef>
#include <string_view>

namespace gapless {

/// As text.find_first_of(…), which the standard library makes a call for every character of the text.
template <char... wanted>
constexpr std::size_t find_any(std::string_view text, std::size_t from = 0) {
  for (std::size_t i = from; i < text.size(); ++i) {
    if (((text[i] == wanted) || ...)) return i;
  }
  return std::string_view::npos;
}

}  // namespace gapless
