#include "engine/chdb/statement_shape.h"

#include <string>
#include <vector>

#include "engine/tokens.h"

namespace gapless {
namespace {

/// Whether a word is where a table's name stands, and so no keyword.
bool names_a_table(std::string_view previous) {
  return previous == "INTO" || previous == "TABLE" || previous == "FUNCTION" || previous == ".";
}

/// Whether rows, or FORMAT that announces them, stand where a SELECT might have; a SELECT at any depth may be the source.
bool has_rows(const std::vector<SqlToken>& tokens) {
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
  const std::vector<SqlToken> all = sql_tokens(text);
  StatementShape shape;
  shape.rows_in_text = has_rows(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    shape.several = shape.several || (i > 0 && all[i - 1].text == ";" && all[i].text != ";");
    shape.has_format = shape.has_format || (all[i].depth == 0 && is_format_clause(all, i));
  }
  return shape;
}

}  // namespace gapless
