#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// Of these teams those that moved to another shard which does not have their cells of the plan yet: what they left is all
/// there is. Errors: those of the other shards.
Result<Teams> not_there_yet(Warehouse& all_shards, const std::vector<const PlannedCell*>& cells, const Teams& teams,
                            const Limits& limits);
/// Why what they left stays.
std::string why_they_stay(const Teams& teams);

}  // namespace gapless
