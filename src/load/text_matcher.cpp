#include "load/text_matcher.h"

#include <algorithm>

#include "load/utf8.h"
#include "util/ascii.h"

namespace gapless {

TextMatcher::TextMatcher(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    for (const char c : word) {
      std::uint8_t& symbol = symbol_of_[static_cast<unsigned char>(c)];
      if (symbol == 0) symbol = static_cast<std::uint8_t>(symbols_++);
    }
  }
  for (char c = 'A'; c <= 'Z'; ++c) {
    symbol_of_[static_cast<unsigned char>(c)] = symbol_of_[static_cast<unsigned char>(ascii_lower(c))];
  }
  add_state();
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint32_t state = 0;
    for (const char c : words[i]) {
      const std::uint8_t symbol = symbol_of_[static_cast<unsigned char>(c)];
      if (next(state, symbol) == 0) {
        const std::uint32_t added = add_state();
        next(state, symbol) = added;
      }
      state = next(state, symbol);
    }
    word_[state] = static_cast<int>(i);
  }
  link_states();
}

std::uint32_t TextMatcher::add_state() {
  next_.resize(next_.size() + symbols_);
  word_.push_back(-1);
  shorter_.push_back(0);
  return static_cast<std::uint32_t>(word_.size() - 1);
}

// Breadth first: a state's longest proper suffix is complete before the state itself is looked at.
void TextMatcher::link_states() {
  std::vector<std::uint32_t> suffix(word_.size());
  std::vector<std::uint32_t> queue{0};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::uint32_t state = queue[i];
    if (state != 0) shorter_[state] = word_[suffix[state]] >= 0 ? suffix[state] : shorter_[suffix[state]];
    for (std::uint32_t symbol = 0; symbol < symbols_; ++symbol) {
      const auto s = static_cast<std::uint8_t>(symbol);
      const std::uint32_t fallback = state == 0 ? 0 : next(suffix[state], s);
      if (next(state, s) == 0) {
        next(state, s) = fallback;
      } else {
        suffix[next(state, s)] = fallback;
        queue.push_back(next(state, s));
      }
    }
  }
}

std::vector<int> TextMatcher::find_in(std::string_view text) const {
  std::vector<int> found;
  std::uint32_t state = 0;
  for (const char c : text) {
    state = next_[state * symbols_ + symbol_of_[static_cast<unsigned char>(c)]];
    for (std::uint32_t at = word_[state] >= 0 ? state : shorter_[state]; at != 0; at = shorter_[at]) {
      found.push_back(word_[at]);
    }
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace gapless
