// schedule/: when jobs run. Cron expressions, the clocks of a time zone, and the instants that they make together; pure
// functions of the time they are given. Only the system's time zone database is read.
#pragma once

#include <optional>
#include <utility>

#include "core/day.h"
#include "schedule/cron.h"
#include "schedule/time_zone.h"

namespace gapless {

/// The ticks of a cron expression in a time zone: instants at whole minutes, on days that Day can hold, each once.
///
/// Where clocks are changed by less than three hours, it goes by crond(8):
/// - Jobs at fixed times (CronExpression::is_at_fixed_times) are neither missed nor repeated: a time that is skipped
///   has its tick at the first instant after the gap, one that comes twice has it the first time. Times that fall on
///   one instant are one tick.
/// - All others go by what the clocks show: nothing for what is skipped, two ticks for what comes twice.
/// Greater changes are corrections, as when a country leaves out a day: then every job goes by what the clocks show.
class Schedule {
 public:
  Schedule(CronExpression expression, TimeZone zone) : expression_(std::move(expression)), zone_(zone) {}

  const CronExpression& expression() const { return expression_; }
  const TimeZone& zone() const { return zone_; }

  /// The first tick later than `after`; none past Day's range.
  std::optional<Instant> next_after(Instant after) const;
  /// The last tick later than `after` and not later than `until`, so that of ticks missed only one need be made up.
  std::optional<Instant> latest_until(Instant after, Instant until) const;

 private:
  std::optional<Instant> first_in(const OffsetPeriod& period, Instant after) const;

  CronExpression expression_;
  TimeZone zone_;
};

}  // namespace gapless
