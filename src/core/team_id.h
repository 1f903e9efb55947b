#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace gapless {

/// One tenant of a rollup. Positive, at most 2^63-1; made only by parsing or from the warehouse.
class TeamId {
 public:
  /// Accepts a decimal integer in 1..2^63-1 and nothing else: no sign, space, leading zero or other digits.
  /// Errors: kInvalidInput, naming the text and `origin` (an option, a variable, a file).
  static Result<TeamId> parse(std::string_view text, std::string_view origin);
  /// A number that a database or JSON already typed as an integer. Errors: kInvalidInput outside 1..2^63-1.
  static Result<TeamId> from(std::uint64_t value, std::string_view origin);

  std::uint64_t value() const { return value_; }
  std::string to_string() const { return std::to_string(value_); }

  auto operator<=>(const TeamId&) const = default;

 private:
  explicit TeamId(std::uint64_t value) : value_(value) {}
  std::uint64_t value_;
};

using Teams = std::vector<TeamId>;  ///< sorted, without repetitions

/// Comma-separated team ids; an empty entry is an error, spaces around an entry are not.
Result<Teams> parse_teams(std::string_view text, std::string_view origin);

/// Sorted, without repetitions.
Teams unique_teams(Teams teams);

}  // namespace gapless

template <>
struct std::hash<gapless::TeamId> {
  std::size_t operator()(const gapless::TeamId& team) const noexcept {
    return std::hash<std::uint64_t>{}(team.value());
  }
};
