#include "sql/ledger.h"

#include "sql/template.h"

namespace gapless::sql {

const char* const kLedgerColumns =
    "rollup, team_id, day, target, definition, window_events, window_hash, owned_events, owned_hash, view_events, "
    "sessions,"
    " bounces, duration, keys, key_hash, run_id, fence, sequence, published_at";

namespace {

constexpr const char* kShardColumns = "shard UInt32 DEFAULT 0, shards UInt32 DEFAULT 1";

}  // namespace

LedgerTables LedgerTables::in(const Identifier& database) {
  return {TableName::own(database, "gapless_ledger"), TableName::own(database, "gapless_definitions"),
          TableName::own(database, "gapless_meta")};
}

std::string create_ledger(const TableName& ledger) {
  // Rows of one cell and target merge into that of the highest fence, and within a fence into the last one written.
  return "CREATE TABLE IF NOT EXISTS " + ledger.quoted() +
         R"( (rollup LowCardinality(String), team_id UInt64, day Date, target LowCardinality(String), definition String,
    window_events UInt64, window_hash UInt64, owned_events UInt64, owned_hash UInt64, view_events UInt64, sessions UInt64,
    bounces UInt64, duration Int64, keys UInt64, key_hash UInt64, run_id String, fence UInt64, sequence UInt64,
    published_at DateTime64(6, 'UTC'))
    ENGINE = ReplacingMergeTree(fence) PARTITION BY toYYYYMM(day) ORDER BY (rollup, day, team_id, target))";
}

std::string create_definitions(const TableName& definitions) {
  return "CREATE TABLE IF NOT EXISTS " + definitions.quoted() +
         " (hash String, text String) ENGINE = ReplacingMergeTree ORDER BY hash";
}

std::string create_meta(const TableName& meta) {
  return "CREATE TABLE IF NOT EXISTS " + meta.quoted() +
         " (version UInt64, store_id String, host String, layout_version UInt64, " + kShardColumns +
         ") ENGINE = MergeTree ORDER BY version";
}

std::string read_ledger(const TableName& ledger, TeamFilter filter) {
  return expand(
      R"(SELECT * FROM (
      SELECT team_id, day, target, definition, window_events, window_hash, owned_events, owned_hash, view_events,
        sessions, bounces, duration, keys, key_hash, run_id, fence, sequence,
        toUnixTimestamp64Micro(published_at) AS published_at
      FROM $ledger
      WHERE rollup = {rollup:String} AND day BETWEEN {first:Date} AND {last:Date}$teams
      ORDER BY team_id, day, target, fence DESC, sequence DESC LIMIT 1 BY team_id, day, target)
    WHERE definition != {forgotten:String} ORDER BY team_id, day, target)",
      {{"ledger", ledger.quoted()},
       {"teams", filter == TeamFilter::kGiven ? " AND team_id IN ({teams:Array(UInt64)})" : ""}});
}

std::string ledger_extent(const TableName& ledger) {
  return expand(R"(SELECT countIf(stands) AS rows, max(fence) AS fence, minIf(day, stands) AS first_day,
      maxIf(day, stands) AS last_day
    FROM (SELECT fence, day, definition != {forgotten:String} AS stands FROM $ledger WHERE rollup = {rollup:String}))",
                {{"ledger", ledger.quoted()}});
}

std::string read_definition(const TableName& definitions) {
  return "SELECT text FROM " + definitions.quoted() + " WHERE hash = {hash:String} LIMIT 1";
}

std::string write_definition(const TableName& definitions) {
  return "INSERT INTO " + definitions.quoted() + " (hash, text) SELECT {hash:String}, {text:String}" +
         " WHERE {hash:String} NOT IN (SELECT hash FROM " + definitions.quoted() + ")";
}

std::string read_meta(const TableName& meta) {
  // Of a column that an older table does not have, its row as JSON says nothing.
  return expand(R"(SELECT store_id, host, layout_version, JSONExtractUInt(row, 'shard') AS shard,
      JSONExtractUInt(row, 'shards') AS shards,
      (SELECT toString(uuid) FROM system.tables WHERE database = {database:String} AND name = {table:String}) AS uuid
    FROM (SELECT version, store_id, host, layout_version, formatRow('JSONEachRow', *) AS row FROM $meta)
    ORDER BY version DESC LIMIT 1)",
                {{"meta", meta.quoted()}});
}

std::string write_meta(const TableName& meta) {
  return "INSERT INTO " + meta.quoted() +
         " (version, store_id, host, layout_version) SELECT max(version) + 1, {store_id:String}," +
         " {host:String}, {layout_version:UInt64} FROM " + meta.quoted();
}

std::string write_meta_of_shard(const TableName& meta) {
  return "INSERT INTO " + meta.quoted() +
         " (version, store_id, host, layout_version, shard, shards) SELECT max(version) + 1, {store_id:String}," +
         " {host:String}, {layout_version:UInt64}, {shard:UInt64}, {shards:UInt64} FROM " + meta.quoted();
}

std::string add_shards_to_meta(const TableName& meta) {
  return "ALTER TABLE " + meta.quoted() +
         " ADD COLUMN IF NOT EXISTS shard UInt32 DEFAULT 0, ADD COLUMN IF NOT EXISTS shards UInt32 DEFAULT 1";
}

std::string tables_of() { return "SELECT name FROM system.tables WHERE database = {database:String}"; }

std::string database_named() { return "SELECT name FROM system.databases WHERE name = {database:String}"; }

std::string tables_like() {
  return "SELECT name FROM system.tables WHERE database = {database:String} AND startsWith(name, {prefix:String}) "
         "ORDER BY name";
}

}  // namespace gapless::sql
