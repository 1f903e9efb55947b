#pragma once

#include <filesystem>
#include <functional>

#include "support/fake_warehouse.h"

namespace gapless {

/// A FakeWarehouse that several processes share: its state is in a file, and each call, under a lock, reads it, does what
/// the fake does, and writes it back. A process that is killed leaves the state before the call or after it.
class FileWarehouse final : public Warehouse {
 public:
  /// `path` need not exist.
  explicit FileWarehouse(std::filesystem::path path, TeamBuckets buckets = {})
      : path_(std::move(path)), team_buckets_(buckets) {}

  const Targets& targets() const override;
  TeamBuckets team_buckets() const override { return team_buckets_; }

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
  FakeWarehouseState state() const;
  /// What is below "For tests" in FakeWarehouse, done to the state that the file holds.
  void change(const std::function<void(FakeWarehouse&)>& how);

 private:
  /// Under the lock: what `call` does to the state that the file holds.
  template <class Call>
  auto on_fake(Call call) const;

  const std::filesystem::path path_;
  const TeamBuckets team_buckets_;
};

}  // namespace gapless
