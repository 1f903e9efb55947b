#include "load/load_statements.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "load/event.h"

namespace gapless::load_sql {
namespace {

/// The types of kEventColumns, in their order.
constexpr std::array<std::string_view, kEventColumns.size()> kTypes{"UInt64",
                                                                    "LowCardinality(String)",
                                                                    "DateTime64(6, 'UTC')",
                                                                    "DateTime64(6, 'UTC')",
                                                                    "UUID",
                                                                    "UUID",
                                                                    "String",
                                                                    "LowCardinality(String)",
                                                                    "String",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "Int64",
                                                                    "Int64",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "LowCardinality(String)",
                                                                    "Bool",
                                                                    "Bool",
                                                                    "Bool",
                                                                    "Bool",
                                                                    "LowCardinality(String)"};

std::string declarations() {
  std::string text;
  for (std::size_t i = 0; i < kEventColumns.size(); ++i)
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", kEventColumns[i], kTypes[i]);
  return text;
}

std::string column_names() { return fmt::format("{}", fmt::join(kEventColumns, ", ")); }

constexpr std::string_view kIdentity = "team_id, uuid, event, timestamp";
constexpr std::string_view kDay =
    "timestamp >= toDateTime64({day:Date}, 6, 'UTC') AND timestamp < toDateTime64({day:Date} + 1, 6, 'UTC')";
/// The place of a row in its file: the number of the first block of its part, and its offset there.
constexpr std::string_view kPlace = "(toUInt64(splitByChar('_', _part)[2]), _part_offset)";

}  // namespace

std::string create_events(const TableName& events) {
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} ({}, load_id LowCardinality(String))"
      " ENGINE = MergeTree PARTITION BY toYYYYMMDD(timestamp) ORDER BY (team_id, session_id, timestamp)",
      events.quoted(), declarations());
}

std::string create_loads(const TableName& loads) {
  return fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (load_id String, path String, state LowCardinality(String), rows UInt64,"
      " at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')) ENGINE = MergeTree ORDER BY load_id",
      loads.quoted());
}

std::string create_load_staging(const TableName& staging) {
  return fmt::format("CREATE TABLE {} ({}) ENGINE = MergeTree PARTITION BY toYYYYMMDD(timestamp) ORDER BY tuple()",
                     staging.quoted(), declarations());
}

std::string insert_staging(const TableName& staging) {
  return fmt::format("INSERT INTO {} ({}) SETTINGS max_partitions_per_insert_block = 0", staging.quoted(),
                     column_names());
}

std::string staged_days(const TableName& staging) {
  return fmt::format("SELECT DISTINCT toDate(timestamp) AS day FROM {} ORDER BY day", staging.quoted());
}

std::string merge_day(const TableName& events, const TableName& staging) {
  const std::string same_uuid =
      fmt::format("SELECT uuid FROM {} WHERE {} GROUP BY uuid HAVING count() > 1", staging.quoted(), kDay);
  // All places of an event but its first.
  const std::string repetitions = fmt::format(
      "SELECT arrayJoin(arraySlice(arraySort(groupArray({})), 2)) FROM {} WHERE {} AND uuid IN ({}) GROUP BY {}",
      kPlace, staging.quoted(), kDay, same_uuid, kIdentity);
  return fmt::format(
      "INSERT INTO {events} ({columns}, load_id) SELECT {columns}, {{load:String}} FROM {staging} WHERE {day}"
      " AND ({identity}) NOT IN (SELECT {identity} FROM {events} WHERE {day})"
      " AND {place} NOT IN ({repetitions})"
      // A place means something within one set of parts alone: both reads see the same one.
      " SETTINGS enable_shared_storage_snapshot_in_query = 1",
      fmt::arg("events", events.quoted()), fmt::arg("columns", column_names()), fmt::arg("staging", staging.quoted()),
      fmt::arg("day", kDay), fmt::arg("identity", kIdentity), fmt::arg("place", kPlace),
      fmt::arg("repetitions", repetitions));
}

std::string count_load(const TableName& events) {
  return fmt::format("SELECT count() AS rows FROM {} WHERE load_id = {{load:String}}", events.quoted());
}

std::string delete_load(const TableName& events) {
  return fmt::format("ALTER TABLE {} DELETE WHERE load_id = {{load:String}} SETTINGS mutations_sync = 2",
                     events.quoted());
}

std::string mark_load(const TableName& loads) {
  return fmt::format(
      "INSERT INTO {} (load_id, path, state, rows) SELECT {{load:String}}, {{path:String}}, {{state:String}}, "
      "{{rows:UInt64}}",
      loads.quoted());
}

std::string open_loads(const TableName& loads) {
  return fmt::format(
      "SELECT load_id FROM {} GROUP BY load_id HAVING countIf(state IN ('committed', 'undone')) = 0 ORDER BY load_id",
      loads.quoted());
}

}  // namespace gapless::load_sql
