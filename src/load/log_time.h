#pragma once

#include <optional>
#include <string_view>

#include "core/day.h"

namespace gapless {

/// An access log's time, `dd/Mon/yyyy:HH:MM:SS ±hhmm`, as UTC; nothing where it is none. Also takes what strptime takes
/// for it in most languages: one digit where two would do, months in any case, more white space before the offset, and
/// the offset as Z, ±hh:mm or with seconds. A second of 60 is no time.
std::optional<Instant> parse_log_time(std::string_view text);

}  // namespace gapless
