// What is asked of source, ledger and targets; sql_warehouse_tables.cpp has their making, sql_warehouse_publishing.cpp what
// is done to them.
#include "warehouse/sql_warehouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "engine/ask.h"
#include "sql/sessions.h"
#include "sql/table_shape.h"
#include "sql/targets.h"
#include "sql/verification.h"
#include "warehouse/ledger_rows.h"
#include "warehouse/statement_options.h"

namespace gapless {
namespace {

/// The only partition of a source of which it cannot be told where an event lies.
constexpr std::string_view kAllPartitions = "all";

/// The days that Day holds.
const DayRange kAllDays{Day::from_sys_days(std::chrono::year{1970} / 1 / 3),
                        Day::from_sys_days(std::chrono::year{2106} / 2 / 4)};

/// More cells than any plan holds; a reply that is larger is not ours.
constexpr std::uint64_t kMaxCells = 20'000'000;

sql::TeamFilter filter_of(const std::optional<Teams>& teams) {
  return teams ? sql::TeamFilter::kGiven : sql::TeamFilter::kAll;
}

Statement bind_range(std::string text, DayRange days, const std::optional<Teams>& teams) {
  Statement statement(std::move(text));
  statement.bind("first", days.first).bind("last", days.last);
  if (teams) statement.bind("teams", *teams);
  return statement;
}

std::string dotted(const TableName& table) { return table.database.text() + "." + table.table.text(); }

/// A cell twice would count twice, or hide what stands in it first: such a reply is no answer.
template <class Value>
Status each_once(std::string_view question, const std::vector<Value>& values) {
  for (std::size_t i = 1; i < values.size(); ++i)
    if (values[i].cell <= values[i - 1].cell)
      return fail(Fault::kCorrupt, fmt::format("{}: the reply has team {} on {} twice, or out of order", question,
                                               values[i].cell.team.value(), values[i].cell.day.to_string()));
  return {};
}

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
    LivePart part{std::string(name), 0};
    const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), part.rows);
    if (error != std::errc() || end != count.data() + count.size())
      return fail(Fault::kCorrupt, fmt::format("part {}: '{}' is no count of rows", name, count));
    parts.push_back(std::move(part));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    rows.remove_prefix(std::min(rows.size(), count.size() + 1));
  }
  return parts;
}

/// From the columns team_id, day, events, view_events, hash.
Result<SourceCount> parse_count(const Rows& rows, std::size_t row, std::size_t column) {
  GAPLESS_ASSIGN(const TeamId team, rows.team(row, column));
  GAPLESS_ASSIGN(const Day day, rows.day(row, column + 1));
  SourceCount count{{team, day}, 0, {}};
  GAPLESS_ASSIGN(count.events.events, rows.u64(row, column + 2));
  GAPLESS_ASSIGN(count.view_events, rows.u64(row, column + 3));
  GAPLESS_ASSIGN(count.events.hash, rows.u64(row, column + 4));
  return count;
}

}  // namespace

std::string PartitionVersion::version() const {
  return fmt::format("{} {} {} {}", table, rows, max_block, data_version);
}

SqlWarehouse::SqlWarehouse(Engine& engine, WarehouseLayout layout)
    : engine_(engine), layout_(std::move(layout)), tables_(sql::LedgerTables::in(layout_.database)) {}

TableName SqlWarehouse::live(Target target) const { return TableName::own(layout_.database, table_name(target)); }

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
    GAPLESS_ASSIGN(const SourceCount count, parse_count(rows, i, 0));
    counts.push_back(count);
  }
  GAPLESS_TRY(each_once(kQuestion, counts));
  return counts;
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
    GAPLESS_ASSIGN(all[std::string(kAllPartitions)], source_counts(kAllDays, std::nullopt, limits));
    return all;
  }
  Statement statement(sql::counts_by_partition(layout_.source));
  GAPLESS_ASSIGN(const Rows rows, ask(kQuestion, statement.bind("partitions", partitions),
                                      {"partition", "team_id", "day", "events", "view_events", "hash"}, limits));
  std::map<std::string, std::vector<SourceCount>> counts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(const SourceCount count, parse_count(rows, i, 1));
    counts[rows.text(i, 0)].push_back(count);
  }
  for (const auto& [partition, of_it] : counts) GAPLESS_TRY(each_once(kQuestion, of_it));
  return counts;
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
    const auto partition = buckets.of_partition_id(version.partition);
    if (!partition && buckets == layout_.team_buckets) GAPLESS_TRY(check_partitioning(limits));
    if (!partition)
      return fail(Fault::kCorrupt, fmt::format("{}: '{}' is not a day{}", question, version.partition,
                                               buckets.count() == 1 ? "" : " and one of its buckets"));
    partitions.emplace(*partition, std::move(version));
  }
  return partitions;
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
    OwnedCell cell{{team, day}, {}, {}};
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
  Statement statement(sql::owned_cells(layout_.source));
  statement.bind("day", day).bind("teams", teams);
  return ask_owned("which events " + day.to_string() + " owns", statement, day, limits);
}

Result<std::vector<LedgerRow>> SqlWarehouse::ledger(DayRange days, const std::optional<Teams>& teams,
                                                    const Limits& limits) {
  Statement statement = bind_range(sql::read_ledger(tables_.ledger, filter_of(teams)), days, teams);
  statement.bind("rollup", kRollup).bind("forgotten", kForgotten);
  constexpr std::string_view kQuestion = "what the ledger says";
  GAPLESS_ASSIGN(const Rows rows, ask(kQuestion, statement, ledger_row_columns(), limits));
  auto entries = parse_ledger_rows(rows);
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
    TargetCell cell{{team, day}, {}};
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
    if (cells.empty() || cells.back().cell.team != team) cells.push_back({{team, day}, 0, {}});
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
