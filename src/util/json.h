#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace gapless {

/// Keeps the order in which members were added, so that documents read as the manual says.
using Json = nlohmann::ordered_json;

/// A document as it is printed: indented, with a line feed at its end. Bytes that are not UTF-8 become U+FFFD.
inline std::string to_text(const Json& document) {
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace gapless
