#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"

namespace gapless {

/// Into how many partitions the teams of one day are dealt: a cell lies in the bucket (team modulo count). One bucket is a
/// partition a day, without more.
class TeamBuckets {
 public:
  /// Every bucket of every day is a partition of each target, with files of its own.
  static constexpr std::uint32_t kMost = 256;

  constexpr TeamBuckets() = default;
  /// Errors: kInvalidInput outside 1..kMost, naming `origin`.
  static Result<TeamBuckets> of(std::uint64_t count, std::string_view origin);

  std::uint32_t count() const { return count_; }
  std::uint32_t bucket_of(TeamId team) const { return static_cast<std::uint32_t>(team.value() % count_); }
  Partition partition_of(const Cell& cell) const { return {cell.shard, cell.day, bucket_of(cell.team)}; }
  bool contains(const Partition& partition, const Cell& cell) const { return partition_of(cell) == partition; }
  /// A day's on one shard, in order.
  std::vector<Partition> partitions_of(Day day, std::uint32_t shard = 0) const;

  /// What the engine calls a partition of the targets: "20260301", or with several buckets "20260301-3".
  std::string partition_id(const Partition& partition) const;
  /// Of a shard. None for any other text.
  std::optional<Partition> of_partition_id(std::string_view id, std::uint32_t shard = 0) const;

  bool operator==(const TeamBuckets&) const = default;

 private:
  constexpr explicit TeamBuckets(std::uint32_t count) : count_(count) {}
  std::uint32_t count_ = 1;
};

}  // namespace gapless
