#include "util/nearest.h"

#include <algorithm>

namespace gapless {
namespace {

/// The edit distance with exchanges of neighbours (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t exchanged = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, exchanged});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  return table[a.size()][b.size()];
}

std::optional<std::string_view> only_one_that_begins_with(std::string_view text,
                                                          const std::vector<std::string_view>& names) {
  std::optional<std::string_view> found;
  for (const std::string_view name : names) {
    if (!name.starts_with(text)) continue;
    if (found) return std::nullopt;
    found = name;
  }
  return found;
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view text, const std::vector<std::string_view>& names) {
  constexpr std::size_t kLongestText = 100;  // nobody misspells more, and the table is square
  constexpr std::size_t kShortestBeginning = 3;
  if (text.size() > kLongestText) return std::nullopt;
  std::size_t least = std::clamp<std::size_t>(text.size() / 3, 1, 3) + 1;
  std::optional<std::string_view> best;
  for (const std::string_view name : names) {
    const std::size_t differs = distance(text, name);
    // A text of one or two characters is near to everything short: it must share a character at least.
    if (differs < least && differs < std::max(text.size(), name.size())) {
      least = differs;
      best = name;
    }
  }
  if (!best && text.size() >= kShortestBeginning) best = only_one_that_begins_with(text, names);
  return best;
}

}  // namespace gapless
