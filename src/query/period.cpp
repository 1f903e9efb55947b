#include "query/period.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace gapless {
namespace {

namespace chrono = std::chrono;

constexpr int kMostDays = 3660;

Instant within_all_days(Instant instant) {
  return std::clamp(instant, Day::first().start(), Day::last().start() + chrono::days(1));
}

Instant full_hour_before(Instant instant) { return chrono::floor<chrono::hours>(instant); }

/// When clocks first show a day that does not come back: midnight, or what takes its place where clocks skip it.
Instant start_of(Day day, const TimeZone& zone) {
  OffsetPeriod offsets = zone.period_at(day.start() - chrono::days(1));
  while (true) {
    const Instant midnight = std::max(offsets.begin, day.start() - offsets.offset);
    if (midnight < offsets.end) return within_all_days(full_hour_before(midnight));
    offsets = zone.period_at(offsets.end);
  }
}

/// The zone's clocks as days see them: ahead by full hours.
chrono::seconds shift_of(const OffsetPeriod& offsets) { return chrono::ceil<chrono::hours>(offsets.offset); }

Day local_day(Instant instant, const TimeZone& zone) { return Day::of(instant + shift_of(zone.period_at(instant))); }

bool is_a_day(std::string_view text) { return text.size() <= 10; }

Result<Instant> parse_hour(std::string_view text, std::string_view origin) {
  GAPLESS_ASSIGN(const Instant instant, parse_instant(text, origin));
  if (full_hour_before(instant) != instant)
    return fail(Fault::kInvalidInput,
                fmt::format("{} is not a full hour, and figures are by the hour (from {})", text, origin));
  if (within_all_days(instant) != instant)
    return fail(Fault::kInvalidInput, fmt::format("{} is outside {} to {} (from {})", text, Day::first().to_string(),
                                                  Day::last().to_string(), origin));
  return instant;
}

/// One end of a period.
struct End {
  Instant instant;
  std::string text;
  std::optional<Day> day;
};

End end_of(Day day, const TimeZone& zone, int later) { return {start_of(day + later, zone), day.to_string(), day}; }

/// `later`: by how many days a day's end lies after the day that is named.
Result<End> parse_end(std::string_view text, std::string_view origin, const TimeZone& zone, int later) {
  if (is_a_day(text)) {
    GAPLESS_ASSIGN(const Day day, Day::parse(text, origin));
    return end_of(day, zone, later);
  }
  GAPLESS_ASSIGN(const Instant instant, parse_hour(text, origin));
  return End{instant, format_instant(instant), std::nullopt};
}

std::string hour_name(Instant hour, const TimeZone& zone) {
  const chrono::minutes offset = zone.period_at(hour).offset;
  std::string local = format_instant(hour + offset);  // ends in Z
  if (offset == chrono::minutes(0)) return local;
  const chrono::minutes size = chrono::abs(offset);
  return fmt::format("{}{}{:02}:{:02}", local.substr(0, local.size() - 1), offset < chrono::minutes(0) ? "-" : "+",
                     size / chrono::hours(1), (size % chrono::hours(1)).count());
}

}  // namespace

DayRange Period::utc_days() const {
  const Day first = Day::of(from);
  return {first, std::max(first, Day::of(until - chrono::microseconds(1)))};
}

Result<Period> period_of(const PeriodWish& wish, const TimeZone& zone, Instant now) {
  End to = end_of(local_day(now, zone), zone, 1);
  if (!wish.to.empty()) {
    GAPLESS_ASSIGN(to, parse_end(wish.to, "--to", zone, 1));
  }
  const Instant days_before = within_all_days(to.instant - chrono::days(wish.days));
  End from{days_before, format_instant(days_before), std::nullopt};
  if (!wish.from.empty()) {
    GAPLESS_ASSIGN(from, parse_end(wish.from, "--from", zone, 0));
  } else if (to.day) {
    from = end_of(std::max(*to.day - (wish.days - 1), Day::first()), zone, 0);
  }
  const bool is_wrong_way = from.day && to.day ? *from.day > *to.day : from.instant >= to.instant;
  if (is_wrong_way)
    return fail(Fault::kInvalidInput, fmt::format("--from {} is not before {} {}", from.text,
                                                  wish.to.empty() ? "the end of" : "--to", to.text));
  if (to.instant - from.instant > chrono::days(kMostDays))
    return fail(Fault::kInvalidInput, fmt::format("a report covers {} days at most, ten years", kMostDays));
  Period period{from.instant, to.instant, from.text, to.text};
  if (from.day && to.day) period.days = DayRange{*from.day, *to.day};
  return period;
}

Period previous(const Period& period, const TimeZone& zone) {
  if (period.days) {
    const Day last = std::max(period.days->first - 1, Day::first());
    const Day first = std::max(period.days->first - period.days->size(), Day::first());
    return {start_of(first, zone), period.from, first.to_string(), last.to_string(), DayRange{first, last}};
  }
  const Instant from = within_all_days(period.from - (period.until - period.from));
  return {from, period.from, format_instant(from), format_instant(period.from)};
}

bool is_at_full_hours(const Period& period, const TimeZone& zone) {
  for (OffsetPeriod offsets = zone.period_at(period.from);; offsets = zone.period_at(offsets.end)) {
    if (offsets.offset % chrono::hours(1) != chrono::minutes(0)) return false;
    if (offsets.end >= period.until) return true;
  }
}

std::vector<DayShift> day_shifts(const Period& period, const TimeZone& zone) {
  std::vector<DayShift> shifts;
  for (OffsetPeriod offsets = zone.period_at(period.from);; offsets = zone.period_at(offsets.end)) {
    const Instant begin = full_hour_before(std::max(offsets.begin, period.from));
    const DayShift shift{chrono::floor<chrono::seconds>(begin.time_since_epoch()).count(), shift_of(offsets).count()};
    if (shifts.empty() || shifts.back().seconds != shift.seconds) shifts.push_back(shift);
    if (offsets.end >= period.until) return shifts;
  }
}

std::vector<Bucket> buckets_of(const Period& period, BucketSize size, const TimeZone& zone) {
  std::vector<Bucket> buckets;
  const std::vector<DayShift> shifts = day_shifts(period, zone);
  std::size_t at = 0;
  for (Instant hour = period.from; hour < period.until; hour += chrono::hours(1)) {
    const std::int64_t unix = chrono::floor<chrono::seconds>(hour.time_since_epoch()).count();
    while (at + 1 < shifts.size() && shifts[at + 1].begin <= unix) ++at;
    if (size == BucketSize::kHour) {
      buckets.push_back({unix / 3600, hour_name(hour, zone)});
      continue;
    }
    const std::int64_t number = (unix + shifts[at].seconds) / 86400;
    if (buckets.empty() || buckets.back().number != number)
      buckets.push_back({number, Day::from_sys_days(chrono::sys_days(chrono::days(number))).to_string()});
  }
  return buckets;
}

BucketSize usual_size(const Period& period) {
  return period.until - period.from <= chrono::hours(49) ? BucketSize::kHour
                                                         : BucketSize::kDay;  // two days, one of 25 hours
}

}  // namespace gapless
