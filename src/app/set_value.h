#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/setting_table.h"
#include "cli/parser.h"
#include "util/nearest.h"

namespace gapless {

// What the tables of settings apply their values with.

inline tl::unexpected<Error> must_be(const GivenValue& value, std::string_view what) {
  return fail(Fault::kInvalidInput,
              fmt::format("{} must be {}, not '{}' (from {})", value.key, what, value.text, value.origin));
}

template <class T, class U>
Status set(T& target, const U& read, const GivenValue& value) {
  if (!read) return must_be(value, read.error());
  target = static_cast<T>(*read);
  return {};
}

/// One of some words, each of which stands for a value.
template <class T>
Status choose(T& target, const GivenValue& value, const std::vector<std::pair<std::string_view, T>>& choices) {
  std::vector<std::string_view> words;
  for (const auto& [word, meaning] : choices) {
    words.push_back(word);
    if (word != value.text) continue;
    target = meaning;
    return {};
  }
  const auto meant = nearest(value.text, words);
  return must_be(value, alternatives(words) + (meant ? fmt::format(" (did you mean {}?)", *meant) : ""));
}

inline Status set_path(std::filesystem::path& target, const GivenValue& value) {
  if (value.text.empty()) return must_be(value, "a path");
  target = value.text;
  return {};
}

/// What may be shown of a secret.
inline std::string hidden(std::string_view text) { return text.empty() ? "" : "***"; }

}  // namespace gapless
