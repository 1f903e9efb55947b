// What is asked of the source.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sql/sessions.h"
#include "sql/table_shape.h"
#include "sql/targets.h"
#include "warehouse/cell_questions.h"
#include "warehouse/sql_warehouse.h"

namespace gapless {
namespace {

/// The only partition of a source of which it cannot be told where an event lies.
constexpr std::string_view kAllPartitions = "all";

std::string dotted(const TableName& table) { return table.database.text() + "." + table.table.text(); }

/// From the columns team_id, day, events, view_events, hash.
Result<SourceCount> parse_count(const Rows& rows, std::size_t row, std::size_t column, Shards shards) {
  GAPLESS_ASSIGN(const TeamId team, rows.team(row, column));
  GAPLESS_ASSIGN(const Day day, rows.day(row, column + 1));
  SourceCount count{{team, day, shards.shard_of(team)}, 0, {}};
  GAPLESS_ASSIGN(count.events.events, rows.u64(row, column + 2));
  GAPLESS_ASSIGN(count.view_events, rows.u64(row, column + 3));
  GAPLESS_ASSIGN(count.events.hash, rows.u64(row, column + 4));
  return count;
}

}  // namespace

Result<SourceExtent> SqlWarehouse::source_extent(const Limits& limits) {
  GAPLESS_ASSIGN(const Rows rows, ask("which days the source holds", Statement(sql::source_extent(layout_.source)),
                                      {"events", "first_day", "last_day"}, limits));
  if (rows.size() != 1) return fail(Fault::kCorrupt, "which days the source holds: not one row");
  SourceExtent extent;
  GAPLESS_ASSIGN(extent.events, rows.u64(0, 0));
  if (extent.events == 0) return extent;
  GAPLESS_ASSIGN(const Day first, rows.day(0, 1));
  GAPLESS_ASSIGN(const Day last, rows.day(0, 2));
  extent.days = DayRange{first, last};
  return extent;
}

Result<std::uint64_t> SqlWarehouse::unusable_events(const Limits& limits) {
  constexpr std::string_view kQuestion = "how many events are not usable";
  GAPLESS_ASSIGN(const Rows rows, ask(kQuestion, Statement(sql::unusable_events(layout_.source)), {"events"}, limits));
  if (rows.size() != 1) return fail(Fault::kCorrupt, fmt::format("{}: not one row", kQuestion));
  return rows.u64(0, 0);
}

Result<std::vector<SourceCount>> SqlWarehouse::source_counts(DayRange days, const std::optional<Teams>& teams,
                                                             const Limits& limits) {
  constexpr std::string_view kQuestion = "how many events the source holds";
  GAPLESS_ASSIGN(const Rows rows,
                 ask(kQuestion, bind_range(sql::source_counts(layout_.source, filter_of(teams)), days, teams),
                     {"team_id", "day", "events", "view_events", "hash"}, limits));
  std::vector<SourceCount> counts;
  counts.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(const SourceCount count, parse_count(rows, i, 0, layout_.shards));
    counts.push_back(count);
  }
  GAPLESS_TRY(each_once(kQuestion, counts));
  return counts;
}

Result<std::optional<std::vector<PartitionVersion>>> SqlWarehouse::source_inventory(const Limits& limits) {
  const sql::Source& source = layout_.source;
  GAPLESS_TRY(check_lag(limits));
  if (source.final_rows || source.inventory == sql::Source::Inventory::kScan)
    return std::nullopt;  // FINAL looks across
  std::vector<PartitionVersion> partitions;
  for (const TableName& table : watched_tables()) {
    GAPLESS_ASSIGN(const auto of_table, partitions_of(table, limits));
    if (!of_table) return std::nullopt;
    partitions.insert(partitions.end(), of_table->begin(), of_table->end());
  }
  if (partitions.empty() && source.is_query && source.inventory_tables.empty()) return std::nullopt;
  if (is_by_partition() || partitions.empty()) return partitions;
  // Which of them an event of the mapping comes from cannot be told: all are one.
  PartitionVersion all{"", std::string(kAllPartitions)};
  for (const PartitionVersion& one : partitions) {
    all.table += fmt::format("{}:{};", one.partition, one.version());
    all.rows += one.rows;
    all.bytes += one.bytes;
  }
  return std::vector<PartitionVersion>{std::move(all)};
}

Result<std::optional<std::string>> SqlWarehouse::version(const Limits& limits) {
  GAPLESS_TRY(check_lag(limits));
  const std::vector<TableName> watched = watched_tables();
  if (layout_.source.inventory == sql::Source::Inventory::kScan || watched.empty()) return std::nullopt;
  std::vector<TableName> tables = watched;
  for (const Target target : layout_.targets) tables.push_back(live(target));
  tables.push_back(tables_.ledger);
  std::set<std::string> databases, names;
  for (const TableName& table : tables) {
    databases.insert(table.database.text());
    names.insert(dotted(table));
  }
  Statement statement(sql::table_versions());
  statement.bind("databases", std::vector<std::string>(databases.begin(), databases.end()))
      .bind("tables", std::vector<std::string>(names.begin(), names.end()));
  GAPLESS_ASSIGN(const Rows rows, ask("whether anything changed", statement, {"name", "version"}, limits));
  std::string version;
  std::set<std::string> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    found.insert(rows.text(i, 0));
    version += fmt::format("{} {};", rows.text(i, 0), rows.text(i, 1));
  }
  // Without any part a table may be a view, of which nothing can be told.
  if (!std::ranges::all_of(watched, [&](const TableName& table) { return found.contains(dotted(table)); }))
    return std::nullopt;
  return version;
}

