// What is asked of ledger and targets. sql_warehouse_source.cpp has what is asked of the source, sql_warehouse_tables.cpp the
// making of tables, sql_warehouse_publishing.cpp what is done to them.
#include "warehouse/sql_warehouse.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/ask.h"
#include "sql/targets.h"
#include "sql/verification.h"
#include "util/parse_number.h"
#include "warehouse/cell_questions.h"
#include "warehouse/ledger_rows.h"
#include "warehouse/statement_options.h"

namespace gapless {
namespace {

/// More cells than any plan holds; a reply that is larger is not ours.
constexpr std::uint64_t kMaxCells = 20'000'000;

/// From the columns table_uuid, partition, row_count, max_block, version, bytes.
Result<PartitionVersion> parse_version(const Rows& rows, std::size_t row, std::size_t column) {
  PartitionVersion partition{rows.text(row, column), rows.text(row, column + 1)};
  GAPLESS_ASSIGN(partition.rows, rows.u64(row, column + 2));
  GAPLESS_ASSIGN(partition.max_block, rows.u64(row, column + 3));
  GAPLESS_ASSIGN(partition.data_version, rows.u64(row, column + 4));
  GAPLESS_ASSIGN(partition.bytes, rows.u64(row, column + 5));
  return partition;
}

/// From lists of names and of counts of rows, with commas.
Result<std::vector<LivePart>> parse_parts(std::string_view names, std::string_view rows) {
  std::vector<LivePart> parts;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(',')), count = rows.substr(0, rows.find(','));
    const auto of_part = parse_number<std::uint64_t>(count);
    if (!of_part) return fail(Fault::kCorrupt, fmt::format("part {}: '{}' is no count of rows", name, count));
    parts.push_back({std::string(name), *of_part});
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    rows.remove_prefix(std::min(rows.size(), count.size() + 1));
  }
  return parts;
}

}  // namespace

std::string PartitionVersion::version() const {
  return fmt::format("{} {} {} {}", table, rows, max_block, data_version);
}

SqlWarehouse::SqlWarehouse(Engine& engine, WarehouseLayout layout)
    : engine_(engine), layout_(std::move(layout)), tables_(sql::LedgerTables::in(layout_.database)) {}

TableName SqlWarehouse::live(Target target) const { return TableName::own(layout_.database, table_name(target)); }

Teams SqlWarehouse::own(const Teams& teams) const {
  Teams mine = teams;
  std::erase_if(mine, [this](TeamId team) { return layout_.shards.shard_of(team) != layout_.shard; });
  return mine;
}

Result<Rows> SqlWarehouse::ask(std::string_view question, const Statement& statement,
                               const std::vector<std::string_view>& columns, const Limits& limits) {
  StatementOptions options = options_of(limits);
  options.max_result_rows = kMaxCells;
  return gapless::ask(engine_, question, statement, columns, options);
}

Status SqlWarehouse::run(std::string_view what, const Statement& statement, const Limits& limits,
                         std::map<std::string, std::string> settings) {
  StatementOptions options = options_of(limits);
  options.settings = std::move(settings);
  return gapless::run(engine_, what, statement, options);
}

Result<std::vector<PartitionVersion>> SqlWarehouse::ask_inventory(std::string_view question, const TableName& table,
                                                                  const Limits& limits) {
  Statement statement(sql::inventory());
  statement.bind("database", table.database.text()).bind("table", table.table.text());
  GAPLESS_ASSIGN(
      const Rows rows,
      ask(question, statement, {"table_uuid", "partition", "row_count", "max_block", "version", "bytes"}, limits));
  std::vector<PartitionVersion> partitions;
  partitions.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(PartitionVersion partition, parse_version(rows, i, 0));
    partitions.push_back(std::move(partition));
  }
  return partitions;
}

Result<std::map<Partition, PartitionVersion>> SqlWarehouse::target_inventory(Target target, const Limits& limits) {
  return inventory_of(target, layout_.team_buckets, limits);
}

