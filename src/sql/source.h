#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/definition.h"
#include "core/table_name.h"

namespace gapless::sql {

/// Where canonical events (SEMANTICS: source events) come from.
struct Source {
  TableName table;
  bool sessionize_nameless = true;  ///< false: events without a session id are left out
  bool final_rows = false;          ///< read with FINAL
  bool hash_content = false;        ///< fingerprints over every field that the rollup reads, not the identity alone

  /// What statements read in the place of the table; empty: the table itself (sql/mapping.h makes it).
  std::string relation = {};
  std::map<std::string, std::string> mapping = {};  ///< lines of the definition, in the place of those of their keys
  bool is_query = false;                            ///< there is no table: `relation` is all
  /// How it is told what changed since the last look.
  enum class Inventory {
    kParts,  ///< by the parts of tables, where these have any
    kScan    ///< not at all: what a plan needs is read each time
  };
  Inventory inventory = Inventory::kParts;
  std::vector<TableName> inventory_tables = {};  ///< none: the table
  std::chrono::seconds max_lag{0};               ///< of a replica that may be read; 0: any
  /// Who was merged into whom, by distinct_id; the person of a session is looked up there when it is built.
  std::optional<TableName> person_overrides = {};

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

/// (SELECT team_id, distinct_id, person_id, is_merged …): who each distinct id of {teams:Array(UInt64)} belongs to now, where
/// somebody was merged: the latest version, unless that is of a deletion. The same id may mean somebody else in another team.
std::string merged_persons(const TableName& overrides);

}  // namespace gapless::sql
