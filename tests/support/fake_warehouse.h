#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "support/event_model.h"
#include "support/fake_warehouse_faults.h"
#include "support/fake_warehouse_state.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// A Warehouse in memory: source events, targets in parts, staging and ledger, with the rules of event_model.h. It
/// keeps every promise of the interface (tests/contract holds it to them) until it is told to fail: faults() plans
/// failures and lists the calls. Thread-safe.
///
/// What is below "For tests" is no call: it never fails and is not counted.
class FakeWarehouse final : public Warehouse {
 public:
  FakeWarehouse() = default;
  /// Calls are counted and fail together with those of another fake.
  explicit FakeWarehouse(FaultInjector& shared) : faults_(&shared) {}

  const Targets& targets() const override { return targets_; }
  TeamBuckets team_buckets() const override { return team_buckets_; }
  Shards shards() const override { return shards_; }

  Status prepare(const Limits& limits) override;
  Result<std::optional<WarehouseMeta>> meta(const Limits& limits) override;
  Status write_meta(const WarehouseMeta& meta, const Limits& limits) override;
  Status check_partitioning(const Limits& limits) override;

  Result<SourceExtent> source_extent(const Limits& limits) override;
  Result<std::uint64_t> unusable_events(const Limits& limits) override;
  Result<std::vector<SourceCount>> source_counts(DayRange days, const std::optional<Teams>& teams,
                                                 const Limits& limits) override;
  Result<std::optional<std::vector<PartitionVersion>>> source_inventory(const Limits& limits) override;
  Result<std::optional<std::string>> version(const Limits& limits) override;
  Result<std::map<std::string, std::vector<SourceCount>>> counts_by_partition(
      const std::vector<std::string>& partitions, const Limits& limits) override;
  Result<std::vector<OwnedCell>> owned_cells(Day day, const Teams& teams, const Limits& limits) override;
  Result<std::vector<LedgerRow>> ledger(DayRange days, const std::optional<Teams>& teams,
                                        const Limits& limits) override;
  Result<std::uint64_t> highest_fence(const Limits& limits) override;
  Result<std::optional<DayRange>> published_days(const Limits& limits) override;
  Result<std::vector<TargetCell>> target_content(Target target, DayRange days, const std::optional<Teams>& teams,
                                                 const Limits& limits) override;
  Result<std::vector<TargetCell>> partition_content(Target target, const Partition& partition,
                                                    const Limits& limits) override;
  Result<std::map<Partition, PartitionVersion>> target_inventory(Target target, const Limits& limits) override;
  Result<PartitionStates> live_state(const Partition& partition, const Limits& limits) override;
  Result<std::uint64_t> free_bytes(const Limits& limits) override;
  Result<std::optional<std::string>> definition_text(std::string_view hash, const Limits& limits) override;
  Result<std::vector<CellDifferences>> differences(Target target, Day day, const Teams& teams,
                                                   std::optional<double> tolerance_percent,
                                                   const Limits& limits) override;

  Status create_staging(const StagingId& staging, const Limits& limits) override;
  Result<std::vector<OwnedCell>> build_sessions(const StagingId& staging, const Teams& teams,
                                                const Limits& limits) override;
  Status stage_cells(const StagingId& staging, Target target, const Teams& teams, const std::optional<Teams>& all_but,
                     const Limits& limits) override;
  Status stage_from_wide(const StagingId& staging, const Teams& teams, const std::optional<Teams>& all_but,
                         const Limits& limits) override;
  Result<StagedPartition> staged(const StagingId& staging, Target target, const Limits& limits) override;
  Result<PartitionStates> staged_state(const StagingId& staging, const Limits& limits) override;

  Status replace_partition(const StagingId& staging, Target target, const Limits& limits) override;
  Status drop_partition(const StagingId& staging, Target target, const Limits& limits) override;
  Status drop_part(Target target, const Partition& partition, const std::string& part, const Limits& limits) override;
  Status record(const std::vector<LedgerRow>& rows, const Definition& definition, const Limits& limits) override;

  Status drop_staging(const StagingId& staging, const Limits& limits) override;
  Result<std::vector<StagingId>> list_staging(const Limits& limits) override;

  // For tests
  FaultInjector& faults() { return *faults_; }
  /// build_sessions and differences need so many bytes for each team: past its memory limit each fails, the first half done.
  void set_bytes_per_team(std::uint64_t bytes);

  void set_free_bytes(std::uint64_t bytes);
  /// Keeps these from here on. Not while others call.
  void set_targets(Targets targets) { targets_ = std::move(targets); }
  /// Partitions targets so. Before anything is in them, and not while others call.
  void set_team_buckets(TeamBuckets buckets) { team_buckets_ = buckets; }
  /// Makes it one of these. Before anything is in it, and not while others call; or with more than there were.
  void set_shard(std::uint32_t shard, Shards shards) {
    shard_ = shard;
    shards_ = shards;
  }
  /// False: the source is one whose partitions cannot be told apart.
  void set_inventoried(bool inventoried);

  void put(const std::vector<ModelEvent>& events);
  void remove_events(const std::function<bool(const ModelEvent&)>& which);
  std::vector<ModelEvent> events() const;

  /// Rows that no run of gapless wrote, as a part of their own.
  void put_rows(Target target, const std::vector<ModelGroup>& rows);
  void drop_rows(Target target, Day day);
  void delete_rows(Target target, Cell cell);
  void double_rows(Target target, Cell cell);
  /// The live rows of a day, of all teams, by team and key; as they stand, with repetitions.
  std::vector<ModelGroup> rows(Target target, Day day) const;
  std::vector<ModelGroup> rows(Target target, Cell cell) const;

  /// Everything that it holds, to look at and to go back to. Failures planned and calls made are not part of it.
  FakeWarehouseState state() const;
  void restore(const FakeWarehouseState& state);

 private:
  // With the mutex held.
  Status require_prepared() const;
  Status check_place();
  Result<FakeStaging*> usable_staging(const StagingId& staging);
  std::vector<FakePart>& live(Target target, const Partition& partition) {
    return state_.targets[static_cast<std::size_t>(target)][partition];
  }
  FakePart make_part(const Partition& partition, std::vector<ModelGroup> rows);
  Partition partition_of(const ModelGroup& row) const {
    return team_buckets_.partition_of({row.team, Day::of(row.bucket), shard_});
  }
  Teams own(Teams teams) const {
    std::erase_if(teams, [this](TeamId team) { return shards_.shard_of(team) != shard_; });
    return teams;
  }
  /// What the model says of cells, on this shard.
  template <class Value>
  std::vector<Value> here(std::vector<Value> values) const {
    for (Value& value : values) value.cell.shard = shard_;
    return values;
  }
  std::vector<ModelGroup> live_rows(Target target, DayRange days) const;
  std::vector<ModelGroup> live_rows(Target target, const Partition& partition) const;
  std::vector<ModelGroup> rows_of_others(Target target, const Partition& partition, const Teams& all_but) const;

  FaultInjector own_faults_;
  FaultInjector* faults_ = &own_faults_;
  mutable std::mutex mutex_;
  FakeWarehouseState state_;
  Targets targets_ = all_targets();
  TeamBuckets team_buckets_;
  std::uint32_t shard_ = 0;
  Shards shards_;
  std::uint64_t bytes_per_team_ = 0;
  std::uint64_t free_bytes_ = std::uint64_t{1} << 40;
  bool inventoried_ = true;
};

}  // namespace gapless
