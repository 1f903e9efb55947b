#include "run/step_log.h"

#include <spdlog/spdlog.h>

#include "util/timing.h"

namespace gapless {

void StepLog::begin(std::string_view name, std::uint64_t rows_of_the_last, Teams at_work) {
  end("done", rows_of_the_last);
  started_ = std::chrono::steady_clock::now();
  step_ = StepRecord{run_id_, partition_, std::string(name), "running", clock_.now(), 0, 0, 0, "", std::move(at_work)};
  write();
}

void StepLog::end(std::string_view status, std::uint64_t rows, std::string_view error) {
  if (!step_) return;
  step_->status = status;
  step_->seconds = seconds_since(started_);
  step_->rows = rows;
  step_->retries = retries_;
  step_->error = error;
  write();
  step_.reset();
}

void StepLog::write() const {
  if (auto recorded = store_.record_step(*step_); !recorded)
    spdlog::warn("run {}: a step was not recorded: {}", run_id_, recorded.error().message);
}

}  // namespace gapless
