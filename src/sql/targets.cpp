#include "sql/targets.h"

#include "sql/columns.h"
#include "sql/template.h"

namespace gapless::sql {
namespace {

/// A short sorting key: a wide one costs more to sort and write than it saves to read, and keys are made unique by
/// GROUP BY, not by merging (SEMANTICS: targets).
std::string sorting_key(Target target) {
  return target == Target::kStats ? "team_id, period_bucket, host, pathname" : "team_id, period_bucket, host";
}

std::string keys(Target target) { return "team_id, period_bucket, " + names(dimensions(target)); }
std::string all_columns(Target target) { return keys(target) + ", " + names(states(target)); }

std::string sum_of(std::string_view state, std::string_view name) {
  return "sum(finalizeAggregation(" + std::string(state) + ")) AS " + std::string(name);
}

std::string measures(Target target) {
  std::string text = sum_of("pageviews_count_state", "view_events_");
  if (target == Target::kStats) return text + ", 0 AS sessions_, 0 AS bounces_, toInt64(0) AS duration_";
  return text + ", " + sum_of("total_session_count_state", "sessions_") + ", " +
         sum_of("bounces_count_state", "bounces_") + ", " + sum_of("total_session_duration_state", "duration_");
}

}  // namespace

std::string create_target(Target target, const TableName& table) {
  return expand(
      R"(CREATE TABLE IF NOT EXISTS $table (team_id UInt64, period_bucket DateTime('UTC'), $dimensions, $states)
    ENGINE = MergeTree PARTITION BY toYYYYMMDD(period_bucket) ORDER BY ($key))",
      {{"table", table.quoted()},
       {"dimensions", declarations(dimensions(target))},
       {"states", declarations(states(target))},
       {"key", sorting_key(target)}});
}

std::string create_like(const TableName& table, const TableName& like) {
  return "CREATE TABLE " + table.quoted() + " AS " + like.quoted();
}

std::string drop_table(const TableName& table) { return "DROP TABLE IF EXISTS " + table.quoted() + " SYNC"; }

std::string stage_cells(Target target, const TableName& staging, const TableName& sessions) {
  if (target == Target::kStats)
    return expand(R"(INSERT INTO $staging ($columns)
      SELECT $keys, uniqState(person_id), uniqState(session_id), sumState(toUInt64(1))
      FROM (SELECT * EXCEPT (host), tupleElement(view, 'host') AS host, tupleElement(view, 'pathname') AS pathname
            FROM $sessions ARRAY JOIN views AS view
            WHERE team_id IN ({teams:Array(UInt64)}))
      GROUP BY $keys)",
                  {{"staging", staging.quoted()},
                   {"columns", all_columns(target)},
                   {"keys", keys(target)},
                   {"sessions", sessions.quoted()}});
  return expand(R"(INSERT INTO $staging ($columns)
    SELECT $keys, uniqState(person_id), uniqState(session_id), sumState(view_events), sumState(toUInt64(bounce)),
      sumState(duration), sumState(toUInt64(1))
    FROM $sessions
    WHERE team_id IN ({teams:Array(UInt64)}) AND view_events > 0
    GROUP BY $keys)",
                {{"staging", staging.quoted()},
                 {"columns", all_columns(target)},
                 {"keys", keys(target)},
                 {"sessions", sessions.quoted()}});
}

std::string copy_others(Target target, const TableName& staging, const TableName& live) {
  return expand(R"(INSERT INTO $staging ($columns) SELECT $columns FROM $live
    WHERE toYYYYMMDD(period_bucket) = toYYYYMMDD({day:Date}) AND team_id NOT IN ({but:Array(UInt64)}))",
                {{"staging", staging.quoted()}, {"columns", all_columns(target)}, {"live", live.quoted()}});
}

std::string content(Target target, const TableName& table, ContentScope scope) {
  std::string where;
  if (scope != ContentScope::kAll)
    where = " WHERE toYYYYMMDD(period_bucket) BETWEEN toYYYYMMDD({first:Date}) AND toYYYYMMDD({last:Date})";
  if (scope == ContentScope::kDaysAndTeams) where += " AND team_id IN ({teams:Array(UInt64)})";
  return expand(R"(SELECT team_id, day, sum(rows_) AS rows, count() AS keys, sum(key) AS key_hash,
      sum(view_events_) AS view_events, sum(sessions_) AS sessions, sum(bounces_) AS bounces, sum(duration_) AS duration
    FROM (SELECT team_id, toDate(period_bucket) AS day, cityHash64($keys) AS key, metroHash64($keys) AS also,
            count() AS rows_, $measures
          FROM $table$where GROUP BY team_id, day, key, also)
    GROUP BY team_id, day ORDER BY team_id, day)",
                {{"keys", keys(target)}, {"measures", measures(target)}, {"table", table.quoted()}, {"where", where}});
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
  return "SELECT count() AS replicas, toUInt64(max(absolute_delay)) AS lag FROM system.replicas WHERE database = "
         "{database:String} AND "
         "table ="
         " {table:String}";
}

std::string inventory() {
  // Without a mutation a part's data_version is its first block, which merging lowers. A server mutates part by part: the
  // sum moves with each of them, where the newest alone would not.
  // Lightweight updates stand in partitions of their own, named patch-HASH-PARTITION: they change that partition.
  return R"(SELECT toString((SELECT uuid FROM system.tables WHERE database = {database:String} AND name = {table:String}))
      AS table_uuid, replaceRegexpOne(partition_id, '^patch-[0-9a-f]+-', '') AS partition, sum(rows) AS row_count,
      max(max_block_number) AS max_block, toUInt64(sum(rows * if(data_version = min_block_number, 0, data_version))) AS version,
      sum(bytes_on_disk) AS bytes
    FROM system.parts
    WHERE active AND database = {database:String} AND table = {table:String}
    GROUP BY partition HAVING row_count > 0 ORDER BY partition)";
}

std::string free_bytes() {
  return "SELECT max(unreserved_space) AS free FROM system.disks WHERE name IN (SELECT arrayJoin(disks) FROM"
         " system.storage_policies WHERE policy_name IN (SELECT storage_policy FROM system.tables WHERE database ="
         " {database:String} AND name IN ({tables:Array(String)})))";
}

std::string active_parts() {
  return "SELECT name, rows FROM system.parts WHERE active AND database = {database:String} AND table = {table:String}"
         " AND partition_id = {partition:String} AND rows > 0 ORDER BY name";
}

}  // namespace gapless::sql
