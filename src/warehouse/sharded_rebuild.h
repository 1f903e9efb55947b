#pragma once

#include <string>
#include <vector>

#include "warehouse/target_rebuild.h"

namespace gapless {

/// The TargetRebuild over several shards: each is made anew, all at once. Where they are not partitioned alike, all are.
class ShardedRebuild final : public TargetRebuild {
 public:
  struct Shard {
    TargetRebuild* rebuild;  ///< outlives this
    std::string name;        ///< "http://ch2:8123"
  };
  explicit ShardedRebuild(std::vector<Shard> shards) : shards_(std::move(shards)) {}

  /// None of a target that is not partitioned alike on all.
  Result<Partitioning> partitioning(const Limits& limits) override;
  Result<std::map<Partition, PartitionVersion>> live_partitions(Target target, const Limits& limits) override;
  Status create_rebuilt(const StagingId& staging, Target target, TeamBuckets buckets, const Limits& limits) override;
  Status copy_day(const StagingId& staging, Target target, Day day, const Limits& limits) override;
  Result<std::vector<TargetCell>> rebuilt_content(const StagingId& staging, Target target, Day day,
                                                  const Limits& limits) override;
  /// One after the other. Killed in between, some are rebuilt and some are not; each is whole.
  Status exchange(const StagingId& staging, Target target, const Limits& limits) override;

 private:
  template <class Answer, class Ask>
  Result<Answer> ask_one(std::uint32_t shard, const Ask& ask) const;
  template <class Answer, class Ask>
  Result<std::vector<Answer>> ask_all(const Limits& limits, const Ask& ask) const;
  template <class Tell>
  Status tell_all(const Limits& limits, const Tell& tell) const;

  const std::vector<Shard> shards_;
};

}  // namespace gapless
