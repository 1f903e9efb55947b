#include "run/moves.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "util/counted.h"

namespace gapless {

Result<Teams> not_there_yet(Warehouse& all_shards, const std::vector<const PlannedCell*>& cells, const Teams& teams,
                            const Limits& limits) {
  std::map<std::pair<std::uint32_t, Day>, Teams> moved;  // by the shard that is to have them
  for (const PlannedCell* planned : cells) {
    const Cell& cell = planned->cell();
    if (planned->views_there && std::ranges::binary_search(teams, cell.team))
      moved[{planned->facts.moved->to, cell.day}].push_back(cell.team);
  }
  Teams lacking;
  for (const auto& [where, some] : moved) {
    const auto& [shard, day] = where;
    GAPLESS_ASSIGN(const auto rows, all_shards.on_shard(shard).ledger({day, day}, some, limits));
    for (const TeamId team : some) {
      const auto there = entry_of(rows, team);
      if (!there || there->first_lacking(all_shards.targets())) lacking.push_back(team);
    }
  }
  return unique_teams(std::move(lacking));
}

std::string why_they_stay(const Teams& teams) {
  const bool is_one = teams.size() == 1;
  return fmt::format("{} stay where they were: {} moved, and the shard that has {} now has not got the day yet",
                     counted(teams.size(), "team's figures", "teams' figures"), is_one ? "it" : "they",
                     is_one ? "it" : "them");
}

}  // namespace gapless
