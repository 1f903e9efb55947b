#include "schedule/schedule.h"

#include <algorithm>

namespace gapless {
namespace {

using std::chrono::minutes;

/// No clock is further than this from UTC.
constexpr std::chrono::days kFurthest{1};
/// A change of clocks by as much or more is a correction.
constexpr std::chrono::hours kCorrection{3};

LocalMinute local_floor(Instant instant, minutes offset) {
  return LocalMinute(std::chrono::floor<minutes>(instant.time_since_epoch()) + offset);
}
LocalMinute local_ceil(Instant instant, minutes offset) {
  return LocalMinute(std::chrono::ceil<minutes>(instant.time_since_epoch()) + offset);
}
Instant instant_of(LocalMinute local, minutes offset) { return Instant(local.time_since_epoch() - offset); }

Instant first_of_all() { return Day::of(Instant::min()).start(); }
Instant end_of_all() { return (Day::of(Instant::max()) + 1).start(); }

}  // namespace

std::optional<Instant> Schedule::next_after(Instant after) const {
  after = std::max(after, first_of_all() - std::chrono::microseconds(1));
  for (Instant at = after; at < end_of_all();) {
    const OffsetPeriod period = zone_.period_at(at);
    if (const auto tick = first_in(period, after)) return *tick < end_of_all() ? tick : std::nullopt;
    // From the period's end on, clocks show nothing earlier than a day before it; so there is no tick until a day
    // before the first time that fits then.
    const LocalMinute next = expression_.first_from(local_floor(period.end, minutes(0)) - kFurthest);
    at = std::max(period.end, instant_of(next, minutes(0)) - kFurthest);
  }
  return std::nullopt;
}

std::optional<Instant> Schedule::latest_until(Instant after, Instant until) const {
  const auto first = next_after(after);
  if (!first || *first > until) return std::nullopt;
  // By halves: `latest` is a tick, and after `none_after` there is none until `until`.
  Instant latest = *first;
  Instant none_after = std::min(until, end_of_all());
  while (none_after - latest >= minutes(1)) {
    const Instant middle = latest + (none_after - latest) / 2;
    const auto next = next_after(middle);
    if (next && *next <= until)
      latest = *next;
    else
      none_after = middle;
  }
  return latest;
}

/// The first tick of the period that is later than `after`.
std::optional<Instant> Schedule::first_in(const OffsetPeriod& period, Instant after) const {
  LocalMinute from = local_ceil(period.begin, period.offset);
  if (expression_.is_at_fixed_times() && period.begin > first_of_all()) {
    const minutes before = zone_.period_at(period.begin - std::chrono::microseconds(1)).offset;
    const minutes moved = period.offset - before;
    if (moved > minutes(0) && moved < kCorrection) {
      const LocalMinute skipped = expression_.first_from(local_ceil(period.begin, before));
      const Instant made_up = std::chrono::ceil<minutes>(period.begin);
      if (skipped < from && made_up > after) return made_up;
    }
    if (moved < minutes(0) && moved > -kCorrection) from = local_ceil(period.begin, before);
  }
  from = std::max(from, local_floor(after, period.offset) + minutes(1));
  const Instant tick = instant_of(expression_.first_from(from), period.offset);
  if (tick < period.end) return tick;
  return std::nullopt;
}

}  // namespace gapless
