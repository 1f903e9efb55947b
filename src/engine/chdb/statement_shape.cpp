#include "engine/chdb/statement_shape.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace gapless {
namespace {

constexpr std::string_view kWordCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

struct Token {
  std::string text;  ///< a word in upper case; else the one character; for a string or a quoted name, its quote
  int depth = 0;     ///< how many brackets are open around it
};

/// The tokens of a text, as far as they matter here.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) {}

  std::optional<Token> next() {
    skip_blanks();
    if (rest_.empty()) return std::nullopt;
    const char first = rest_.front();
    if (const auto length = std::min(rest_.find_first_not_of(kWordCharacters), rest_.size())) {
      std::string word(take(length));
      std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(toupper(c)); });
      return Token{std::move(word), depth_};
    }
    if (first == '\'' || first == '"' || first == '`') {
      skip_quoted(first);
    } else if (first != '$' || !skip_heredoc()) {
      take(1);
      if (first == '(' || first == '[' || first == '{') ++depth_;
      if (first == ')' || first == ']' || first == '}') --depth_;
    }
    return Token{std::string(1, first), depth_};
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
  int depth_ = 0;
};

bool is_word(const Token& token) { return kWordCharacters.find(token.text.front()) != std::string_view::npos; }

/// Whether a word is where a table's name stands, and so no keyword.
bool names_a_table(std::string_view previous) {
  return previous == "INTO" || previous == "TABLE" || previous == "FUNCTION" || previous == ".";
}

/// FORMAT Name, and then nothing more than SETTINGS; elsewhere it is a column's or a function's name.
bool is_format_clause(const std::vector<Token>& tokens, std::size_t at) {
  if (tokens[at].text != "FORMAT" || at + 1 >= tokens.size() || !is_word(tokens[at + 1])) return false;
  return at + 2 == tokens.size() || tokens[at + 2].text == ";" || tokens[at + 2].text == "SETTINGS";
}

/// Whether rows, or FORMAT that announces them, stand where a SELECT might have; a SELECT at any depth may be the source.
bool has_rows(const std::vector<Token>& tokens) {
  if (tokens.empty() || tokens.front().text != "INSERT") return false;
  bool query = false;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const std::string& text = tokens[i].text;
    const bool outer = tokens[i].depth == 0 && !names_a_table(tokens[i - 1].text);
    if (text == "SELECT" || text == "WITH") {
      if (outer) return false;
      query = true;
    }
    if (outer && (text == "VALUES" || text == "FORMAT")) return true;
  }
  return !query;
}

}  // namespace

StatementShape StatementShape::of(std::string_view text) {
  std::vector<Token> all;
  for (Tokens tokens(text); auto token = tokens.next();) all.push_back(std::move(*token));
  StatementShape shape;
  shape.rows_in_text = has_rows(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    shape.several = shape.several || (i > 0 && all[i - 1].text == ";" && all[i].text != ";");
    shape.has_format = shape.has_format || (all[i].depth == 0 && is_format_clause(all, i));
  }
  return shape;
}

}  // namespace gapless
