#pragma once

#include <string>
#include <vector>

#include "core/table_name.h"
#include "core/target.h"
#include "sql/source.h"

namespace gapless::sql {

// What a target holds against the raw events (SEMANTICS: verification). The sessions are derived here another way than
// by the building pass, and nothing of it is used: a rule that one of both has wrong shows as a difference.

/// Whether uniq states are also held against uniqExact.
enum class UniqExact { kNo, kYes };

/// The figures of groups that differ, by team, at most {most:UInt64} of each: verification_columns(). Binds {day:Date},
/// {teams:Array(UInt64)}, {most:UInt64}, and with uniqExact {tolerance:Float64}, a share of the exact number.
std::string verification(Target target, const TableName& live, const Source& source, UniqExact exact);

/// Of that: team_id, differences (of the team, in all), measure, in_target, in_source, in_union (-1 where the measure has
/// none), then the group: period_bucket and the dimensions, as texts.
std::vector<std::string> verification_columns(Target target);

/// The measure of a group as such: how many rows of the target have its key.
inline constexpr std::string_view kRowsMeasure = "rows";

}  // namespace gapless::sql
