#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "schedule/schedule.h"

namespace gapless {

/// As crond(8) has it for changes of the clock: a moment so far ahead of now is of a clock that was wrong.
inline constexpr std::chrono::hours kWasWrong{3};

/// A job, and since when it waits for its next tick.
struct JobSchedule {
  std::string job;
  std::optional<Schedule> schedule;  ///< none: it is off, and never due
  Instant since;                     ///< its last known tick, or when its schedule was first seen
};

struct DueTick {
  std::string job;
  Instant instant;
  bool operator==(const DueTick&) const = default;
};

struct Due {
  std::vector<DueTick> ticks;      ///< in the order of the jobs
  std::optional<Instant> wake_at;  ///< the next tick of any job; none where all are off
};

/// What is to be run now. Of a job's ticks since `since` only the latest is due: it does what those before it were for.
/// A clock that was set back brings no tick again. One set back by three hours or more was wrong before, and a `since`
/// from that time counts for nothing: the job waits for its next tick from now on.
Due due(std::span<const JobSchedule> jobs, Instant now);

}  // namespace gapless
