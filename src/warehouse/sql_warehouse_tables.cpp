// The tables themselves: their making, who keeps them, and how they are partitioned.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sql/table_shape.h"
#include "sql/targets.h"
#include "warehouse/partitioning.h"
#include "warehouse/sql_warehouse.h"

namespace gapless {
namespace {

/// Whether a server is where it was when it was last written to: on any other it would be taken for one that lacks its teams.
Status check_place(const WarehouseLayout& layout, std::uint64_t shard, std::uint32_t shards) {
  const std::uint32_t configured = layout.shards.count();
  if (shards > configured)
    return fail(
        Fault::kConflict,
        fmt::format("the teams of {} are spread over {} servers, and {} configured: what the others hold would be"
                    " built again here. Name all {} in engine.shards, in their order; nothing was read or"
                    " written",
                    layout.database.text(), shards, configured == 1 ? "1 is" : fmt::format("{} are", configured),
                    shards));
  if (shard == layout.shard) return {};
  return fail(Fault::kConflict,
              fmt::format("this server is shard {}, and engine.shards has it in the place of shard {}:"
                          " put the servers in the order in which they were, new ones last; nothing"
                          " was read or written",
                          shard, layout.shard));
}

}  // namespace

Status SqlWarehouse::prepare(const Limits& limits) {
  // What is there is not made again: whoever made it need not have given us the right to.
  for (const Identifier& database : {layout_.database, layout_.staging_database}) {
    GAPLESS_ASSIGN(const Rows found,
                   ask("whether the database exists",
                       Statement(sql::database_named()).bind("database", database.text()), {"name"}, limits));
    if (found.size() == 0)
      GAPLESS_TRY(run("creating the database",
                      Statement("CREATE DATABASE IF NOT EXISTS {database:Identifier} ENGINE = Atomic")
                          .bind("database", database.text()),
                      limits));
  }
  GAPLESS_ASSIGN(const Rows rows,
                 ask("which tables there are", Statement(sql::tables_of()).bind("database", layout_.database.text()),
                     {"name"}, limits));
  std::set<std::string> tables;
  for (std::size_t i = 0; i < rows.size(); ++i) tables.insert(rows.text(i, 0));
  // One that is not there yet becomes as the others are.
  if (std::ranges::any_of(layout_.targets, [&](Target target) { return tables.contains(live(target).table.text()); })) {
    GAPLESS_ASSIGN(const auto partitioned, look_at_partitioning(engine_, layout_.database, layout_.targets, limits));
    for (const auto& [target, buckets] : partitioned)
      if (buckets) layout_.team_buckets = *buckets;
  }
  const auto make = [&](std::string_view what, const TableName& table, const std::string& statement) -> Status {
    return tables.contains(table.table.text()) ? Status() : run(what, Statement(statement), limits);
  };
  for (const Target target : layout_.targets)
    GAPLESS_TRY(
        make("creating a target table", live(target), sql::create_target(target, live(target), layout_.team_buckets)));
  GAPLESS_TRY(make("creating the ledger", tables_.ledger, sql::create_ledger(tables_.ledger)));
  GAPLESS_TRY(
      make("creating the ledger's definitions", tables_.definitions, sql::create_definitions(tables_.definitions)));
  GAPLESS_TRY(make("creating the warehouse's meta table", tables_.meta, sql::create_meta(tables_.meta)));
  const bool is_older = tables.contains(tables_.meta.table.text());
  return is_older && layout_.shards.count() > 1 ? add_shards_to_meta(limits) : Status();
}

Status SqlWarehouse::add_shards_to_meta(const Limits& limits) {
  Statement columns(sql::table_columns());
  columns.bind("database", layout_.database.text()).bind("tables", std::vector<std::string>{tables_.meta.table.text()});
  GAPLESS_ASSIGN(const Rows rows, ask("how the warehouse's meta table is made", columns,
                                      {"table_name", "name", "type", "default_kind"}, limits));
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows.text(i, 1) == "shards") return {};
  return run("giving the warehouse's meta table columns for shards", Statement(sql::add_shards_to_meta(tables_.meta)),
             limits);
}

Result<std::optional<WarehouseMeta>> SqlWarehouse::meta(const Limits& limits) {
  constexpr std::string_view kNoUuid = "00000000-0000-0000-0000-000000000000";
  Statement statement(sql::read_meta(tables_.meta));
  statement.bind("database", layout_.database.text()).bind("table", tables_.meta.table.text());
  GAPLESS_ASSIGN(const Rows rows, ask("who keeps this warehouse", statement,
                                      {"store_id", "host", "layout_version", "shard", "shards", "uuid"}, limits));
  if (rows.size() == 0) return std::nullopt;
  GAPLESS_ASSIGN(const std::uint64_t version, rows.u64(0, 2));
  GAPLESS_ASSIGN(const std::uint64_t shard, rows.u64(0, 3));
  GAPLESS_ASSIGN(const std::uint64_t said, rows.u64(0, 4));
  const auto shards = static_cast<std::uint32_t>(std::max<std::uint64_t>(said, 1));
  GAPLESS_TRY(check_place(layout_, shard, shards));
  const std::string& uuid = rows.text(0, 5);
  return WarehouseMeta{.store_id = rows.text(0, 0),
                       .host = rows.text(0, 1),
                       .layout_version = version,
                       .uuid = uuid == kNoUuid ? "" : uuid,
                       .shards = shards,
                       .is_on_every_shard = shards == layout_.shards.count()};
}

Status SqlWarehouse::write_meta(const WarehouseMeta& meta, const Limits& limits) {
  const bool is_alone = layout_.shards.count() == 1;
  Statement statement(is_alone ? sql::write_meta(tables_.meta) : sql::write_meta_of_shard(tables_.meta));
  statement.bind("store_id", meta.store_id).bind("host", meta.host).bind("layout_version", meta.layout_version);
  if (!is_alone)
    statement.bind("shard", std::uint64_t{layout_.shard}).bind("shards", std::uint64_t{layout_.shards.count()});
  return run("recording who keeps this warehouse", statement, limits);
}

Status SqlWarehouse::check_partitioning(const Limits& limits) {
  GAPLESS_ASSIGN(const auto partitioned, look_at_partitioning(engine_, layout_.database, layout_.targets, limits));
  for (const auto& [target, buckets] : partitioned)
    if (buckets != layout_.team_buckets)
      return fail(
          Fault::kConflict,
          fmt::format("{} was rebuilt with other team buckets since this run began: nothing is published; run it"
                      " again",
                      table_name(target)));
  return {};
}

}  // namespace gapless
