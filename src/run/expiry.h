#pragma once

#include <optional>
#include <string>

#include "core/facts.h"

namespace gapless {

/// Why the source no longer holds all of [day-2, day+2), so that the day must never be recomputed (SEMANTICS: expired);
/// none where it does. `published` are the days of ledger entries and target rows; what is before `kept_from` the source
/// may have dropped (source.retention_days).
std::optional<std::string> expired_because(Day day, const SourceExtent& source,
                                           const std::optional<DayRange>& published,
                                           const std::optional<Day>& kept_from);

}  // namespace gapless
