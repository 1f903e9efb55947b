#include "core/team_buckets.h"

#include <fmt/format.h>

#include <charconv>

namespace gapless {

Result<TeamBuckets> TeamBuckets::of(std::uint64_t count, std::string_view origin) {
  if (count < 1 || count > kMost)
    return fail(Fault::kInvalidInput,
                fmt::format("a number of team buckets is from 1 to {}, not {} (from {})", kMost, count, origin));
  return TeamBuckets(static_cast<std::uint32_t>(count));
}

std::vector<Partition> TeamBuckets::partitions_of(Day day, std::uint32_t shard) const {
  std::vector<Partition> partitions;
  for (std::uint32_t bucket = 0; bucket < count_; ++bucket) partitions.push_back({shard, day, bucket});
  return partitions;
}

std::string TeamBuckets::partition_id(const Partition& partition) const {
  const std::string day = partition.day.partition_id();
  return count_ == 1 ? day : fmt::format("{}-{}", day, partition.bucket);
}

std::optional<Partition> TeamBuckets::of_partition_id(std::string_view id, std::uint32_t shard) const {
  const auto day = Day::of_partition_id(id.substr(0, count_ == 1 ? id.size() : id.find('-')));
  if (!day) return std::nullopt;
  Partition partition{shard, *day, 0};
  if (count_ > 1)
    if (const std::size_t dash = id.find('-'); dash != std::string_view::npos)
      std::from_chars(id.data() + dash + 1, id.data() + id.size(), partition.bucket);
  // Whatever else the text says, it is not what would be written.
  const bool is_it = partition.bucket < count_ && partition_id(partition) == id;
  return is_it ? std::optional(partition) : std::nullopt;
}

}  // namespace gapless
