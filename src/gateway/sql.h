#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/failure.h"

namespace gapless::gateway {

/// A statement as it comes by HTTP, taken apart as far as the protocol is concerned.
struct StatementText {
  std::string text;         ///< without the FORMAT clause; of an INSERT with rows, what stands before them
  std::string format = {};  ///< as the text names it; empty where it names none
  bool is_insert_of_rows = false;
  std::string rows = {};  ///< what of them is in the text
};

/// Of a text in which strings and comments may be anything: for statements that are allowed to do anything.
StatementText take_apart(std::string_view text);

/// The names and values of all SETTINGS clauses of a text as ClickHouse formats it; a later one counts. `clauses` becomes
/// their number. None where one has more than plain values.
std::optional<std::map<std::string, std::string>> settings_of(std::string_view formatted, std::size_t& clauses);

/// Whether the text, as ClickHouse formats it, writes a file.
bool has_into_outfile(std::string_view formatted);

/// The text with a subquery for system.processes whose query_id is what chDB keeps in log_comment.
std::string with_query_ids(std::string_view text);

/// The condition and the manner of KILL QUERY.
struct KillQuery {
  std::string condition;
  bool waits = false;  ///< SYNC
  std::string format;  ///< of the reply, where the text names it
};
std::optional<KillQuery> parse_kill(std::string_view text);

}  // namespace gapless::gateway
