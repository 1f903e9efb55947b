#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/day.h"

namespace gapless {

/// Keeps the order in which members were added, so that documents read as the manual says.
using Json = nlohmann::ordered_json;

/// A document as it is printed: indented, with a line feed at its end. Bytes that are not UTF-8 become U+FFFD.
inline std::string to_text(const Json& document) {
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// {"from", "to"}.
inline Json to_json(const DayRange& days) { return {{"from", days.first.to_string()}, {"to", days.last.to_string()}}; }

/// null where it is empty.
inline Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
inline Json instant_or_null(const std::optional<Instant>& instant) {
  return instant ? Json(format_instant(*instant)) : Json(nullptr);
}

}  // namespace gapless
