#pragma once

#include <optional>
#include <string>

#include "core/facts.h"

namespace gapless {

/// For how long things are kept, as somebody said; none: for ever.
struct Retention {
  std::optional<Day> source_from;   ///< source.retention_days: events of earlier days may be gone
  std::optional<Day> targets_from;  ///< targets.keep_days: figures of earlier days may be gone, and are not made again
};

/// Whether figures of that day's age may be gone, so that nobody wants them made.
bool is_past_keeping(Day day, const Retention& kept);

/// Why a day must never be recomputed (SEMANTICS: expired): the source no longer holds all of [day-2, day+2), or nobody
/// wants the day's figures any more. None where it may be. `published` are the days of ledger entries and target rows.
std::optional<std::string> expired_because(Day day, const SourceExtent& source,
                                           const std::optional<DayRange>& published, const Retention& kept);

}  // namespace gapless
