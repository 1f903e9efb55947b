#include "run/pace.h"

#include <algorithm>

namespace gapless {
namespace {

/// seconds = a_day + a_cell * cells
struct Pace {
  double a_day = 0;
  double a_cell = 0;
};

/// Least squares. Neither time is below zero: what days of all sizes took alike is all a day's.
Pace pace_of(const std::vector<PartitionCost>& past) {
  const auto count = static_cast<double>(past.size());
  double cells = 0, seconds = 0;
  for (const PartitionCost& one : past) {
    cells += static_cast<double>(one.cells) / count;
    seconds += one.seconds / count;
  }
  double spread = 0, together = 0;
  for (const PartitionCost& one : past) {
    const double from_mean = static_cast<double>(one.cells) - cells;
    spread += from_mean * from_mean;
    together += from_mean * (one.seconds - seconds);
  }
  if (spread <= 0 || together <= 0) return {seconds, 0};
  const double a_cell = together / spread;
  const double a_day = seconds - a_cell * cells;
  return a_day >= 0 ? Pace{a_day, a_cell} : Pace{0, seconds / cells};
}

}  // namespace

std::optional<double> seconds_to_build(const std::map<Partition, std::uint64_t>& cells_by_partition,
                                       const std::vector<PartitionCost>& past, std::size_t at_once) {
  if (past.empty()) return std::nullopt;
  const Pace pace = pace_of(past);
  double total = 0;
  for (const auto& [partition, cells] : cells_by_partition)
    total += pace.a_day + pace.a_cell * static_cast<double>(cells);
  const std::size_t workers = std::clamp<std::size_t>(cells_by_partition.size(), 1, std::max<std::size_t>(at_once, 1));
  return total / static_cast<double>(workers);
}

}  // namespace gapless
