#pragma once

#include <map>

#include "core/team_buckets.h"
#include "warehouse/partitioning.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// What `gapless targets rebuild` asks of the data (run/rebuild.h): tables of the targets with other buckets, made beside
/// the live ones as the staging of Partition::all(), and exchanged with them. Thread-safe.
class TargetRebuild {
 public:
  virtual ~TargetRebuild() = default;

  /// Of the targets that are kept, as they are now.
  virtual Result<Partitioning> partitioning(const Limits& limits) = 0;
  /// The live partitions that hold rows, whatever the target's buckets are. Errors: kInvalidInput where it is partitioned
  /// in a way of its own.
  virtual Result<std::map<Partition, PartitionVersion>> live_partitions(Target target, const Limits& limits) = 0;
  /// An empty table with columns, engine and sorting key of the live one.
  virtual Status create_rebuilt(const StagingId& staging, Target target, TeamBuckets buckets, const Limits& limits) = 0;
  /// Copies the live rows of the day as they are. It appends.
  virtual Status copy_day(const StagingId& staging, Target target, Day day, const Limits& limits) = 0;
  /// What the copy holds of a day.
  virtual Result<std::vector<TargetCell>> rebuilt_content(const StagingId& staging, Target target, Day day,
                                                          const Limits& limits) = 0;
  /// The live table and the copy change places, in one moment; what was live goes with the staging. Errors: kInternal where
  /// there is no copy: somebody else has dropped it.
  virtual Status exchange(const StagingId& staging, Target target, const Limits& limits) = 0;
};

}  // namespace gapless
