#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerts/alert.h"

namespace gapless {

/// How a run ended, as far as alerts go.
enum class RunOutcome {
  kGood,     ///< everything is done, or there was nothing to do
  kPartial,  ///< some of it failed
  kFailed,   ///< all of it failed
  kOther     ///< cancelled, skipped, interrupted: says nothing about the job
};

/// A run that is over.
struct RunEnd {
  std::string job;
  RunOutcome outcome = RunOutcome::kOther;
  std::string run_id;
  std::string error = {};
};

/// Decides which alerts follow from what happens, so that nobody misses a failure and nobody is flooded. It remembers what
/// was told, in memory alone: who starts again gives it the newest runs of the history, the oldest first, and throws away
/// what comes back. No I/O. Not thread-safe.
class AlertPolicy {
 public:
  struct Options {
    std::string host = {};                                       ///< this machine's name, for the alerts
    std::chrono::seconds repeat_after = std::chrono::hours(24);  ///< until the same failure is told again
    std::chrono::seconds oldest_gap_allowed = std::chrono::hours(26);
    std::size_t most_failures_told = 10;  ///< of one job, within repeat_after
  };
  explicit AlertPolicy(Options options) : options_(std::move(options)) {}

  /// A failed or partial run is told when the job begins to fail, when its error is another than those told within
  /// `repeat_after`, and after that again. Two errors are the same where they differ in numbers, dates and ids alone. The
  /// first good run after a failure that was told is told as `recovered`.
  std::vector<Alert> on_run_end(const RunEnd& run, Instant now);
  /// The age of the oldest gap, or none where there is no gap: told once when it becomes more than is allowed, and once as
  /// `recovered` when it no longer is.
  std::vector<Alert> on_gaps(std::optional<std::chrono::seconds> oldest_gap, Instant now);

 private:
  struct Job {
    std::optional<Instant> failing_since;
    bool is_told = false;                 ///< this failure, which began at failing_since
    std::map<std::string, Instant> told;  ///< of this failure: the errors, and when they were told
    std::deque<Instant> alerts;           ///< of every failure within repeat_after
  };

  void forget_old(Job& job, Instant now) const;
  Alert failure(const RunEnd& run, const Job& job, Instant now) const;
  Alert recovery(const RunEnd& run, Instant failing_since, Instant now) const;

  const Options options_;
  std::map<std::string, Job> jobs_;
  std::optional<Instant> gap_told_at_;
};

}  // namespace gapless
