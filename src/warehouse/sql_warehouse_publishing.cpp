// Staging, from its making to its end, and what is published out of it.
#include <fmt/format.h>

#include "sql/sessions.h"
#include "sql/staging.h"
#include "sql/targets.h"
#include "warehouse/ledger_rows.h"
#include "warehouse/sql_warehouse.h"
#include "warehouse/staging_names.h"
#include "warehouse/statement_options.h"

namespace gapless {

TableName SqlWarehouse::staging_table(const StagingId& staging, Target target) const {
  return StagingTables::of(staging, layout_.staging_database).target(target);
}

Status SqlWarehouse::create_staging(const StagingId& staging, const Limits& limits) {
  const StagingTables tables = StagingTables::of(staging, layout_.staging_database);
  GAPLESS_TRY(run("creating a staging table", Statement(sql::create_straddlers(tables.straddlers)), limits));
  GAPLESS_TRY(run("creating a staging table", Statement(sql::create_sessions(tables.sessions)), limits));
  for (const Target target : layout_.targets)
    GAPLESS_TRY(
        run("creating a staging table", Statement(sql::create_like(tables.target(target), live(target))), limits));
  return {};
}

Result<std::vector<OwnedCell>> SqlWarehouse::build_sessions(const StagingId& staging, const Teams& teams,
                                                            const Limits& limits) {
  const StagingTables tables = StagingTables::of(staging, layout_.staging_database);
  const Day day = staging.partition.day;
  const Teams mine = own(teams);
  if (mine.empty()) return std::vector<OwnedCell>{};
  const auto bound = [&](std::string text) {
    Statement statement(std::move(text));
    statement.bind("day", day).bind("teams", mine);
    return statement;
  };
  GAPLESS_TRY(
      run("finding sessions over midnight", bound(sql::fill_straddlers(tables.straddlers, layout_.source)), limits));
  GAPLESS_TRY(
      run("building sessions", bound(sql::fill_sessions(tables.sessions, tables.straddlers, layout_.source)), limits));
  Statement cells(sql::cells_of_sessions(tables.sessions));
  cells.bind("teams", mine);
  return ask_owned("what the sessions hold", cells, day, limits);
}

Status SqlWarehouse::stage_cells(const StagingId& staging, Target target, const Teams& teams,
                                 const std::optional<Teams>& all_but, const Limits& limits) {
  const StagingTables tables = StagingTables::of(staging, layout_.staging_database);
  const TableName& table = tables.target(target);
  Statement statement(all_but ? sql::stage_cells_and_others(target, table, tables.sessions, live(target))
                              : sql::stage_cells(target, table, tables.sessions));
  statement.bind("teams", teams);
  if (target == Target::kBreakdowns) statement.bind("day", staging.partition.day);
  if (all_but) statement.bind("but", *all_but).bind("partition", layout_.team_buckets.partition_id(staging.partition));
  return run(fmt::format("building {}", table_name(target)), statement, limits, sql::stage_settings(target));
}

Status SqlWarehouse::stage_from_wide(const StagingId& staging, const Teams& teams, const std::optional<Teams>& all_but,
                                     const Limits& limits) {
  constexpr Target kNarrow = Target::kBreakdowns;
  const TableName table = staging_table(staging, kNarrow), wide = live(Target::kBounces);
  Statement statement(all_but ? sql::stage_from_wide_and_others(table, wide, live(kNarrow))
                              : sql::stage_from_wide(table, wide));
  statement.bind("teams", teams).bind("day", staging.partition.day);
  statement.bind("partition", layout_.team_buckets.partition_id(staging.partition));
  if (all_but) statement.bind("but", *all_but);
  return run(fmt::format("deriving {}", table_name(kNarrow)), statement, limits, sql::stage_settings(kNarrow));
}

Result<StagedPartition> SqlWarehouse::staged(const StagingId& staging, Target target, const Limits& limits) {
  const TableName table = staging_table(staging, target);
  StagedPartition partition;
  GAPLESS_ASSIGN(const auto cells,
                 ask_content(
                     "what is staged", target, table, sql::ContentScope::kAll, [](Statement&) {}, limits));
  for (const TargetCell& cell : cells) {
    if (layout_.team_buckets.contains(staging.partition, cell.cell))
      partition.cells.push_back(cell);
    else
      partition.rows_outside += cell.content.rows;
  }
  return partition;
}

Result<PartitionStates> SqlWarehouse::staged_state(const StagingId& staging, const Limits& limits) {
  return ask_state("what stands in the staged partitions", StagingTables::of(staging, layout_.staging_database).targets,
                   staging.partition, limits);
}

Status SqlWarehouse::alter_partition(std::string_view what, std::string text, const StagingId& staging,
                                     const Limits& limits) {
  Statement statement(std::move(text));
  auto done = run(what, statement.bind("partition", layout_.team_buckets.partition_id(staging.partition)), limits);
  // 36 BAD_ARGUMENTS: an empty source partition; 60 UNKNOWN_TABLE: the staging is gone. Neither touched the live one.
  if (!done && (done.error().code == 36 || done.error().code == 60)) done.error().fault = Fault::kInternal;
  return done;
}

Status SqlWarehouse::replace_partition(const StagingId& staging, Target target, const Limits& limits) {
  const TableName staged_table = staging_table(staging, target);
  return alter_partition(fmt::format("publishing {} of {}", table_name(target), staging.partition.to_string()),
                         sql::replace_partition(live(target), staged_table), staging, limits);
}

Status SqlWarehouse::drop_partition(const StagingId& staging, Target target, const Limits& limits) {
  const TableName staged_table = staging_table(staging, target);
  return alter_partition(fmt::format("emptying {} of {}", table_name(target), staging.partition.to_string()),
                         sql::move_partition(live(target), staged_table), staging, limits);
}

Status SqlWarehouse::drop_part(Target target, const Partition& /*partition*/, const std::string& part,
                               const Limits& limits) {
  Statement statement(sql::drop_part(live(target)));
  return run(fmt::format("dropping a part of {}", table_name(target)), statement.bind("part", part), limits);
}

Status SqlWarehouse::record(const std::vector<LedgerRow>& rows, const Definition& definition, const Limits& limits) {
  Statement text(sql::write_definition(tables_.definitions));
  text.bind("hash", definition.hash()).bind("text", definition.text());
  GAPLESS_TRY(run("recording the definition", text, limits));
  const Statement insert("INSERT INTO " + tables_.ledger.quoted() + " (" + sql::kLedgerColumns + ")");
  auto written = [&]() -> Status {
    GAPLESS_ASSIGN(const auto stream, engine_.insert(insert, "TabSeparated", options_of(limits)));
    GAPLESS_TRY(stream->append(format_ledger_rows(rows)));
    GAPLESS_TRY(stream->finish());
    return {};
  }();
  if (!written) return fail(with_context("writing the ledger", std::move(written.error())));
  return {};
}

Status SqlWarehouse::drop_staging(const StagingId& staging, const Limits& limits) {
  const StagingTables tables = StagingTables::of(staging, layout_.staging_database);
  std::vector<TableName> all(tables.targets.begin(), tables.targets.end());  // also of those that are no longer kept
  all.insert(all.end(), {tables.sessions, tables.straddlers});
  // A server refuses to drop what is large, lest somebody lost it by mistake. After a rebuild these are whole old targets.
  constexpr int kTooLargeToDrop = 359;
  Status dropped;
  for (const TableName& table : all) {
    const Statement drop(sql::drop_table(table));
    Status done = run("dropping a staging table", drop, limits);
    if (!done && done.error().code == kTooLargeToDrop)
      done = run("dropping a large staging table", drop, limits, {{"max_table_size_to_drop", "0"}});
    if (!done && dropped) dropped = std::move(done);
  }
  return dropped;
}

Result<std::vector<StagingId>> SqlWarehouse::list_staging(const Limits& limits) {
  Statement statement(sql::tables_like());
  statement.bind("database", layout_.staging_database.text()).bind("prefix", kStagingPrefix);
  GAPLESS_ASSIGN(const Rows rows, ask("which staging tables there are", statement, {"name"}, limits));
  std::vector<StagingId> found;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const auto staging = parse_staging_name(rows.text(i, 0));
        staging && (found.empty() || found.back() != *staging) &&
        (staging->partition.shard == layout_.shard || staging->partition.is_all()))
      found.push_back(*staging);
  return found;
}

}  // namespace gapless
