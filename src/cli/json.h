#pragma once

#include <optional>
#include <string>

#include "core/day.h"
#include "util/json.h"

namespace gapless {

/// {"from", "to"}.
inline Json to_json(const DayRange& days) { return {{"from", days.first.to_string()}, {"to", days.last.to_string()}}; }

/// null where it is empty.
inline Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
inline Json instant_or_null(const std::optional<Instant>& instant) {
  return instant ? Json(format_instant(*instant)) : Json(nullptr);
}

}  // namespace gapless
