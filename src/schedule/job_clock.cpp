#include "schedule/job_clock.h"

#include <algorithm>

namespace gapless {
namespace {

Instant waits_since(const JobSchedule& job, Instant now) { return job.since - now < kWasWrong ? job.since : now; }

}  // namespace

Due due(std::span<const JobSchedule> jobs, Instant now) {
  Due found;
  for (const JobSchedule& one : jobs) {
    if (!one.schedule) continue;
    const Instant since = waits_since(one, now);
    if (const auto tick = one.schedule->latest_until(since, now)) found.ticks.push_back({one.job, *tick});
    const auto next = one.schedule->next_after(std::max(since, now));
    if (next && (!found.wake_at || *next < *found.wake_at)) found.wake_at = next;
  }
  return found;
}

}  // namespace gapless
