#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "schedule/job_clock.h"
#include "state/state_store.h"

namespace gapless {

/// Runs jobs by the clock. Ticks are taken in the state store, so that of all who look at one store, one runs each; of
/// ticks that were missed the latest is made up for. Not thread-safe.
class Scheduler {
 public:
  struct Job {
    std::string name;
    std::optional<Schedule> schedule;  ///< none: it is off
  };
  /// Begins what a tick is for, and returns at once. Whoever does it calls finish_tick() of the store at its end.
  using Start = std::function<void(const DueTick&)>;

  /// Store and clock must outlive it.
  Scheduler(StateStore& store, const Clock& clock, std::vector<Job> jobs, Start start)
      : store_(store), clock_(clock), jobs_(std::move(jobs)), start_(std::move(start)) {}

  const std::vector<Job>& jobs() const { return jobs_; }
  /// From now on these; for a configuration that was read anew.
  void set_jobs(std::vector<Job> jobs) { jobs_ = std::move(jobs); }
  /// To be called once, at the beginning, after recovery: starts ticks again that somebody took, who then died before the
  /// work was done. One whose job is running is of a host that shares the store. Errors: those of the store.
  Status resume();
  /// Starts what is due. Returns when the next tick is; none where all jobs are off. Errors: those of the store: what was
  /// not taken is due again the next time.
  Result<std::optional<Instant>> step();

 private:
  StateStore& store_;
  const Clock& clock_;
  std::vector<Job> jobs_;
  const Start start_;
};

}  // namespace gapless
