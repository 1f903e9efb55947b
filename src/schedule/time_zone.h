#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/day.h"
#include "core/error.h"

namespace date {
class time_zone;
}

namespace gapless {

/// A time during which the clocks of a zone are ahead of UTC by the same `offset`, from `begin` until before `end`.
/// Offsets are whole minutes, as all have been since 1972; seconds in older ones are left out.
struct OffsetPeriod {
  Instant begin;
  Instant end;
  std::chrono::minutes offset{0};
};

/// How clocks are set somewhere. UTC by default, which needs nothing; every other zone comes from the system's time
/// zone database (Debian's tzdata), which is read when one is first asked for, and not again. Thread-safe.
/// The library behind it (`date`) reads the changes that are listed in the database one by one, and no rules for those
/// to come: that is until 2037; later, summer time is left out.
class TimeZone {
 public:
  TimeZone() = default;
  /// Accepts UTC and the names in the database, such as Europe/Berlin. Errors: kInvalidInput, with the names that are
  /// like the text, and `origin`; kUnavailable where the database is missing or has no use.
  static Result<TimeZone> parse(std::string_view text, std::string_view origin);

  std::string name() const;
  OffsetPeriod period_at(Instant instant) const;

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_ = nullptr;  ///< of the database, which lives as long as the process; none for UTC
};

}  // namespace gapless
