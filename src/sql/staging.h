#pragma once

#include <map>
#include <string>

#include "core/table_name.h"
#include "core/target.h"

namespace gapless::sql {

/// Aggregates the sessions of {teams:Array(UInt64)} into groups; each full key comes out once. Of the narrow target it binds
/// {day:Date} too, and means what it says under stage_settings().
std::string stage_cells(Target target, const TableName& staging, const TableName& sessions);
/// The same, and the live rows of the partition {partition:String} of all teams but {but:Array(UInt64)}, as they are: in one
/// insert, which leaves one part to publish where two would have to be merged.
std::string stage_cells_and_others(Target target, const TableName& staging, const TableName& sessions,
                                   const TableName& live);
/// The narrow target's groups of {teams:Array(UInt64)} on {day:Date}, but for those of views, from the live rows of bounces in
/// the partition {partition:String}; under the narrow target's settings. And with the other teams' rows, as above.
std::string stage_from_wide(const TableName& staging, const TableName& bounces);
std::string stage_from_wide_and_others(const TableName& staging, const TableName& bounces, const TableName& live);
std::map<std::string, std::string> stage_settings(Target target);

}  // namespace gapless::sql
