#pragma once

#include <vector>

#include "core/error.h"
#include "core/facts.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// What a staged partition of one target must be before it may be published.
struct GateFacts {
  Target target = Target::kStats;
  std::vector<OwnedCell> recomputed;  ///< from the sessions table; every recomputed team, also those that own nothing
  std::vector<TargetCell> live;       ///< the live partition, as read before the copy
  StagedPartition staged;
};

/// The gate (ARCHITECTURE: building a day): recomputed cells hold what the sessions hold, each key once; every other
/// team's keys, key hash and sums equal the live partition's; no row lies outside the partition; nothing else is there.
/// Errors: kInternal, naming team and figure. Nothing may be published then.
Status check_gate(const GateFacts& facts);

}  // namespace gapless
