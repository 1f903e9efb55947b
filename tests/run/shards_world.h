#pragma once

#include <deque>
#include <optional>

#include "run/run_world.h"
#include "warehouse/sharded_warehouse.h"

namespace gapless {

/// Whether failures of the others' calls are planned together with those of the first shard, or for each alone.
enum class Failing { kTogether, kAlone };

/// A world over several shards: `warehouse` is the first, each sees the same events.
class ShardsWorld : public RunWorld {
 public:
  explicit ShardsWorld(std::uint32_t shards, Failing failing = Failing::kAlone);

  FakeWarehouse& on(std::uint32_t shard) { return shard == 0 ? warehouse : others_.at(shard - 1); }
  Shards shards() const { return spread_; }
  std::uint32_t shard_of(std::uint64_t team_id) const { return spread_.shard_of(team(team_id)); }

  /// So many from now on; the new ones are prepared and hold nothing but the events.
  void spread_over(std::uint32_t shards);
  void put(const std::vector<ModelEvent>& events);
  void remove_events(const std::function<bool(const ModelEvent&)>& which);

 private:
  const Failing failing_;
  Shards spread_;
  std::deque<FakeWarehouse> others_;
  std::optional<ShardedWarehouse> together_;
};

/// Failures where a shard's rows of a day are not those of its own teams, as the events give them.
void expect_teams_on_their_shards(ShardsWorld& world, DayRange window);
/// Failures where the rows of a team on a day are on no shard, or where an entry of the ledger and the targets differ.
void expect_nobody_without_figures(ShardsWorld& world, DayRange window, const Teams& teams);

}  // namespace gapless
