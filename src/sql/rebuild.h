#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/table_name.h"
#include "core/target.h"
#include "core/team_buckets.h"

namespace gapless::sql {

/// A table with the columns, indices and engine of another one, but other buckets. `engine` is the other's engine_full and
/// `key` its partition_key, as system.tables says them; none where the first does not hold the second.
std::optional<std::string> create_partitioned(const TableName& table, const TableName& like, std::string_view engine,
                                              std::string_view key, TeamBuckets buckets);
/// Copies the rows of {day:Date} as they are, of all teams.
std::string copy_day(Target target, const TableName& to, const TableName& from);
/// Of every bucket at once, however many there are.
std::map<std::string, std::string> copy_settings();
/// Each becomes the other, in one moment.
std::string exchange_tables(const TableName& one, const TableName& other);

}  // namespace gapless::sql
