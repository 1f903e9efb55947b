#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/cell.h"
#include "state/state_store.h"

namespace gapless {

/// About how long building partitions with so many cells takes, `at_once` of them at a time, if they take what others took
/// of late: a time for each partition and a time for each cell, as fits those best. None where nothing was published yet.
std::optional<double> seconds_to_build(const std::map<Partition, std::uint64_t>& cells_by_partition,
                                       const std::vector<PartitionCost>& past, std::size_t at_once);

}  // namespace gapless
