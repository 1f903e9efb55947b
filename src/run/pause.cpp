#include "run/pause.h"

#include <fmt/format.h>

namespace gapless {

Result<std::optional<std::string>> paused_because(StateStore& store, Instant now) {
  GAPLESS_ASSIGN(const auto pause, store.pause(now));
  if (!pause) return std::nullopt;
  return fmt::format("paused{}{}: no day is begun. gapless resume ends the pause",
                     pause->until ? " until " + format_instant(*pause->until) : std::string(),
                     pause->reason.empty() ? "" : " (" + pause->reason + ")");
}

}  // namespace gapless
