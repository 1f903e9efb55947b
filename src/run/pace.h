#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/day.h"
#include "state/state_store.h"

namespace gapless {

/// About how long building days with so many cells takes, `at_once` of them at a time, if they take what other days took
/// of late: a time for each day and a time for each cell, as fits those best. None where nothing was published yet.
std::optional<double> seconds_to_build(const std::map<Day, std::uint64_t>& cells_by_day,
                                       const std::vector<PartitionCost>& past, std::size_t at_once);

}  // namespace gapless
