#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gapless {

/// Finds which of a fixed set of lower-case texts occur in another, in one pass (Aho and Corasick's automaton).
/// Thread-safe once built.
class TextMatcher {
 public:
  explicit TextMatcher(const std::vector<std::string>& words);

  /// The places in `words` of those that occur in `text`, whose ASCII letters count as lower case; sorted, each once.
  std::vector<int> find_in(std::string_view text) const;

 private:
  std::uint32_t& next(std::uint32_t state, std::uint8_t symbol) { return next_[state * symbols_ + symbol]; }
  std::uint32_t add_state();
  void link_states();

  std::array<std::uint8_t, 256> symbol_of_{};  ///< bytes that occur in no word share symbol 0
  std::uint32_t symbols_ = 1;
  std::vector<std::uint32_t> next_;
  std::vector<int> word_;               ///< the word that ends in a state, or -1
  std::vector<std::uint32_t> shorter_;  ///< the nearest state that is a suffix of this one and ends a word, or 0
};

}  // namespace gapless
