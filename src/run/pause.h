#pragma once

#include <optional>
#include <string>

#include "state/state_store.h"

namespace gapless {

/// Why no day may be begun at the moment, in words for the user; none where nothing is paused.
Result<std::optional<std::string>> paused_because(StateStore& store, Instant now);

}  // namespace gapless
