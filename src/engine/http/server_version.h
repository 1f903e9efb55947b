#pragma once

#include <compare>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// The year and month of a ClickHouse release: 23.8 of "23.8.16.16-lts".
struct ServerVersion {
  unsigned year = 0;
  unsigned month = 0;

  /// Errors: kCorrupt unless the text begins with two numbers and a point between them.
  static Result<ServerVersion> parse(std::string_view text);
  auto operator<=>(const ServerVersion&) const = default;
};

/// The oldest that is worked with.
inline constexpr ServerVersion kOldestServer{23, 8};

}  // namespace gapless
