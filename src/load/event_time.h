#pragma once

#include <optional>
#include <string_view>

#include "core/day.h"

namespace gapless {

/// An event file's time: `YYYY-MM-DD hh:mm:ss[.ffffff]`, which is UTC, or RFC 3339 (also with a space for the T), which
/// has Z or an offset. Nothing where the text is neither.
std::optional<Instant> parse_event_time(std::string_view text);

}  // namespace gapless
