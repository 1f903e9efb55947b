#pragma once

#include <string>

#include "core/definition.h"
#include "core/table_name.h"

namespace gapless::sql {

/// Where canonical events (SEMANTICS: source events) come from.
struct Source {
  TableName table;
  bool sessionize_nameless = true;  ///< false: events without a session id are left out
  bool final_rows = false;          ///< read with FINAL
  bool hash_content = false;        ///< fingerprints over every field that the rollup reads, not the identity alone

  /// The table as statements read it.
  std::string from() const;
  /// The condition that a row is a usable event at all, wherever it is read.
  std::string usable() const;
  /// The 64-bit hash of an event that fingerprints sum up. `session_id` is the expression for its id as mapped.
  std::string event_hash(const std::string& session_id) const;
};

/// The definition of the web rollup over this source: what decides its figures, and nothing else.
Definition web_definition(const Source& source);

/// `event` is a view event; an interaction.
inline constexpr std::string_view kIsView = "event IN ('$pageview', '$screen')";
inline constexpr std::string_view kIsInteraction = "event IN ('$pageview', '$screen', '$autocapture')";

/// `timestamp` lies in the days {day:Date} + first … {day:Date} + last. Says it twice: toDate() prunes where the sorting
/// key has it, the exact bounds hold where toDate() would wrap.
std::string in_days(int first, int last);

}  // namespace gapless::sql
