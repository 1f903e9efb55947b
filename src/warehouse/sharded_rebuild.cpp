#include "warehouse/sharded_rebuild.h"

#include <fmt/format.h>

#include <algorithm>

#include "warehouse/each_shard.h"

namespace gapless {

template <class Answer, class Ask>
Result<Answer> ShardedRebuild::ask_one(std::uint32_t shard, const Ask& ask) const {
  Result<Answer> answer = ask(*shards_[shard].rebuild);
  if (answer) return answer;
  return fail(with_context(fmt::format("shard {} ({})", shard, shards_[shard].name), std::move(answer.error())));
}

template <class Answer, class Ask>
Result<std::vector<Answer>> ShardedRebuild::ask_all(const Limits& limits, const Ask& ask) const {
  return ask_each<Answer>(shards_.size(), limits, [&](std::uint32_t shard, const Limits& bounds) {
    return ask_one<Answer>(shard, [&](TargetRebuild& rebuild) { return ask(rebuild, bounds); });
  });
}

template <class Tell>
Status ShardedRebuild::tell_all(const Limits& limits, const Tell& tell) const {
  return ask_all<bool>(limits,
                       [&](TargetRebuild& rebuild, const Limits& bounds) -> Result<bool> {
                         GAPLESS_TRY(tell(rebuild, bounds));
                         return true;
                       })
      .map([](const std::vector<bool>&) {});
}

Result<Partitioning> ShardedRebuild::partitioning(const Limits& limits) {
  GAPLESS_ASSIGN(const auto all, ask_all<Partitioning>(limits, [](TargetRebuild& rebuild, const Limits& bounds) {
                   return rebuild.partitioning(bounds);
                 }));
  Partitioning together = all.front();
  for (const Partitioning& one : all)
    for (const auto& [target, buckets] : one)
      if (const auto [found, is_new] = together.emplace(target, buckets); found->second != buckets)
        found->second.reset();
  return together;
}

Result<std::map<Partition, PartitionVersion>> ShardedRebuild::live_partitions(Target target, const Limits& limits) {
  using Live = std::map<Partition, PartitionVersion>;
  GAPLESS_ASSIGN(auto all, ask_all<Live>(limits, [target](TargetRebuild& rebuild, const Limits& bounds) {
                   return rebuild.live_partitions(target, bounds);
                 }));
  Live together;
  for (Live& one : all) together.merge(one);
  return together;
}

Status ShardedRebuild::create_rebuilt(const StagingId& staging, Target target, TeamBuckets buckets,
                                      const Limits& limits) {
  return tell_all(limits, [&](TargetRebuild& rebuild, const Limits& bounds) {
    return rebuild.create_rebuilt(staging, target, buckets, bounds);
  });
}

Status ShardedRebuild::copy_day(const StagingId& staging, Target target, Day day, const Limits& limits) {
  return tell_all(limits, [&](TargetRebuild& rebuild, const Limits& bounds) {
    return rebuild.copy_day(staging, target, day, bounds);
  });
}

Result<std::vector<TargetCell>> ShardedRebuild::rebuilt_content(const StagingId& staging, Target target, Day day,
                                                                const Limits& limits) {
  using Cells = std::vector<TargetCell>;
  GAPLESS_ASSIGN(const auto all, ask_all<Cells>(limits, [&](TargetRebuild& rebuild, const Limits& bounds) {
                   return rebuild.rebuilt_content(staging, target, day, bounds);
                 }));
  Cells together;
  for (const Cells& one : all) together.insert(together.end(), one.begin(), one.end());
  std::ranges::sort(together, {}, &TargetCell::cell);
  return together;
}

Status ShardedRebuild::exchange(const StagingId& staging, Target target, const Limits& limits) {
  for (std::uint32_t shard = 0; shard < shards_.size(); ++shard)
    GAPLESS_TRY(
        ask_one<void>(shard, [&](TargetRebuild& rebuild) { return rebuild.exchange(staging, target, limits); }));
  return {};
}

}  // namespace gapless
