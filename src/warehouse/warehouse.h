// warehouse/: what the planner and the executor ask of the data, in the field's words. No SQL above this line.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "core/day.h"
#include "core/definition.h"
#include "core/error.h"
#include "core/facts.h"
#include "core/shards.h"
#include "core/target.h"
#include "core/team_buckets.h"
#include "core/team_id.h"

namespace gapless {

/// Of one cell and target, differences() tells so many in detail.
inline constexpr std::size_t kDifferencesTold = 20;

/// Bounds of one call on a warehouse. A stop request ends it within a second with kCancelled.
struct Limits {
  std::chrono::milliseconds deadline{std::chrono::minutes(10)};  ///< for each statement
  std::uint64_t memory_limit_bytes = 0;                          ///< for each statement; 0: the engine's default
  std::stop_token stop{};
};

/// One partition of a table at one version of what it holds: equal versions, equal content. A merge changes none.
struct PartitionVersion {
  std::string table;      ///< its UUID: a table made anew under the same name is another one
  std::string partition;  ///< the engine's id of it
  std::uint64_t rows = 0;
  std::uint64_t max_block = 0;
  std::uint64_t data_version = 0;  ///< of the newest mutation in it; 0: none
  std::uint64_t bytes = 0;         ///< on disk; no part of the version
  std::string version() const;     ///< all but the partition and the bytes
  bool operator==(const PartitionVersion&) const = default;
};

/// The content of one partition in a staging table, and whether any row lies outside its day or its bucket.
struct StagedPartition {
  std::vector<TargetCell> cells;
  std::uint64_t rows_outside = 0;
};

/// The staging tables of one partition at one fence of one state store. Their names carry all three, so that two
/// holders never share one, and a late statement of an old holder finds nothing.
struct StagingId {
  std::string store_id;
  std::uint64_t fence = 0;
  Partition partition;
  auto operator<=>(const StagingId&) const = default;
};

/// An active part of a partition. No two parts of a table ever share a name.
struct LivePart {
  std::string name;
  std::uint64_t rows = 0;
  bool operator==(const LivePart&) const = default;
};

/// What stands in one partition that holds rows.
struct PartitionState {
  PartitionVersion version;
  /// Over the files of its parts: a partition has that of the one that it replaced another with, until it is merged.
  std::uint64_t checksum = 0;
  std::vector<LivePart> parts;  ///< that hold rows, by name
};
/// Of each target; none where the partition holds no rows, or the target is not there.
using PartitionStates = std::array<std::optional<PartitionState>, kTargets.size()>;

/// Who keeps this warehouse, and in which layout (one store, one warehouse).
struct WarehouseMeta {
  std::string store_id;
  std::string host;
  std::uint64_t layout_version = 0;
  /// Of the table that says so, by which one warehouse is told from another: database and server may be called anything.
  /// Empty where the database gives tables none. Not written. Of several shards that of the first.
  std::string uuid = {};
  /// Over how many the teams were spread when it was last written. Not written: a shard knows how many there are.
  std::uint32_t shards = 1;
  /// False: some shard does not say so yet. Not written.
  bool is_on_every_shard = true;
};

/// The source, the targets of one rollup, its ledger and its staging, on one shard or on all. Every shard sees all events of
/// the source. Thread-safe.
/// "Could not look" is an error, never an empty answer. Results are sorted by cell.
class Warehouse {
 public:
  virtual ~Warehouse() = default;

  /// The targets that are kept. Others are not made, looked at or written, whatever is there of them; but what a publication
  /// that had begun says of them can be finished.
  virtual const Targets& targets() const = 0;
  /// How the targets are partitioned, as this warehouse found them when it was opened.
  virtual TeamBuckets team_buckets() const = 0;
  /// How teams are spread. What a cell of the source is said to be on is the shard that its team belongs to.
  virtual Shards shards() const { return {}; }
  /// What one shard has alone. It is one of shards(), and this warehouse itself where there are no others.
  virtual Warehouse& on_shard(std::uint32_t /*shard*/) { return *this; }

  /// Creates what does not exist yet: the targets that are kept, ledger, definitions, meta.
  virtual Status prepare(const Limits& limits) = 0;
  /// Errors: kConflict where the servers are others than when it was last written, fewer or in another order.
  virtual Result<std::optional<WarehouseMeta>> meta(const Limits& limits) = 0;
  virtual Status write_meta(const WarehouseMeta& meta, const Limits& limits) = 0;
  /// To be asked with the lease in hand. Errors: kConflict where the targets were rebuilt since with other team_buckets().
  virtual Status check_partitioning(const Limits& limits) = 0;

