#pragma once

#include <memory>

#include "engine/engine.h"
#include "sql/ledger.h"
#include "sql/source.h"
#include "sql/targets.h"
#include "warehouse/target_rebuild.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// Where a SqlWarehouse keeps its tables.
struct WarehouseLayout {
  Identifier database;          ///< targets, ledger, definitions, meta
  Identifier staging_database;  ///< staging tables; may be the same
  sql::Source source;
  Targets targets = all_targets();  ///< that are kept
  /// Of targets that are made, where none is there yet.
  TeamBuckets team_buckets = {};
  std::uint32_t shard = 0;  ///< which of them this is
  Shards shards = {};
};

/// The Warehouse over a ClickHouse engine: that of one shard.
class SqlWarehouse final : public Warehouse, public TargetRebuild {
 public:
  /// The engine must outlive it.
  SqlWarehouse(Engine& engine, WarehouseLayout layout);

  /// Reads events from here on from this source. Not while others call.
  void set_source(sql::Source source) { layout_.source = std::move(source); }

  const Targets& targets() const override { return layout_.targets; }
  TeamBuckets team_buckets() const override { return layout_.team_buckets; }
  Shards shards() const override { return layout_.shards; }
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

  Result<Partitioning> partitioning(const Limits& limits) override;
  Result<std::map<Partition, PartitionVersion>> live_partitions(Target target, const Limits& limits) override;
  Status create_rebuilt(const StagingId& staging, Target target, TeamBuckets buckets, const Limits& limits) override;
  Status copy_day(const StagingId& staging, Target target, Day day, const Limits& limits) override;
  Result<std::vector<TargetCell>> rebuilt_content(const StagingId& staging, Target target, Day day,
                                                  const Limits& limits) override;
  Status exchange(const StagingId& staging, Target target, const Limits& limits) override;

 private:
  TableName live(Target target) const;
  /// Those of the teams that this shard has.
  Teams own(const Teams& teams) const;
  Status add_shards_to_meta(const Limits& limits);
  TableName staging_table(const StagingId& staging, Target target) const;
  /// The tables whose parts tell what changed in the source.
  std::vector<TableName> watched_tables() const;
  /// Whether the source's events lie in partitions of its table.
  bool is_by_partition() const;
  /// None where the table has no parts.
  Result<std::optional<std::vector<PartitionVersion>>> partitions_of(const TableName& table, const Limits& limits);
  /// Errors: kUnavailable where the source's replica is further behind than it may be.
  Status check_lag(const Limits& limits);
  /// Runs a query; its columns must be exactly these. `question` goes before an error's message.
  Result<Rows> ask(std::string_view question, const Statement& statement, const std::vector<std::string_view>& columns,
                   const Limits& limits);
  Status run(std::string_view what, const Statement& statement, const Limits& limits,
             std::map<std::string, std::string> settings = {});
  /// Swaps or moves the partition of a live table with its staging table.
  Status alter_partition(std::string_view what, std::string text, const StagingId& staging, const Limits& limits);
  Result<std::vector<OwnedCell>> ask_owned(std::string_view question, const Statement& statement, Day day,
                                           const Limits& limits);
  /// Of a target with these buckets.
  Result<std::map<Partition, PartitionVersion>> inventory_of(Target target, TeamBuckets buckets, const Limits& limits);
  Result<std::vector<PartitionVersion>> ask_inventory(std::string_view question, const TableName& table,
                                                      const Limits& limits);
  /// Of these tables, one for each target.
  Result<PartitionStates> ask_state(std::string_view question, const std::array<TableName, kTargets.size()>& tables,
                                    const Partition& partition, const Limits& limits);
  Result<std::vector<TargetCell>> ask_cells(std::string_view question, const Statement& statement,
                                            const Limits& limits);
  /// `bind` gives the scope its values.
  Result<std::vector<TargetCell>> ask_content(std::string_view question, Target target, const TableName& table,
                                              sql::ContentScope scope, const std::function<void(Statement&)>& bind,
                                              const Limits& limits);

  Engine& engine_;
  WarehouseLayout layout_;
  sql::LedgerTables tables_;
};

}  // namespace gapless
