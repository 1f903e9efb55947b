#pragma once

#include <string>

#include "core/table_name.h"
#include "core/target.h"
#include "core/team_buckets.h"

namespace gapless::sql {

/// What a target is partitioned by: the day of a row, and with several buckets also that of its team.
std::string partition_key(TeamBuckets buckets);
std::string create_target(Target target, const TableName& table, TeamBuckets buckets);
/// A table of the same structure and engine.
std::string create_like(const TableName& table, const TableName& like);
std::string drop_table(const TableName& table);

/// Which rows of a target table content() looks at.
enum class ContentScope {
  kDays,          ///< {first:Date} … {last:Date}
  kDaysAndTeams,  ///< and {teams:Array(UInt64)}
  kPartition,     ///< {partition:String}, by its id
  kAll            ///< the whole table: a staging table
};
/// team_id, day, rows, keys, key_hash, view_events, sessions, bounces, duration by (team, day); what the target does not
/// have is 0. The narrow target has its measures from its totals, and in key_hash, with each key, the sums of that group: so
/// that one that changed in any dimension is seen. `keys` counts the distinct hashes of keys: where it is `rows`, each key
/// occurs once. Where it is less, a key is repeated, or two have one hash: content_by_key() tells.
std::string content(Target target, const TableName& table, ContentScope scope);
/// The same with keys told apart by two hashes of 64 bits, and each counted once however often it occurs. Twice the work.
std::string content_by_key(Target target, const TableName& table, ContentScope scope);
/// One row: rows, first_day, last_day.
std::string target_extent(const TableName& table);

/// Both bind {partition:String}, the partition's id.
std::string replace_partition(const TableName& live, const TableName& staging);
std::string move_partition(const TableName& live, const TableName& staging);
/// Binds {part:String}, its name.
std::string drop_part(const TableName& live);
/// Whether {database:String}.{table:String} is there, and is of the MergeTree kind.
std::string table_kind();
/// (table_uuid, partition, row_count, max_block, version, bytes) of the partitions with rows of {database:String}.{table:String}.
std::string inventory();
/// (table, table_uuid, partition, row_count, max_block, version, bytes, checksum, part_names, part_rows) of one partition of
/// each of {tables:Array(String)} of {database:String} where it holds rows; binds its id {partition:String} too. The last two
/// are of its parts with rows, by name, with commas between.
std::string partition_state();
/// Binds database and table. One row: replicas UInt64, 0 where the table is not replicated, and lag UInt64, in seconds.
std::string replica_lag();
/// free: on the roomiest of the disks that {tables:Array(String)} of {database:String} may be written to.
std::string free_bytes();

}  // namespace gapless::sql