  // Looking
  virtual Result<SourceExtent> source_extent(const Limits& limits) = 0;
  /// Events without a team or a time that a day can be made of, which no figure has.
  virtual Result<std::uint64_t> unusable_events(const Limits& limits) = 0;
  /// No teams given: every team.
  virtual Result<std::vector<SourceCount>> source_counts(DayRange days, const std::optional<Teams>& teams,
                                                         const Limits& limits) = 0;
  /// The partitions with rows of every table that the source mapping reads, by id. None where what changed cannot be told
  /// so (FINAL, a view): whoever wants to know has to read all of it each time.
  virtual Result<std::optional<std::vector<PartitionVersion>>> source_inventory(const Limits& limits) = 0;
  /// Equal texts: source, kept targets and ledger stand in the same parts, and hold the same. A merge changes it too. None
  /// where that cannot be told by looking at parts.
  virtual Result<std::optional<std::string>> version(const Limits& limits) = 0;
  /// The flat counts of each of these partitions, of every team and day; those without usable events are left out.
  virtual Result<std::map<std::string, std::vector<SourceCount>>> counts_by_partition(
      const std::vector<std::string>& partitions, const Limits& limits) = 0;
  /// The owned events and measures of these teams on that day; cells that own no event are left out, and so are those of
  /// teams that are another shard's.
  virtual Result<std::vector<OwnedCell>> owned_cells(Day day, const Teams& teams, const Limits& limits) = 0;
  /// The rows that count, of every team where none are given; of every target that is kept. Cells that were forgotten have
  /// none.
  virtual Result<std::vector<LedgerRow>> ledger(DayRange days, const std::optional<Teams>& teams,
                                                const Limits& limits) = 0;
  /// The highest fence in the ledger; 0 where it is empty.
  virtual Result<std::uint64_t> highest_fence(const Limits& limits) = 0;
  /// The days of the ledger's entries and of the target rows, if any.
  virtual Result<std::optional<DayRange>> published_days(const Limits& limits) = 0;
  virtual Result<std::vector<TargetCell>> target_content(Target target, DayRange days,
                                                         const std::optional<Teams>& teams, const Limits& limits) = 0;
  /// What one live partition holds.
  virtual Result<std::vector<TargetCell>> partition_content(Target target, const Partition& partition,
                                                            const Limits& limits) = 0;
  /// The live partitions that hold rows.
  virtual Result<std::map<Partition, PartitionVersion>> target_inventory(Target target, const Limits& limits) = 0;
  /// The live partition of every target, also of those that are no longer kept.
  virtual Result<PartitionStates> live_state(const Partition& partition, const Limits& limits) = 0;
  /// What is free on the roomiest of the disks that targets may be written to; of several shards on the fullest.
  virtual Result<std::uint64_t> free_bytes(const Limits& limits) = 0;
  /// The text of a definition that made an entry, if it was ever recorded.
  virtual Result<std::optional<std::string>> definition_text(std::string_view hash, const Limits& limits) = 0;

  /// Derives the groups of these teams from the raw events, by other means than build_sessions does, and says where the
  /// live target differs from them; cells that hold what they should are left out. A uniq state is right where it counts
  /// as many as the same function over the raw events, alone and merged with it. With a tolerance, it is also held
  /// against the exact number, of which it may miss that many percent.
  virtual Result<std::vector<CellDifferences>> differences(Target target, Day day, const Teams& teams,
                                                           std::optional<double> tolerance_percent,
                                                           const Limits& limits) = 0;

  // Building
  virtual Status create_staging(const StagingId& staging, const Limits& limits) = 0;
  /// Computes the sessions of these teams into the staging's sessions table, and says what each cell owns; teams that
  /// own no event are left out. Call it once for each team: it appends. After an error the staging is not usable.
  virtual Result<std::vector<OwnedCell>> build_sessions(const StagingId& staging, const Teams& teams,
                                                        const Limits& limits) = 0;
  /// Aggregates the sessions of these teams into the target's staging table; and where `all_but` is given, copies the live
  /// rows of the partition, as they are, of all teams but those. Call it once for each team: it appends.
  virtual Status stage_cells(const StagingId& staging, Target target, const Teams& teams,
                             const std::optional<Teams>& all_but, const Limits& limits) = 0;
  /// Makes what the narrow target can have of these teams from the live groups of bounces, all dimensions but host and
  /// pathname, into its staging table; the source is not looked at. `all_but` as above. Call it once for each team: it appends.
  virtual Status stage_from_wide(const StagingId& staging, const Teams& teams, const std::optional<Teams>& all_but,
                                 const Limits& limits) = 0;
  virtual Result<StagedPartition> staged(const StagingId& staging, Target target, const Limits& limits) = 0;
  /// The staged partition of every target.
  virtual Result<PartitionStates> staged_state(const StagingId& staging, const Limits& limits) = 0;

  // Publishing
  /// Replaces the live partition by the staged one, atomically for this target. Repeating it is harmless while the
  /// staging exists. Errors: kInternal where the staged partition is empty or missing (use drop_partition).
  virtual Status replace_partition(const StagingId& staging, Target target, const Limits& limits) = 0;
  /// Empties the live partition; for one that is proven empty. Its rows go into the staging table, from where they are
  /// dropped with it: so that this, too, fails for a late holder, whose staging is gone (kInternal, as above).
  virtual Status drop_partition(const StagingId& staging, Target target, const Limits& limits) = 0;
  /// Drops one part of a live partition. Errors: kBadQuery or another where there is no such active part.
  virtual Status drop_part(Target target, const Partition& partition, const std::string& part,
                           const Limits& limits) = 0;
  virtual Status record(const std::vector<LedgerRow>& rows, const Definition& definition, const Limits& limits) = 0;

  // Staging left over
  virtual Status drop_staging(const StagingId& staging, const Limits& limits) = 0;
  virtual Result<std::vector<StagingId>> list_staging(const Limits& limits) = 0;
};

}  // namespace gapless
