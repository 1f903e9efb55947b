#include "run/expiry.h"

#include <fmt/format.h>

namespace gapless {

std::optional<std::string> expired_because(Day day, const SourceExtent& source,
                                           const std::optional<DayRange>& published) {
  if (!source.days || !published || published->first >= source.days->first) return std::nullopt;
  if (day - 2 >= source.days->first) return std::nullopt;
  return fmt::format("the source begins on {}, figures were published from {} on: the day may be cut short there",
                     source.days->first.to_string(), published->first.to_string());
}

}  // namespace gapless