std::vector<TableName> SqlWarehouse::watched_tables() const {
  const sql::Source& source = layout_.source;
  if (!source.inventory_tables.empty() || source.is_query) return source.inventory_tables;
  return {source.table};
}

bool SqlWarehouse::is_by_partition() const {
  return !layout_.source.is_query && layout_.source.inventory_tables.empty();
}

Result<std::optional<std::vector<PartitionVersion>>> SqlWarehouse::partitions_of(const TableName& table,
                                                                                 const Limits& limits) {
  constexpr std::string_view kQuestion = "which partitions the source has";
  Statement statement(sql::table_kind());
  statement.bind("database", table.database.text()).bind("table", table.table.text());
  GAPLESS_ASSIGN(const Rows kind, ask(kQuestion, statement, {"has_parts"}, limits));
  if (kind.size() == 0)
    return fail(Fault::kBadQuery, fmt::format("{}: there is no table {}", kQuestion, table.quoted()), 60);
  GAPLESS_ASSIGN(const std::uint64_t has_parts, kind.u64(0, 0));
  if (has_parts == 0) return std::nullopt;
  GAPLESS_ASSIGN(auto partitions, ask_inventory(kQuestion, table, limits));
  return partitions;
}

Status SqlWarehouse::check_lag(const Limits& limits) {
  const auto most = layout_.source.max_lag;
  if (most.count() == 0) return {};
  std::uint64_t replicas = 0;
  for (const TableName& table : watched_tables()) {
    Statement statement(sql::replica_lag());
    statement.bind("database", table.database.text()).bind("table", table.table.text());
    GAPLESS_ASSIGN(const Rows rows, ask("how far the source's replica lags", statement, {"replicas", "lag"}, limits));
    if (rows.size() != 1) return fail(Fault::kCorrupt, "how far the source's replica lags: not one row");
    GAPLESS_ASSIGN(const std::uint64_t found, rows.u64(0, 0));
    GAPLESS_ASSIGN(const std::uint64_t lag, rows.u64(0, 1));
    replicas += found;
    if (lag > static_cast<std::uint64_t>(most.count()))
      return fail(
          Fault::kUnavailable,
          fmt::format("this replica of {} lags {} s, more than source.max_lag allows ({} s): what it lacks would"
                      " look deleted",
                      table.quoted(), lag, most.count()));
  }
  if (replicas > 0) return {};
  return fail(
      Fault::kInvalidInput,
      "source.max_lag is set, but the source is no replicated table that can be seen: name those that it is made"
      " of in source.tables, or take source.max_lag away");
}

Result<std::map<std::string, std::vector<SourceCount>>> SqlWarehouse::counts_by_partition(
    const std::vector<std::string>& partitions, const Limits& limits) {
  constexpr std::string_view kQuestion = "how many events the source's partitions hold";
  if (!is_by_partition()) {
    std::map<std::string, std::vector<SourceCount>> all;
    GAPLESS_ASSIGN(all[std::string(kAllPartitions)], source_counts(DayRange::ever(), std::nullopt, limits));
    return all;
  }
  Statement statement(sql::counts_by_partition(layout_.source));
  GAPLESS_ASSIGN(const Rows rows, ask(kQuestion, statement.bind("partitions", partitions),
                                      {"partition", "team_id", "day", "events", "view_events", "hash"}, limits));
  std::map<std::string, std::vector<SourceCount>> counts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(const SourceCount count, parse_count(rows, i, 1, layout_.shards));
    counts[rows.text(i, 0)].push_back(count);
  }
  for (const auto& [partition, of_it] : counts) GAPLESS_TRY(each_once(kQuestion, of_it));
  return counts;
}

Result<std::vector<OwnedCell>> SqlWarehouse::ask_owned(std::string_view question, const Statement& statement, Day day,
                                                       const Limits& limits) {
  GAPLESS_ASSIGN(
      const Rows rows,
      ask(question, statement,
          {"team_id", "owned_events", "owned_hash", "view_events", "sessions", "bounces", "duration"}, limits));
  std::vector<OwnedCell> cells;
  cells.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(const TeamId team, rows.team(i, 0));
    OwnedCell cell{{team, day, layout_.shard}, {}, {}};
    GAPLESS_ASSIGN(cell.owned.events, rows.u64(i, 1));
    GAPLESS_ASSIGN(cell.owned.hash, rows.u64(i, 2));
    GAPLESS_ASSIGN(cell.measures.view_events, rows.u64(i, 3));
    GAPLESS_ASSIGN(cell.measures.sessions, rows.u64(i, 4));
    GAPLESS_ASSIGN(cell.measures.bounces, rows.u64(i, 5));
    GAPLESS_ASSIGN(cell.measures.duration_seconds, rows.i64(i, 6));
    cells.push_back(cell);
  }
  GAPLESS_TRY(each_once(question, cells));
  return cells;
}

Result<std::vector<OwnedCell>> SqlWarehouse::owned_cells(Day day, const Teams& teams, const Limits& limits) {
  const Teams mine = own(teams);
  if (mine.empty()) return std::vector<OwnedCell>{};
  Statement statement(sql::owned_cells(layout_.source));
  statement.bind("day", day).bind("teams", mine);
  return ask_owned("which events " + day.to_string() + " owns", statement, day, limits);
}

}  // namespace gapless
