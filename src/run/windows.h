#pragma once

#include <map>

#include "warehouse/warehouse.h"

namespace gapless {

/// The window fingerprint of each of these teams' cells of a day (SEMANTICS: the state of a cell), read from the source now;
/// empty of a team without events.
Result<std::map<TeamId, Fingerprint>> look_at_windows(Warehouse& warehouse, Day day, const Teams& teams,
                                                      const Limits& limits);

}  // namespace gapless