Result<std::map<Partition, PartitionVersion>> SqlWarehouse::inventory_of(Target target, TeamBuckets buckets,
                                                                         const Limits& limits) {
  const std::string question = fmt::format("which partitions {} has", table_name(target));
  GAPLESS_ASSIGN(auto versions, ask_inventory(question, live(target), limits));
  std::map<Partition, PartitionVersion> partitions;
  for (PartitionVersion& version : versions) {
    const auto partition = buckets.of_partition_id(version.partition, layout_.shard);
    if (!partition && buckets == layout_.team_buckets) GAPLESS_TRY(check_partitioning(limits));
    if (!partition)
      return fail(Fault::kCorrupt, fmt::format("{}: '{}' is not a day{}", question, version.partition,
                                               buckets.count() == 1 ? "" : " and one of its buckets"));
    partitions.emplace(*partition, std::move(version));
  }
  return partitions;
}

Result<std::vector<LedgerRow>> SqlWarehouse::ledger(DayRange days, const std::optional<Teams>& teams,
                                                    const Limits& limits) {
  Statement statement = bind_range(sql::read_ledger(tables_.ledger, filter_of(teams)), days, teams);
  statement.bind("rollup", kRollup).bind("forgotten", kForgotten);
  constexpr std::string_view kQuestion = "what the ledger says";
  GAPLESS_ASSIGN(const Rows rows, ask(kQuestion, statement, ledger_row_columns(), limits));
  auto entries = parse_ledger_rows(rows, layout_.shard);
  if (!entries) return fail(with_context(kQuestion, std::move(entries.error())));
  for (std::size_t i = 1; i < entries->size(); ++i) {
    const LedgerRow &row = (*entries)[i], &before = (*entries)[i - 1];
    if (row.cell < before.cell || (row.cell == before.cell && row.target == before.target))
      return fail(Fault::kCorrupt, fmt::format("{}: the reply has team {} on {} twice, or out of order", kQuestion,
                                               row.cell.team.value(), row.cell.day.to_string()));
  }
  std::erase_if(*entries, [this](const LedgerRow& row) { return !contains(layout_.targets, row.target); });
  return entries;
}

Result<std::uint64_t> SqlWarehouse::highest_fence(const Limits& limits) {
  GAPLESS_ASSIGN(
      const Rows rows,
      ask("the ledger's highest fence",
          Statement(sql::ledger_extent(tables_.ledger)).bind("rollup", kRollup).bind("forgotten", kForgotten),
          {"rows", "fence", "first_day", "last_day"}, limits));
  if (rows.size() != 1) return fail(Fault::kCorrupt, "the ledger's highest fence: not one row");
  return rows.u64(0, 1);
}

Result<std::optional<DayRange>> SqlWarehouse::published_days(const Limits& limits) {
  std::optional<DayRange> days;
  const auto include = [&days](const Rows& rows, std::size_t first_column) -> Status {
    if (rows.size() != 1) return fail(Fault::kCorrupt, "which days are published: not one row");
    GAPLESS_ASSIGN(const std::uint64_t count, rows.u64(0, 0));
    if (count == 0) return {};
    GAPLESS_ASSIGN(const Day first, rows.day(0, first_column));
    GAPLESS_ASSIGN(const Day last, rows.day(0, first_column + 1));
    days = days ? DayRange{std::min(days->first, first), std::max(days->last, last)} : DayRange{first, last};
    return {};
  };
  GAPLESS_ASSIGN(
      const Rows entries,
      ask("which days the ledger has",
          Statement(sql::ledger_extent(tables_.ledger)).bind("rollup", kRollup).bind("forgotten", kForgotten),
          {"rows", "fence", "first_day", "last_day"}, limits));
  GAPLESS_TRY(include(entries, 2));
  for (const Target target : layout_.targets) {
    GAPLESS_ASSIGN(const Rows rows, ask("which days a target has", Statement(sql::target_extent(live(target))),
                                        {"rows", "first_day", "last_day"}, limits));
    GAPLESS_TRY(include(rows, 1));
  }
  return days;
}

