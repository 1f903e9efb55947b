// Tables with other buckets, beside the live ones and in their place.
#include <fmt/format.h>

#include "sql/rebuild.h"
#include "sql/table_shape.h"
#include "sql/targets.h"
#include "warehouse/rights.h"
#include "warehouse/sql_warehouse.h"

namespace gapless {

Result<Partitioning> SqlWarehouse::partitioning(const Limits& limits) {
  return look_at_partitioning(engine_, layout_.database, layout_.targets, limits);
}

Result<std::map<Partition, PartitionVersion>> SqlWarehouse::live_partitions(Target target, const Limits& limits) {
  GAPLESS_ASSIGN(const Partitioning all, partitioning(limits));
  const auto found = all.find(target);
  if (found == all.end() || !found->second)
    return fail(Fault::kInvalidInput,
                fmt::format("{} is not partitioned by days: gapless doctor says what to do", table_name(target)));
  return inventory_of(target, *found->second, limits);
}

Status SqlWarehouse::create_rebuilt(const StagingId& staging, Target target, TeamBuckets buckets,
                                    const Limits& limits) {
  const TableName table = live(target);
  Statement statement(sql::table_engines());
  statement.bind("database", table.database.text()).bind("tables", std::vector<std::string>{table.table.text()});
  GAPLESS_ASSIGN(const Rows rows,
                 ask("how a target table is made", statement, {"name", "partition_key", "engine_full"}, limits));
  const TableName rebuilt = staging_table(staging, target);
  const auto text = rows.size() == 1
                        ? sql::create_partitioned(rebuilt, table, rows.text(0, 2), rows.text(0, 1), buckets)
                        : std::nullopt;
  if (!text)
    return fail(Fault::kCorrupt,
                fmt::format("{} cannot be made anew: the engine does not say how it is made", table.quoted()));
  return run(fmt::format("making {} anew", table_name(target)), Statement(*text), limits);
}

Status SqlWarehouse::copy_day(const StagingId& staging, Target target, Day day, const Limits& limits) {
  const TableName rebuilt = staging_table(staging, target);
  Statement statement(sql::copy_day(target, rebuilt, live(target)));
  return run(fmt::format("copying {} of {}", table_name(target), day.to_string()), statement.bind("day", day), limits,
             sql::copy_settings());
}

Result<std::vector<TargetCell>> SqlWarehouse::rebuilt_content(const StagingId& staging, Target target, Day day,
                                                              const Limits& limits) {
  const TableName rebuilt = staging_table(staging, target);
  return ask_content(
      fmt::format("what the new {} holds", table_name(target)), target, rebuilt, sql::ContentScope::kDays,
      [day](Statement& statement) { statement.bind("first", day).bind("last", day); }, limits);
}

Status SqlWarehouse::exchange(const StagingId& staging, Target target, const Limits& limits) {
  const TableName rebuilt = staging_table(staging, target);
  auto done = run(fmt::format("exchanging {}", table_name(target)),
                  Statement(sql::exchange_tables(live(target), rebuilt)), limits);
  if (!done && done.error().code == 60) done.error().fault = Fault::kInternal;  // UNKNOWN_TABLE: the copy is gone
  if (!done && done.error().code == 497) {                                      // ACCESS_DENIED
    const Right right = rebuild_right(layout_.database);
    done.error().message +=
        fmt::format("; a rebuild needs {} ON {}, and nothing else does", right.privilege, right.object);
  }
  return done;
}

}  // namespace gapless
