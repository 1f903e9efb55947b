#include "warehouse/sharded_warehouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "warehouse/each_shard.h"

namespace gapless {
namespace {

void include(std::optional<DayRange>& days, const DayRange& more) {
  days = days ? DayRange{std::min(days->first, more.first), std::max(days->last, more.last)} : more;
}

bool comes_before(const LedgerRow& a, const LedgerRow& b) {
  return a.cell < b.cell || (a.cell == b.cell && a.target < b.target);
}
bool comes_before(const auto& a, const auto& b) { return a.cell < b.cell; }

/// Each of the lists is sorted.
template <class Value>
std::vector<Value> merged(std::vector<std::vector<Value>> lists) {
  std::vector<Value> all;
  for (std::vector<Value>& list : lists) {
    const auto middle = static_cast<std::ptrdiff_t>(all.size());
    all.insert(all.end(), std::make_move_iterator(list.begin()), std::make_move_iterator(list.end()));
    std::inplace_merge(all.begin(), all.begin() + middle, all.end(),
                       [](const Value& a, const Value& b) { return comes_before(a, b); });
  }
  return all;
}

}  // namespace

ShardedWarehouse::ShardedWarehouse(std::vector<Shard> shards)
    : shards_(std::move(shards)), spread_(Shards::of(shards_.size(), "the servers").value()) {}

Warehouse& ShardedWarehouse::on_shard(std::uint32_t shard) { return *shards_.at(shard).warehouse; }

Result<Warehouse*> ShardedWarehouse::of(std::uint32_t shard) const {
  if (shard < shards_.size()) return shards_[shard].warehouse;
  return fail(Fault::kInternal, fmt::format("there is no shard {}: {} are configured", shard, shards_.size()));
}

template <class Answer, class Ask>
Result<Answer> ShardedWarehouse::ask_one(std::uint32_t shard, const Ask& ask) const {
  GAPLESS_ASSIGN(Warehouse* const warehouse, of(shard));
  Result<Answer> answer = ask(*warehouse);
  if (answer) return answer;
  return fail(with_context(fmt::format("shard {} ({})", shard, shards_[shard].name), std::move(answer.error())));
}

template <class Answer, class Ask>
Result<std::vector<Answer>> ShardedWarehouse::ask_all(const Limits& limits, const Ask& ask) const {
  return ask_each<Answer>(shards_.size(), limits, [&](std::uint32_t shard, const Limits& bounds) {
    return ask_one<Answer>(shard, [&](Warehouse& warehouse) { return ask(warehouse, bounds); });
  });
}

template <class Value, class Ask>
Result<std::vector<Value>> ShardedWarehouse::ask_lists(const Limits& limits, const Ask& ask) const {
  GAPLESS_ASSIGN(auto lists, ask_all<std::vector<Value>>(limits, ask));
  return merged(std::move(lists));
}

template <class Value, class Ask>
Result<std::vector<Value>> ShardedWarehouse::ask_by_team(const Teams& teams, const Limits& limits,
                                                         const Ask& ask) const {
  std::vector<Teams> of_each(shards_.size());
  for (const TeamId team : teams) of_each[spread_.shard_of(team)].push_back(team);
  GAPLESS_ASSIGN(auto lists, ask_each<std::vector<Value>>(
                                 shards_.size(), limits,
                                 [&](std::uint32_t shard, const Limits& bounds) -> Result<std::vector<Value>> {
                                   const Teams& mine = of_each[shard];
                                   if (mine.empty()) return std::vector<Value>{};
                                   return ask_one<std::vector<Value>>(
                                       shard, [&](Warehouse& warehouse) { return ask(warehouse, mine, bounds); });
                                 }));
  return merged(std::move(lists));
}

Status ShardedWarehouse::tell_all(const Limits& limits,
                                  const std::function<Status(Warehouse&, const Limits&)>& tell) const {
  return ask_all<bool>(limits,
                       [&](Warehouse& warehouse, const Limits& bounds) -> Result<bool> {
                         GAPLESS_TRY(tell(warehouse, bounds));
                         return true;
                       })
      .map([](const std::vector<bool>&) {});
}

Status ShardedWarehouse::prepare(const Limits& limits) {
  return tell_all(limits, [](Warehouse& warehouse, const Limits& bounds) { return warehouse.prepare(bounds); });
}

Result<std::optional<WarehouseMeta>> ShardedWarehouse::meta(const Limits& limits) {
  GAPLESS_ASSIGN(auto all,
                 ask_all<std::optional<WarehouseMeta>>(
                     limits, [](Warehouse& warehouse, const Limits& bounds) { return warehouse.meta(bounds); }));
  std::optional<WarehouseMeta> together;
  bool is_on_every_shard = true;
  for (std::size_t shard = 0; shard < all.size(); ++shard) {
    const std::optional<WarehouseMeta>& one = all[shard];
    is_on_every_shard = is_on_every_shard && one && one->is_on_every_shard;
    if (!one) continue;
    if (!together) together = one;
    if (one->store_id != together->store_id)
      return fail(
          Fault::kConflict,
          fmt::format("shard {} ({}) is kept by store {} (host {}), and others by store {}: nothing is published."
                      " Name servers of one warehouse in engine.shards, or, if its store is lost: gapless adopt"
                      " --take-over",
                      shard, shards_[shard].name, one->store_id, one->host, together->store_id));
    together->layout_version = std::max(together->layout_version, one->layout_version);
    together->shards = std::max(together->shards, one->shards);
  }
  if (together) together->is_on_every_shard = is_on_every_shard;
  return together;
}

Status ShardedWarehouse::write_meta(const WarehouseMeta& meta, const Limits& limits) {
  for (auto shard = static_cast<std::uint32_t>(shards_.size()); shard-- > 0;)
    GAPLESS_TRY(ask_one<void>(shard, [&](Warehouse& warehouse) { return warehouse.write_meta(meta, limits); }));
  return {};
}

Status ShardedWarehouse::check_partitioning(const Limits& limits) {
  return tell_all(limits,
                  [](Warehouse& warehouse, const Limits& bounds) { return warehouse.check_partitioning(bounds); });
}

Result<SourceExtent> ShardedWarehouse::source_extent(const Limits& limits) {
  return ask_one<SourceExtent>(0, [&](Warehouse& warehouse) { return warehouse.source_extent(limits); });
}

Result<std::uint64_t> ShardedWarehouse::unusable_events(const Limits& limits) {
  return ask_one<std::uint64_t>(0, [&](Warehouse& warehouse) { return warehouse.unusable_events(limits); });
}

Result<std::vector<SourceCount>> ShardedWarehouse::source_counts(DayRange days, const std::optional<Teams>& teams,
                                                                 const Limits& limits) {
  return ask_one<std::vector<SourceCount>>(
      0, [&](Warehouse& warehouse) { return warehouse.source_counts(days, teams, limits); });
}

Result<std::optional<std::vector<PartitionVersion>>> ShardedWarehouse::source_inventory(const Limits& limits) {
  return ask_one<std::optional<std::vector<PartitionVersion>>>(
      0, [&](Warehouse& warehouse) { return warehouse.source_inventory(limits); });
}

Result<std::optional<std::string>> ShardedWarehouse::version(const Limits& limits) {
  GAPLESS_ASSIGN(const auto all,
                 ask_all<std::optional<std::string>>(
                     limits, [](Warehouse& warehouse, const Limits& bounds) { return warehouse.version(bounds); }));
  std::string together;
  for (const std::optional<std::string>& one : all) {
    if (!one) return std::nullopt;
    together += *one + "|";
  }
  return together;
}

Result<std::map<std::string, std::vector<SourceCount>>> ShardedWarehouse::counts_by_partition(
    const std::vector<std::string>& partitions, const Limits& limits) {
  return ask_one<std::map<std::string, std::vector<SourceCount>>>(
      0, [&](Warehouse& warehouse) { return warehouse.counts_by_partition(partitions, limits); });
}

Result<std::vector<OwnedCell>> ShardedWarehouse::owned_cells(Day day, const Teams& teams, const Limits& limits) {
  return ask_by_team<OwnedCell>(teams, limits, [day](Warehouse& warehouse, const Teams& mine, const Limits& bounds) {
    return warehouse.owned_cells(day, mine, bounds);
  });
}

Result<std::vector<LedgerRow>> ShardedWarehouse::ledger(DayRange days, const std::optional<Teams>& teams,
                                                        const Limits& limits) {
  return ask_lists<LedgerRow>(
      limits, [&](Warehouse& warehouse, const Limits& bounds) { return warehouse.ledger(days, teams, bounds); });
}

Result<std::uint64_t> ShardedWarehouse::highest_fence(const Limits& limits) {
  GAPLESS_ASSIGN(const auto all, ask_all<std::uint64_t>(limits, [](Warehouse& warehouse, const Limits& bounds) {
                   return warehouse.highest_fence(bounds);
                 }));
  return *std::ranges::max_element(all);
}

Result<std::optional<DayRange>> ShardedWarehouse::published_days(const Limits& limits) {
  GAPLESS_ASSIGN(const auto all,
                 ask_all<std::optional<DayRange>>(limits, [](Warehouse& warehouse, const Limits& bounds) {
                   return warehouse.published_days(bounds);
                 }));
  std::optional<DayRange> days;
  for (const auto& of_shard : all)
    if (of_shard) include(days, *of_shard);
  return days;
}

Result<std::vector<TargetCell>> ShardedWarehouse::target_content(Target target, DayRange days,
                                                                 const std::optional<Teams>& teams,
                                                                 const Limits& limits) {
  return ask_lists<TargetCell>(limits, [&](Warehouse& warehouse, const Limits& bounds) {
    return warehouse.target_content(target, days, teams, bounds);
  });
}

Result<std::vector<TargetCell>> ShardedWarehouse::partition_content(Target target, const Partition& partition,
                                                                    const Limits& limits) {
  return ask_one<std::vector<TargetCell>>(
      partition.shard, [&](Warehouse& warehouse) { return warehouse.partition_content(target, partition, limits); });
}

Result<std::map<Partition, PartitionVersion>> ShardedWarehouse::target_inventory(Target target, const Limits& limits) {
  using Inventory = std::map<Partition, PartitionVersion>;
  GAPLESS_ASSIGN(auto all, ask_all<Inventory>(limits, [target](Warehouse& warehouse, const Limits& bounds) {
                   return warehouse.target_inventory(target, bounds);
                 }));
  Inventory together;
  for (Inventory& one : all) together.merge(one);
  return together;
}

Result<PartitionStates> ShardedWarehouse::live_state(const Partition& partition, const Limits& limits) {
  return ask_one<PartitionStates>(partition.shard,
                                  [&](Warehouse& warehouse) { return warehouse.live_state(partition, limits); });
}

Result<std::uint64_t> ShardedWarehouse::free_bytes(const Limits& limits) {
  GAPLESS_ASSIGN(const auto all, ask_all<std::uint64_t>(limits, [](Warehouse& warehouse, const Limits& bounds) {
                   return warehouse.free_bytes(bounds);
                 }));
  return *std::ranges::min_element(all);
}

Result<std::optional<std::string>> ShardedWarehouse::definition_text(std::string_view hash, const Limits& limits) {
  GAPLESS_ASSIGN(auto all,
                 ask_all<std::optional<std::string>>(limits, [hash](Warehouse& warehouse, const Limits& bounds) {
                   return warehouse.definition_text(hash, bounds);
                 }));
  const auto found = std::ranges::find_if(all, [](const auto& text) { return text.has_value(); });
  return found == all.end() ? std::nullopt : std::move(*found);
}

Result<std::vector<CellDifferences>> ShardedWarehouse::differences(Target target, Day day, const Teams& teams,
                                                                   std::optional<double> tolerance_percent,
                                                                   const Limits& limits) {
  return ask_by_team<CellDifferences>(teams, limits,
                                      [&](Warehouse& warehouse, const Teams& mine, const Limits& bounds) {
                                        return warehouse.differences(target, day, mine, tolerance_percent, bounds);
                                      });
}

Status ShardedWarehouse::create_staging(const StagingId& staging, const Limits& limits) {
  return ask_one<void>(staging.partition.shard,
                       [&](Warehouse& warehouse) { return warehouse.create_staging(staging, limits); });
}

Result<std::vector<OwnedCell>> ShardedWarehouse::build_sessions(const StagingId& staging, const Teams& teams,
                                                                const Limits& limits) {
  return ask_one<std::vector<OwnedCell>>(
      staging.partition.shard, [&](Warehouse& warehouse) { return warehouse.build_sessions(staging, teams, limits); });
}

Status ShardedWarehouse::stage_cells(const StagingId& staging, Target target, const Teams& teams,
                                     const std::optional<Teams>& all_but, const Limits& limits) {
  return ask_one<void>(staging.partition.shard, [&](Warehouse& warehouse) {
    return warehouse.stage_cells(staging, target, teams, all_but, limits);
  });
}

Status ShardedWarehouse::stage_from_wide(const StagingId& staging, const Teams& teams,
                                         const std::optional<Teams>& all_but, const Limits& limits) {
  return ask_one<void>(staging.partition.shard, [&](Warehouse& warehouse) {
    return warehouse.stage_from_wide(staging, teams, all_but, limits);
  });
}

Result<StagedPartition> ShardedWarehouse::staged(const StagingId& staging, Target target, const Limits& limits) {
  return ask_one<StagedPartition>(staging.partition.shard,
                                  [&](Warehouse& warehouse) { return warehouse.staged(staging, target, limits); });
}

Result<PartitionStates> ShardedWarehouse::staged_state(const StagingId& staging, const Limits& limits) {
  return ask_one<PartitionStates>(staging.partition.shard,
                                  [&](Warehouse& warehouse) { return warehouse.staged_state(staging, limits); });
}

Status ShardedWarehouse::replace_partition(const StagingId& staging, Target target, const Limits& limits) {
  return ask_one<void>(staging.partition.shard,
                       [&](Warehouse& warehouse) { return warehouse.replace_partition(staging, target, limits); });
}

Status ShardedWarehouse::drop_partition(const StagingId& staging, Target target, const Limits& limits) {
  return ask_one<void>(staging.partition.shard,
                       [&](Warehouse& warehouse) { return warehouse.drop_partition(staging, target, limits); });
}

Status ShardedWarehouse::drop_part(Target target, const Partition& partition, const std::string& part,
                                   const Limits& limits) {
  return ask_one<void>(partition.shard,
                       [&](Warehouse& warehouse) { return warehouse.drop_part(target, partition, part, limits); });
}

Status ShardedWarehouse::record(const std::vector<LedgerRow>& rows, const Definition& definition,
                                const Limits& limits) {
  std::map<std::uint32_t, std::vector<LedgerRow>> of_each;
  for (const LedgerRow& row : rows) of_each[row.cell.shard].push_back(row);
  for (const auto& [shard, mine] : of_each)
    GAPLESS_TRY(ask_one<void>(
        shard, [&, &some = mine](Warehouse& warehouse) { return warehouse.record(some, definition, limits); }));
  return {};
}

Status ShardedWarehouse::drop_staging(const StagingId& staging, const Limits& limits) {
  const auto drop = [&](Warehouse& warehouse, const Limits& bounds) { return warehouse.drop_staging(staging, bounds); };
  if (staging.partition.is_all()) return tell_all(limits, drop);
  return ask_one<void>(staging.partition.shard, [&](Warehouse& warehouse) { return drop(warehouse, limits); });
}

Result<std::vector<StagingId>> ShardedWarehouse::list_staging(const Limits& limits) {
  using Staging = std::vector<StagingId>;
  GAPLESS_ASSIGN(const auto all, ask_all<Staging>(limits, [](Warehouse& warehouse, const Limits& bounds) {
                   return warehouse.list_staging(bounds);
                 }));
  Staging found;
  for (const Staging& one : all) found.insert(found.end(), one.begin(), one.end());
  std::ranges::sort(found);  // that of a rebuild is on all of them
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace gapless