Result<std::vector<TargetCell>> SqlWarehouse::ask_cells(std::string_view question, const Statement& statement,
                                                        const Limits& limits) {
  GAPLESS_ASSIGN(
      const Rows rows,
      ask(question, statement,
          {"team_id", "day", "rows", "keys", "key_hash", "view_events", "sessions", "bounces", "duration"}, limits));
  std::vector<TargetCell> cells;
  cells.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(const TeamId team, rows.team(i, 0));
    GAPLESS_ASSIGN(const Day day, rows.day(i, 1));
    TargetCell cell{{team, day, layout_.shard}, {}};
    GAPLESS_ASSIGN(cell.content.rows, rows.u64(i, 2));
    GAPLESS_ASSIGN(cell.content.keys, rows.u64(i, 3));
    GAPLESS_ASSIGN(cell.content.key_hash, rows.u64(i, 4));
    GAPLESS_ASSIGN(cell.content.measures.view_events, rows.u64(i, 5));
    GAPLESS_ASSIGN(cell.content.measures.sessions, rows.u64(i, 6));
    GAPLESS_ASSIGN(cell.content.measures.bounces, rows.u64(i, 7));
    GAPLESS_ASSIGN(cell.content.measures.duration_seconds, rows.i64(i, 8));
    cells.push_back(cell);
  }
  GAPLESS_TRY(each_once(question, cells));
  return cells;
}

Result<std::vector<TargetCell>> SqlWarehouse::ask_content(std::string_view question, Target target,
                                                          const TableName& table, sql::ContentScope scope,
                                                          const std::function<void(Statement&)>& bind,
                                                          const Limits& limits) {
  const auto ask_by = [&](std::string text) {
    Statement statement(std::move(text));
    bind(statement);
    return ask_cells(question, statement, limits);
  };
  GAPLESS_ASSIGN(auto cells, ask_by(sql::content(target, table, scope)));
  const bool each_key_once =
      std::ranges::all_of(cells, [](const TargetCell& cell) { return cell.content.keys == cell.content.rows; });
  if (each_key_once) return cells;
  return ask_by(sql::content_by_key(target, table, scope));
}

Result<std::vector<TargetCell>> SqlWarehouse::target_content(Target target, DayRange days,
                                                             const std::optional<Teams>& teams, const Limits& limits) {
  return ask_content(
      fmt::format("what {} holds", table_name(target)), target, live(target),
      teams ? sql::ContentScope::kDaysAndTeams : sql::ContentScope::kDays,
      [&](Statement& statement) {
        statement.bind("first", days.first).bind("last", days.last);
        if (teams) statement.bind("teams", *teams);
      },
      limits);
}

Result<std::vector<TargetCell>> SqlWarehouse::partition_content(Target target, const Partition& partition,
                                                                const Limits& limits) {
  if (layout_.team_buckets.count() == 1)
    return target_content(target, {partition.day, partition.day}, std::nullopt, limits);
  return ask_content(
      fmt::format("what {} holds", table_name(target)), target, live(target), sql::ContentScope::kPartition,
      [&](Statement& statement) { statement.bind("partition", layout_.team_buckets.partition_id(partition)); }, limits);
}

