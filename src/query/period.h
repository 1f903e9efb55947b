#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/day.h"
#include "core/error.h"
#include "schedule/time_zone.h"

namespace gapless {

/// The time that a report covers: full hours, since that is what a target tells apart.
struct Period {
  Instant from;
  Instant until;                   ///< not included
  std::string from_text;           ///< a day or an instant, as it was asked for
  std::string to_text;             ///< the last day, included, or an instant, not included
  std::optional<DayRange> days{};  ///< in the time zone, where the period is of whole days

  /// The UTC days with an hour of it.
  DayRange utc_days() const;
  bool operator==(const Period&) const = default;
};

/// What a caller says of the period; texts as given, empty where not.
struct PeriodWish {
  std::string from;  ///< a day in the time zone, or an instant at a full hour (RFC 3339)
  std::string to;    ///< a day, included, or an instant, not included; else today is the last day
  int days = 30;     ///< without `from`: so many, today included
};

/// Errors: kInvalidInput, naming the option: not a time, not at a full hour, the wrong way round, more than ten years.
Result<Period> period_of(const PeriodWish& wish, const TimeZone& zone, Instant now);

/// The one before it: as many days of the time zone, or as many hours.
Period previous(const Period& period, const TimeZone& zone);

/// Whether days of the zone begin at full hours of UTC all the time. Where they do not, they are taken to begin at the full
/// hour before.
bool is_at_full_hours(const Period& period, const TimeZone& zone);

/// A time during which days are told from hours by the same shift.
struct DayShift {
  std::int64_t begin = 0;    ///< unix seconds
  std::int64_t seconds = 0;  ///< to add to UTC: full hours
};
/// Those of a period, at least one; the first begins with it or earlier.
std::vector<DayShift> day_shifts(const Period& period, const TimeZone& zone);

enum class BucketSize { kHour, kDay };
/// A point of a trend.
struct Bucket {
  std::int64_t number = 0;  ///< of the hour since 1970, or of the day since 1970 in the time zone
  std::string name;         ///< 2026-03-01, or 2026-03-01T09:00:00+01:00
  bool operator==(const Bucket&) const = default;
};
/// All of a period, in order.
std::vector<Bucket> buckets_of(const Period& period, BucketSize size, const TimeZone& zone);
/// By the hour up to two days.
BucketSize usual_size(const Period& period);

}  // namespace gapless
