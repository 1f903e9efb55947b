#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gapless {

/// A piece of a statement's text, as far as its shape goes. What stands in strings, quoted names and comments is of no
/// account.
struct SqlToken {
  std::string text;       ///< a word in upper case; else the one character; for a string or a quoted name, its quote
  int depth = 0;          ///< how many brackets are open around it
  std::size_t begin = 0;  ///< where it stands in the text
  std::size_t end = 0;

  bool is_word() const;
};

std::vector<SqlToken> sql_tokens(std::string_view text);

/// Whether tokens[at] begins a clause FORMAT Name with nothing more than SETTINGS behind it; elsewhere it is a column's or
/// a function's name.
bool is_format_clause(const std::vector<SqlToken>& tokens, std::size_t at);

}  // namespace gapless