Result<PartitionStates> SqlWarehouse::ask_state(std::string_view question,
                                                const std::array<TableName, kTargets.size()>& tables,
                                                const Partition& partition, const Limits& limits) {
  Statement statement(sql::partition_state());
  std::vector<std::string> names;
  for (const TableName& table : tables) names.push_back(table.table.text());
  statement.bind("database", tables.front().database.text()).bind("tables", names);
  statement.bind("partition", layout_.team_buckets.partition_id(partition));
  GAPLESS_ASSIGN(const Rows rows, ask(question, statement,
                                      {"table", "table_uuid", "partition", "row_count", "max_block", "version", "bytes",
                                       "checksum", "part_names", "part_rows"},
                                      limits));
  PartitionStates states;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto table = std::ranges::find(names, rows.text(i, 0));
    if (table == names.end())
      return fail(Fault::kCorrupt, fmt::format("{}: '{}' was not asked for", question, rows.text(i, 0)));
    PartitionState state;
    GAPLESS_ASSIGN(state.version, parse_version(rows, i, 1));
    GAPLESS_ASSIGN(state.checksum, rows.u64(i, 7));
    GAPLESS_ASSIGN(state.parts, parse_parts(rows.text(i, 8), rows.text(i, 9)));
    states[static_cast<std::size_t>(table - names.begin())] = std::move(state);
  }
  return states;
}

Result<PartitionStates> SqlWarehouse::live_state(const Partition& partition, const Limits& limits) {
  return ask_state("what stands in the live partitions",
                   {live(Target::kStats), live(Target::kBounces), live(Target::kBreakdowns)}, partition, limits);
}

Result<std::uint64_t> SqlWarehouse::free_bytes(const Limits& limits) {
  std::vector<std::string> tables;
  for (const Target target : layout_.targets) tables.emplace_back(table_name(target));
  Statement statement(sql::free_bytes());
  statement.bind("database", layout_.database.text()).bind("tables", tables);
  GAPLESS_ASSIGN(const Rows rows, ask("how much is free on the disk", statement, {"free"}, limits));
  if (rows.size() != 1) return fail(Fault::kCorrupt, "how much is free on the disk: not one row");
  return rows.u64(0, 0);
}

Result<std::optional<std::string>> SqlWarehouse::definition_text(std::string_view hash, const Limits& limits) {
  GAPLESS_ASSIGN(const Rows rows,
                 ask("the text of a definition",
                     Statement(sql::read_definition(tables_.definitions)).bind("hash", hash), {"text"}, limits));
  if (rows.size() == 0) return std::nullopt;
  return rows.text(0, 0);
}

Result<std::vector<CellDifferences>> SqlWarehouse::differences(Target target, Day day, const Teams& teams,
                                                               std::optional<double> tolerance_percent,
                                                               const Limits& limits) {
  const std::string question = fmt::format("comparing {} with the source", table_name(target));
  const auto exact = tolerance_percent ? sql::UniqExact::kYes : sql::UniqExact::kNo;
  Statement statement(sql::verification(target, live(target), layout_.source, exact));
  statement.bind("day", day).bind("teams", teams).bind("most", std::uint64_t{kDifferencesTold});
  if (tolerance_percent) statement.bind("tolerance", fmt::format("{}", *tolerance_percent / 100));
  const auto columns = sql::verification_columns(target);
  GAPLESS_ASSIGN(const Rows rows, ask(question, statement, {columns.begin(), columns.end()}, limits));
  std::vector<CellDifferences> cells;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(const TeamId team, rows.team(i, 0));
    if (cells.empty() || cells.back().cell.team != team) cells.push_back({{team, day, layout_.shard}, 0, {}});
    GAPLESS_ASSIGN(cells.back().count, rows.u64(i, 1));
    Difference found{.measure = rows.text(i, 2)};
    GAPLESS_ASSIGN(found.in_target, rows.i64(i, 3));
    GAPLESS_ASSIGN(found.in_source, rows.i64(i, 4));
    GAPLESS_ASSIGN(const std::int64_t in_union, rows.i64(i, 5));
    if (in_union >= 0) found.in_union = in_union;
    for (std::size_t column = 6; column < columns.size(); ++column)
      found.group.emplace_back(columns[column], rows.text(i, column));
    cells.back().first.push_back(std::move(found));
  }
  GAPLESS_TRY(each_once(question, cells));
  return cells;
}

}  // namespace gapless
