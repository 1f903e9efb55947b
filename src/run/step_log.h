#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "state/state_store.h"

namespace gapless {

/// The steps of a run on one partition, written into its history as they begin and end. One that cannot be written is a
/// warning in the log: the work is not less done.
class StepLog {
 public:
  /// Store and clock must outlive it.
  StepLog(StateStore& store, const Clock& clock, std::string run_id, Partition partition)
      : store_(store), clock_(clock), run_id_(std::move(run_id)), partition_(partition) {}

  /// Ends the last as done, with its `rows`.
  void begin(std::string_view name, std::uint64_t rows_of_the_last = 0, Teams at_work = {});
  /// Nothing where none has begun.
  void end(std::string_view status, std::uint64_t rows = 0, std::string_view error = {});
  /// Another attempt of the step at hand, and of those that follow.
  void retry() { ++retries_; }

 private:
  void write() const;

  StateStore& store_;
  const Clock& clock_;
  const std::string run_id_;
  const Partition partition_;
  std::optional<StepRecord> step_;
  std::chrono::steady_clock::time_point started_;
  std::uint32_t retries_ = 0;
};

}  // namespace gapless
