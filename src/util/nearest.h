#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace gapless {

/// The name that a misspelt text most likely stands for: the one that differs in the fewest characters (inserted, left
/// out, exchanged for another or with their neighbour), or that alone begins with the text. None where nothing is near.
std::optional<std::string_view> nearest(std::string_view text, const std::vector<std::string_view>& names);

}  // namespace gapless
