#pragma once

#include <map>
#include <string>

#include "core/table_name.h"
#include "core/target.h"

namespace gapless::sql {

/// Aggregates the sessions of {teams:Array(UInt64)} into groups; each full key comes out once. Of the narrow target it binds
/// {day:Date} too, and means what it says under stage_settings().
std::string stage_cells(Target target, const TableName& staging, const TableName& sessions);
std::map<std::string, std::string> stage_settings(Target target);

}  // namespace gapless::sql
