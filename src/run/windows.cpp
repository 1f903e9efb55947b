#include "run/windows.h"

namespace gapless {

Result<std::map<TeamId, Fingerprint>> look_at_windows(Warehouse& warehouse, Day day, const Teams& teams,
                                                      const Limits& limits) {
  GAPLESS_ASSIGN(const auto counts, warehouse.source_counts({day - 2, day + 1}, teams, limits));
  std::map<TeamId, Fingerprint> windows;
  for (const TeamId team : teams) windows.emplace(team, Fingerprint{});
  for (const SourceCount& count : counts) windows[count.cell.team] += count.events;
  return windows;
}

}  // namespace gapless
