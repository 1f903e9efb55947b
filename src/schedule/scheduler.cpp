#include "schedule/scheduler.h"

#include <algorithm>
#include <string>

namespace gapless {

Status Scheduler::resume() {
  constexpr std::size_t kRunsLookedAt = 1000;
  GAPLESS_ASSIGN(const auto ticks, store_.ticks());
  GAPLESS_ASSIGN(const auto runs, store_.runs(kRunsLookedAt));
  const auto is_at_work = [&](const std::string& job) {
    return std::ranges::any_of(runs, [&](const RunRecord& run) {
      return run.job == job && run.trigger == "schedule" && run.status == RunStatus::kRunning;
    });
  };
  for (const Tick& tick : ticks) {
    const auto job = std::ranges::find(jobs_, tick.job, &Job::name);
    if (!tick.is_done && job != jobs_.end() && job->schedule && !is_at_work(tick.job)) start_({tick.job, tick.at});
  }
  return {};
}

Result<std::optional<Instant>> Scheduler::step() {
  const Instant now = clock_.now();
  GAPLESS_ASSIGN(const auto ticks, store_.ticks());
  std::vector<JobSchedule> schedules;
  for (const Job& job : jobs_) {
    const auto last = std::ranges::find(ticks, job.name, &Tick::job);
    const bool is_known = last != ticks.end() && last->at - now < kWasWrong;
    if (!is_known) {
      // It waits for its next tick, and from now on none is missed.
      GAPLESS_ASSIGN(const bool taken, store_.take_tick(job.name, now, now + kWasWrong));
      if (taken) GAPLESS_TRY(store_.finish_tick(job.name, now));
    }
    schedules.push_back({job.name, job.schedule, is_known ? last->at : now});
  }
  const Due due_now = due(schedules, now);
  for (const DueTick& tick : due_now.ticks) {
    GAPLESS_ASSIGN(const bool taken, store_.take_tick(tick.job, tick.instant, now + kWasWrong));
    if (taken) start_(tick);
  }
  return due_now.wake_at;
}

}  // namespace gapless
