#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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

/// An entry of a table of tokens: one of some scopes, a colon and the SHA-256 of the token; the key names its user. Replaces
/// one of the same name. The message does not repeat what may be a token.
template <class Token>
Status add_token(std::vector<Token>& tokens, const GivenValue& value, const std::vector<std::string_view>& scopes,
                 Token (*make)(std::string name, std::string sha256, std::string_view scope)) {
  const std::string_view text = value.text;
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view scope = text.substr(0, colon), sha256 = text.substr(std::min(colon + 1, text.size()));
  const bool is_hash = sha256.size() == 64 && sha256.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!is_hash || std::ranges::find(scopes, scope) == scopes.end())
    return fail(Fault::kInvalidInput,
                fmt::format("{} must be {}: and the SHA-256 of a token in 64 hexadecimal digits (from {}):"
                            " TOKEN=$(openssl rand -hex 32) makes one, printf %s \"$TOKEN\" | sha256sum its SHA-256",
                            value.key, fmt::join(scopes, ": or "), value.origin));
  std::string name = value.key.substr(value.key.rfind('.') + 1);
  std::erase_if(tokens, [&](const Token& one) { return one.name == name; });
  tokens.push_back(make(std::move(name), std::string(sha256), scope));
  return {};
}

/// What may be shown of such an entry.
inline std::string scope_alone(std::string_view text) { return std::string(text.substr(0, text.find(':'))); }

/// What may be shown of a secret.
inline std::string hidden(std::string_view text) { return text.empty() ? "" : "***"; }

}  // namespace gapless
