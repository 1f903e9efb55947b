#include "sql/targets.h"

#include <utility>
#include <vector>

#include "sql/columns.h"
#include "sql/template.h"

namespace gapless::sql {
namespace {

/// A short sorting key: a wide one costs more to sort and write than it saves to read, and keys are made unique by
/// GROUP BY, not by merging (SEMANTICS: targets). The narrow target's is that of a report: one dimension of one team.
std::string sorting_key(Target target) {
  switch (target) {
    case Target::kStats: return "team_id, period_bucket, host, pathname";
    case Target::kBounces: return "team_id, period_bucket, host";
    case Target::kBreakdowns: break;
  }
  return "team_id, dimension, period_bucket, value";
}

/// A report on the narrow target wants a few rows of each day. With granules of 8,192 it reads a hundred times as many; with
/// 256 the table is 5 % larger, and smaller ones cost more than they save.
std::string table_settings(Target target) {
  return target == Target::kBreakdowns ? " SETTINGS index_granularity = 256" : "";
}

/// The measures of one row of a target, as numbers; those that it does not have are 0.
std::vector<std::pair<std::string_view, std::string>> measures(Target target) {
  const auto number = [](std::string_view state) { return "finalizeAggregation(" + std::string(state) + ")"; };
  const bool is_narrow = target == Target::kBreakdowns;
  if (target == Target::kStats)
    return {{"view_events", number("pageviews_count_state")},
            {"sessions", "0"},
            {"bounces", "0"},
            {"duration", "toInt64(0)"}};
  return {{"view_events", number("pageviews_count_state")},
          {"sessions", number(is_narrow ? "sessions_count_state" : "total_session_count_state")},
          {"bounces", number("bounces_count_state")},
          {"duration", number("total_session_duration_state")}};
}

/// Which rows, with " WHERE " before them.
std::string where(ContentScope scope) {
  if (scope == ContentScope::kAll) return "";
  if (scope == ContentScope::kPartition) return " WHERE _partition_id = {partition:String}";
  const std::string days =
      " WHERE toYYYYMMDD(period_bucket) BETWEEN toYYYYMMDD({first:Date}) AND toYYYYMMDD({last:Date})";
  return scope == ContentScope::kDaysAndTeams ? days + " AND team_id IN ({teams:Array(UInt64)})" : days;
}

/// What is added up to key_hash: the key's hash, and of the narrow target its measures with it.
std::string hashed(Target target) {
  return target == Target::kBreakdowns ? "cityHash64(key, view_events_, sessions_, bounces_, duration_)" : "key";
}

/// Of one key: of a row as it is, or with `sum` of the rows that have it. Each behind ", ".
std::string measures_of_key(Target target, std::string_view of_key) {
  std::string text;
  for (const auto& [measure, value] : measures(target))
    text.append(", ").append(of_key).append("(").append(value).append(") AS ").append(measure).append("_");
  return text;
}

/// And of a cell: their sums. Of the narrow target only the totals count: each of its dimensions has the measures again.
std::string measures_of_cell(Target target) {
  const bool is_narrow = target == Target::kBreakdowns;
  std::string text;
  for (const auto& [measure, value] : measures(target))
    text.append(is_narrow ? ", sumIf(" : ", sum(")
        .append(measure)
        .append(is_narrow ? "_, is_total)" : "_)")
        .append(" AS ")
        .append(measure);
  return text;
}

/// What tells a partition's version (sql::inventory).
std::string version_columns() {
  // Without a mutation a part's data_version is its first block, which merging lowers. A server mutates part by part: the
  // sum moves with each of them, where the newest alone would not.
  return R"(sum(rows) AS row_count, max(max_block_number) AS max_block,
      toUInt64(sum(rows * if(data_version = min_block_number, 0, data_version))) AS version, sum(bytes_on_disk) AS bytes)";
}

/// Lightweight updates stand in partitions of their own, named patch-HASH-PARTITION: they change that partition.
constexpr const char* kPatched = "replaceRegexpOne(partition_id, '^patch-[0-9a-f]+-', '')";

}  // namespace

std::string partition_key(TeamBuckets buckets) {
  const std::string day = "toYYYYMMDD(period_bucket)";
  return buckets.count() == 1 ? day : "(" + day + ", team_id % " + std::to_string(buckets.count()) + ")";
}

std::string create_target(Target target, const TableName& table, TeamBuckets buckets) {
  return expand(
      R"(CREATE TABLE IF NOT EXISTS $table (team_id UInt64, period_bucket DateTime('UTC'), $dimensions, $states)
    ENGINE = MergeTree PARTITION BY $partition ORDER BY ($key)$settings)",
      {{"table", table.quoted()},
       {"dimensions", declarations(dimensions(target))},
       {"states", declarations(states(target))},
       {"partition", partition_key(buckets)},
       {"key", sorting_key(target)},
       {"settings", table_settings(target)}});
}

