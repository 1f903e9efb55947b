#pragma once

#include "engine/engine.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// A statement within these bounds.
inline StatementOptions options_of(const Limits& limits) {
  StatementOptions options;
  options.deadline = limits.deadline;
  options.memory_limit_bytes = limits.memory_limit_bytes;
  options.stop = limits.stop;
  return options;
}

}  // namespace gapless
