#include "gateway/sql.h"

#include <fmt/format.h>

#include "engine/tokens.h"

namespace gapless::gateway {
namespace {

constexpr std::string_view kProcesses =
    "(SELECT * REPLACE (Settings['log_comment'] AS query_id) FROM system.processes)";

using SqlTokens = std::vector<SqlToken>;

std::string_view slice(std::string_view text, std::size_t begin, std::size_t end) {
  return text.substr(begin, end - begin);
}

std::string_view text_of(std::string_view text, const SqlToken& token) { return slice(text, token.begin, token.end); }

/// Of an INSERT whose source is no query: VALUES or FORMAT.
std::optional<std::size_t> find_rows(const SqlTokens& tokens) {
  if (tokens.empty() || tokens.front().text != "INSERT") return std::nullopt;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const std::string& before = tokens[i - 1].text;
    if (tokens[i].depth > 0 || before == "INTO" || before == "TABLE" || before == "FUNCTION" || before == ".") continue;
    const std::string& word = tokens[i].text;
    if (word == "SELECT" || word == "WITH") return std::nullopt;
    if (word == "VALUES" || (word == "FORMAT" && i + 1 < tokens.size() && tokens[i + 1].is_word())) return i;
  }
  return std::nullopt;
}

/// What ClickHouse skips before rows in the text: blanks, and one line end.
std::string_view without_leading_blank(std::string_view rows) {
  rows.remove_prefix(std::min(rows.find_first_not_of(" \t"), rows.size()));
  if (rows.starts_with("\r\n")) return rows.substr(2);
  if (rows.starts_with('\n')) return rows.substr(1);
  return rows;
}

/// A number, or a string without escapes, as a setting's value.
std::optional<std::string> plain_value(std::string_view text, const SqlTokens& tokens, std::size_t begin,
                                       std::size_t end) {
  if (begin == end) return std::nullopt;
  std::string_view value = slice(text, tokens[begin].begin, tokens[end - 1].end);
  if (end - begin == 1 && value.starts_with('\'') && value.ends_with('\'') && value.size() > 1)
    value = value.substr(1, value.size() - 2);
  if (value.find_first_of("\\'\"`{}()[] ") != std::string_view::npos) return std::nullopt;
  return std::string(value);
}

bool ends_setting(const SqlToken& token, int depth) {
  return token.text == "," || token.depth < depth || token.text == "FORMAT" || token.text == "UNION" ||
         token.text == "INTERSECT" || token.text == "EXCEPT" || token.text == "SETTINGS" || token.text == "INTO";
}

}  // namespace

StatementText take_apart(std::string_view text) {
  const SqlTokens tokens = sql_tokens(text);
  if (const auto at = find_rows(tokens)) {
    const bool named = tokens[*at].text == "FORMAT";
    const std::size_t rows = named ? tokens[*at + 1].end : tokens[*at].end;
    return {.text = std::string(text.substr(0, tokens[*at].begin)),
            .format = named ? std::string(text_of(text, tokens[*at + 1])) : "Values",
            .is_insert_of_rows = true,
            .rows = std::string(without_leading_blank(text.substr(rows)))};
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].depth != 0 || !is_format_clause(tokens, i)) continue;
    return {.text = fmt::format("{}{}", text.substr(0, tokens[i].begin), text.substr(tokens[i + 1].end)),
            .format = std::string(text_of(text, tokens[i + 1]))};
  }
  return {.text = std::string(text)};
}

std::optional<std::map<std::string, std::string>> settings_of(std::string_view formatted, std::size_t& clauses) {
  std::map<std::string, std::string> settings;
  const SqlTokens tokens = sql_tokens(formatted);
  clauses = 0;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i].text != "SETTINGS" || !tokens[i + 1].is_word() || tokens[i + 2].text != "=") continue;
    ++clauses;
    std::size_t at = i + 1;
    while (at + 2 < tokens.size() && tokens[at].is_word() && tokens[at + 1].text == "=") {
      std::size_t end = at + 2;
      while (end < tokens.size() && !ends_setting(tokens[end], tokens[i].depth)) ++end;
      auto value = plain_value(formatted, tokens, at + 2, end);
      if (!value) return std::nullopt;
      settings[std::string(text_of(formatted, tokens[at]))] = std::move(*value);
      at = end < tokens.size() && tokens[end].text == "," ? end + 1 : tokens.size();
    }
  }
  return settings;
}

bool has_into_outfile(std::string_view formatted) {
  const SqlTokens tokens = sql_tokens(formatted);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
    if (tokens[i].text == "INTO" && tokens[i + 1].text == "OUTFILE") return true;
  return false;
}

std::string with_query_ids(std::string_view text) {
  const SqlTokens tokens = sql_tokens(text);
  std::string changed;
  std::size_t done = 0;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i].text != "SYSTEM" || tokens[i + 1].text != "." || tokens[i + 2].text != "PROCESSES") continue;
    changed += slice(text, done, tokens[i].begin);
    changed += kProcesses;
    done = tokens[i + 2].end;
  }
  return changed + std::string(text.substr(done));
}

std::optional<KillQuery> parse_kill(std::string_view text) {
  SqlTokens tokens = sql_tokens(text);
  while (!tokens.empty() && tokens.back().text == ";") tokens.pop_back();
  if (tokens.size() < 4 || tokens[0].text != "KILL" || tokens[1].text != "QUERY" || tokens[2].text != "WHERE")
    return std::nullopt;
  KillQuery kill;
  if (tokens.size() > 6 && tokens[tokens.size() - 2].text == "FORMAT") {
    kill.format = text_of(text, tokens.back());
    tokens.resize(tokens.size() - 2);
  }
  const std::string manner = tokens.back().text;
  if (manner == "SYNC" || manner == "ASYNC") tokens.pop_back();
  kill.waits = manner == "SYNC";
  kill.condition = slice(text, tokens[3].begin, tokens.back().end);
  return kill;
}

}  // namespace gapless::gateway
