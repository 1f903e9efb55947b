#include "engine/tokens.h"

#include <algorithm>
#include <optional>

namespace gapless {
namespace {

constexpr std::string_view kWordCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text), size_(text.size()) {}

  std::optional<SqlToken> next() {
    skip_blanks();
    if (rest_.empty()) return std::nullopt;
    const std::size_t begin = size_ - rest_.size();
    const char first = rest_.front();
    SqlToken token{std::string(1, first), depth_, begin, 0};
    if (const auto length = std::min(rest_.find_first_not_of(kWordCharacters), rest_.size())) {
      token.text = take(length);
      std::ranges::transform(token.text, token.text.begin(),
                             [](unsigned char c) { return static_cast<char>(toupper(c)); });
    } else if (first == '\'' || first == '"' || first == '`') {
      skip_quoted(first);
    } else if (first != '$' || !skip_heredoc()) {
      take(1);
      if (first == '(' || first == '[' || first == '{') ++depth_;
      if (first == ')' || first == ']' || first == '}') --depth_;
    }
    token.depth = depth_;
    token.end = size_ - rest_.size();
    return token;
  }

 private:
  std::string_view take(std::size_t length) {
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  /// Past the next `end`, or to the end of the text.
  void skip_past(std::string_view end) {
    const std::size_t at = rest_.find(end);
    take(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  void skip_blanks() {
    for (;;) {
      take(std::min(rest_.find_first_not_of(" \t\r\n\f\v"), rest_.size()));
      if (rest_.starts_with("--") || rest_.starts_with("#!") || rest_.starts_with("# ")) {
        skip_past("\n");
      } else if (rest_.starts_with("/*")) {
        skip_past("*/");
      } else {
        return;
      }
    }
  }

  /// A doubled quote within begins, as far as this goes, another string: nothing outside changes.
  void skip_quoted(char quote) {
    take(1);
    while (!rest_.empty()) {
      const char character = take(1).front();
      if (character == '\\') {
        take(1);
      } else if (character == quote) {
        return;
      }
    }
  }

  /// $tag$ … $tag$
  bool skip_heredoc() {
    const std::size_t end = rest_.find_first_not_of(kWordCharacters, 1);
    if (end == std::string_view::npos || rest_[end] != '$') return false;
    const std::string_view tag = take(end + 1);
    skip_past(tag);
    return true;
  }

  std::string_view rest_;
  std::size_t size_;
  int depth_ = 0;
};

}  // namespace

bool SqlToken::is_word() const { return kWordCharacters.find(text.front()) != std::string_view::npos; }

std::vector<SqlToken> sql_tokens(std::string_view text) {
  std::vector<SqlToken> all;
  for (Tokens tokens(text); auto token = tokens.next();) all.push_back(std::move(*token));
  return all;
}

bool is_format_clause(const std::vector<SqlToken>& tokens, std::size_t at) {
  if (tokens[at].text != "FORMAT" || at + 1 >= tokens.size() || !tokens[at + 1].is_word()) return false;
  return at + 2 == tokens.size() || tokens[at + 2].text == ";" || tokens[at + 2].text == "SETTINGS";
}

}  // namespace gapless
