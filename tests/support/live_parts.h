#pragma once

#include <vector>

#include "warehouse/warehouse.h"

namespace gapless {

/// The parts with rows of a live partition, by name; fails the test where they cannot be told.
inline std::vector<LivePart> live_parts(Warehouse& warehouse, Target target, const Partition& partition) {
  const auto states = warehouse.live_state(partition, {}).value();
  const auto& state = states[static_cast<std::size_t>(target)];
  return state ? state->parts : std::vector<LivePart>();
}

}  // namespace gapless
