#include "run/expiry.h"

#include <fmt/format.h>

namespace gapless {

bool is_past_keeping(Day day, const Retention& kept) { return kept.targets_from && day < *kept.targets_from; }

std::optional<std::string> expired_because(Day day, const SourceExtent& source,
                                           const std::optional<DayRange>& published, const Retention& kept) {
  if (is_past_keeping(day, kept))
    return fmt::format("figures are kept from {} on (targets.keep_days)", kept.targets_from->to_string());
  if (kept.source_from && day - 2 < *kept.source_from)
    return fmt::format("the source keeps its events from {} on (source.retention_days): the day may be cut short there",
                       kept.source_from->to_string());
  if (!source.days || !published || published->first >= source.days->first) return std::nullopt;
  if (day - 2 >= source.days->first) return std::nullopt;
  return fmt::format("the source begins on {}, figures were published from {} on: the day may be cut short there",
                     source.days->first.to_string(), published->first.to_string());
}

}  // namespace gapless
