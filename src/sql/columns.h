#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/target.h"

namespace gapless::sql {

struct Column {
  std::string_view name;
  std::string_view type;  ///< in the tables that gapless makes
};

/// What an event has beside its identity (SEMANTICS: source events) and a session takes from its entry event.
/// Pathname apart, these are dimensions of both targets.
extern const std::vector<Column> kEntryColumns;

/// The dimensions of a target in the order of SEMANTICS, after team_id and period_bucket. The narrow target's are the name
/// of one of the others', and its value.
std::vector<Column> dimensions(Target target);

/// What the narrow target breaks down of whole sessions: every dimension that a session has one value of.
std::vector<Column> session_dimensions();
/// And of what they viewed: host and pathname, as in stats.
extern const std::vector<Column> kViewDimensions;

/// The aggregate states of a target.
std::vector<Column> states(Target target);

/// "a, b, c" of a target's key, and of all its columns.
std::string target_keys(Target target);
std::string target_columns(Target target);

/// "a, b, c" of the columns' names, each behind `prefix`.
std::string names(const std::vector<Column>& columns, std::string_view prefix = "");
/// "a T, b U" for CREATE TABLE.
std::string declarations(const std::vector<Column>& columns);

}  // namespace gapless::sql
