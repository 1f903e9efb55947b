#pragma once

#include <string>
#include <vector>

#include "warehouse/warehouse.h"

namespace gapless {

/// The Warehouse over several, each of which is one shard on a server of its own. What names a partition goes to its shard.
/// Looks at targets and ledger go to all at once, and are one answer; an error of one is the answer's, and says which.
/// What is asked of the source is asked of the first, or, where it is about sessions, of the shard that has the teams.
class ShardedWarehouse final : public Warehouse {
 public:
  struct Shard {
    Warehouse* warehouse;  ///< outlives this, and knows its number
    std::string name;      ///< "http://ch2:8123"
  };
  /// All with the same targets and buckets; not empty, and no more than Shards::kMost.
  explicit ShardedWarehouse(std::vector<Shard> shards);

  const Targets& targets() const override { return first().targets(); }
  TeamBuckets team_buckets() const override { return first().team_buckets(); }
  Shards shards() const override { return spread_; }
  Warehouse& on_shard(std::uint32_t shard) override;

  Status prepare(const Limits& limits) override;
  /// Errors: also kConflict where they are kept by several stores.
  Result<std::optional<WarehouseMeta>> meta(const Limits& limits) override;
  /// The first shard last: what it says, all say.
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

  /// That of Partition::all() on every shard.
  Status drop_staging(const StagingId& staging, const Limits& limits) override;
  Result<std::vector<StagingId>> list_staging(const Limits& limits) override;

 private:
  Warehouse& first() const { return *shards_.front().warehouse; }
  /// Errors: kInternal where there is no such shard.
  Result<Warehouse*> of(std::uint32_t shard) const;
  /// What one shard answers, its error with its name.
  template <class Answer, class Ask>
  Result<Answer> ask_one(std::uint32_t shard, const Ask& ask) const;
  /// What each of them answers, all at once.
  template <class Answer, class Ask>
  Result<std::vector<Answer>> ask_all(const Limits& limits, const Ask& ask) const;
  /// The lists that all of them answer, as one by cell.
  template <class Value, class Ask>
  Result<std::vector<Value>> ask_lists(const Limits& limits, const Ask& ask) const;
  /// The same, each of them asked for its teams; those without any are not asked.
  template <class Value, class Ask>
  Result<std::vector<Value>> ask_by_team(const Teams& teams, const Limits& limits, const Ask& ask) const;
  Status tell_all(const Limits& limits, const std::function<Status(Warehouse&, const Limits&)>& tell) const;

  const std::vector<Shard> shards_;
  const Shards spread_;
};

}  // namespace gapless