std::string create_like(const TableName& table, const TableName& like) {
  return "CREATE TABLE " + table.quoted() + " AS " + like.quoted();
}

std::string drop_table(const TableName& table) { return "DROP TABLE IF EXISTS " + table.quoted() + " SYNC"; }

std::string content(Target target, const TableName& table, ContentScope scope) {
  return expand(R"(SELECT team_id, day, count() AS rows, uniqExact(key) AS keys, sum($hashed) AS key_hash$of_cell
    FROM (SELECT team_id, toDate(period_bucket) AS day, cityHash64($keys) AS key$of_row$is_total FROM $table$where)
    GROUP BY team_id, day ORDER BY team_id, day)",
                {{"hashed", hashed(target)},
                 {"of_cell", measures_of_cell(target)},
                 {"keys", target_keys(target)},
                 {"of_row", measures_of_key(target, "")},
                 {"is_total", target == Target::kBreakdowns ? ", dimension = '' AS is_total" : ""},
                 {"table", table.quoted()},
                 {"where", where(scope)}});
}

std::string content_by_key(Target target, const TableName& table, ContentScope scope) {
  return expand(R"(SELECT team_id, day, sum(rows_) AS rows, count() AS keys, sum($hashed) AS key_hash$of_cell
    FROM (SELECT team_id, toDate(period_bucket) AS day, cityHash64($keys) AS key, metroHash64($keys) AS also,
            count() AS rows_$of_key$is_total
          FROM $table$where GROUP BY team_id, day, key, also)
    GROUP BY team_id, day ORDER BY team_id, day)",
                {{"hashed", hashed(target)},
                 {"of_cell", measures_of_cell(target)},
                 {"keys", target_keys(target)},
                 {"of_key", measures_of_key(target, "sum")},
                 {"is_total", target == Target::kBreakdowns ? ", any(dimension) = '' AS is_total" : ""},
                 {"table", table.quoted()},
                 {"where", where(scope)}});
}

std::string target_extent(const TableName& table) {
  return "SELECT count() AS rows, toDate(min(period_bucket)) AS first_day, toDate(max(period_bucket)) AS last_day "
         "FROM " +
         table.quoted();
}

std::string replace_partition(const TableName& live, const TableName& staging) {
  return "ALTER TABLE " + live.quoted() + " REPLACE PARTITION ID {partition:String} FROM " + staging.quoted();
}

std::string move_partition(const TableName& live, const TableName& staging) {
  return "ALTER TABLE " + live.quoted() + " MOVE PARTITION ID {partition:String} TO TABLE " + staging.quoted();
}

std::string drop_part(const TableName& live) { return "ALTER TABLE " + live.quoted() + " DROP PART {part:String}"; }

std::string table_kind() {
  return "SELECT endsWith(engine, 'MergeTree') AS has_parts FROM system.tables"
         " WHERE database = {database:String} AND name = {table:String}";
}

std::string replica_lag() {
  return "SELECT count() AS replicas, toUInt64(max(absolute_delay)) AS lag FROM system.replicas"
         " WHERE database = {database:String} AND table = {table:String}";
}

std::string inventory() {
  return expand(R"(SELECT
      toString((SELECT uuid FROM system.tables WHERE database = {database:String} AND name = {table:String})) AS table_uuid,
      $patched AS partition, $version
    FROM system.parts
    WHERE active AND database = {database:String} AND table = {table:String}
    GROUP BY partition HAVING row_count > 0 ORDER BY partition)",
                {{"patched", kPatched}, {"version", version_columns()}});
}

std::string partition_state() {
  return expand(R"(SELECT table, toString(any(table_id)) AS table_uuid, {partition:String} AS partition, $version,
      sum(cityHash64(hash_of_all_files)) AS checksum,
      arrayStringConcat(groupArrayIf(name, is_part), ',') AS part_names,
      arrayStringConcat(groupArrayIf(toString(rows), is_part), ',') AS part_rows
    FROM (SELECT table, name, rows, max_block_number, min_block_number, data_version, bytes_on_disk, hash_of_all_files,
            rows > 0 AND partition_id = {partition:String} AS is_part
          FROM system.parts
          WHERE active AND database = {database:String} AND table IN ({tables:Array(String)})
            AND $patched = {partition:String} ORDER BY name) AS p
    INNER JOIN (SELECT name AS table, uuid AS table_id FROM system.tables
                WHERE database = {database:String} AND name IN ({tables:Array(String)})) AS t USING (table)
    GROUP BY table HAVING row_count > 0 ORDER BY table)",
                {{"patched", kPatched}, {"version", version_columns()}});
}

std::string free_bytes() {
  return "SELECT max(unreserved_space) AS free FROM system.disks WHERE name IN (SELECT arrayJoin(disks) FROM"
         " system.storage_policies WHERE policy_name IN (SELECT storage_policy FROM system.tables WHERE database ="
         " {database:String} AND name IN ({tables:Array(String)})))";
}

}  // namespace gapless::sql
