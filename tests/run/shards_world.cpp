#include "run/shards_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace gapless {
namespace {

std::vector<ModelGroup> sorted_groups(std::vector<ModelGroup> rows) {
  std::ranges::stable_sort(rows, {}, [](const ModelGroup& row) { return std::tie(row.team, row.key); });
  return rows;
}

}  // namespace

ShardsWorld::ShardsWorld(std::uint32_t shards, Failing failing) : failing_(failing) { spread_over(shards); }

void ShardsWorld::spread_over(std::uint32_t shards) {
  spread_ = Shards::of(shards, "test").value();
  while (others_.size() + 1 < shards) {
    FakeWarehouse& one = failing_ == Failing::kTogether ? others_.emplace_back(faults) : others_.emplace_back();
    one.set_team_buckets(warehouse.team_buckets());
    one.put(warehouse.events());
    FakeWarehouseState state = one.state();
    state.prepared = true;
    one.restore(state);
  }
  std::vector<ShardedWarehouse::Shard> all;
  for (std::uint32_t shard = 0; shard < shards; ++shard) {
    on(shard).set_shard(shard, spread_);
    all.push_back({&on(shard), fmt::format("ch{}", shard)});
  }
  together_.emplace(std::move(all));
  worked_on = &*together_;
}

void ShardsWorld::put(const std::vector<ModelEvent>& events) {
  for (std::uint32_t shard = 0; shard < spread_.count(); ++shard) on(shard).put(events);
}

void ShardsWorld::remove_events(const std::function<bool(const ModelEvent&)>& which) {
  for (std::uint32_t shard = 0; shard < spread_.count(); ++shard) on(shard).remove_events(which);
}

void expect_teams_on_their_shards(ShardsWorld& world, DayRange window) {
  for (std::uint32_t shard = 0; shard < world.shards().count(); ++shard)
    for (Day one = window.first; one <= window.last; one = one + 1) {
      auto sessions = sessions_of(world.on(shard).events(), one);
      std::erase_if(sessions,
                    [&](const ModelSession& session) { return world.shards().shard_of(session.cell.team) != shard; });
      for (const Target target : kTargets)
        EXPECT_TRUE(world.on(shard).rows(target, one) == sorted_groups(groups_of(target, sessions)))
            << name(target) << " on " << one.to_string() << ", shard " << shard;
    }
}

void expect_nobody_without_figures(ShardsWorld& world, DayRange window, const Teams& teams) {
  for (Day one = window.first; one <= window.last; one = one + 1)
    for (const TeamId team : teams)
      for (const Target target : kTargets) {
        bool is_there = false;
        for (std::uint32_t shard = 0; shard < world.shards().count(); ++shard)
          is_there = is_there || !world.on(shard).rows(target, Cell{team, one, shard}).empty();
        EXPECT_TRUE(is_there) << "team " << team.value() << ", " << name(target) << " on " << one.to_string();
      }
}

}  // namespace gapless
