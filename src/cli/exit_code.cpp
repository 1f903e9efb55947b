#include "cli/exit_code.h"

namespace gapless {

ExitCode exit_code_of(const Error& error) {
  switch (error.fault) {
    case Fault::kInvalidInput: return ExitCode::kUsage;
    case Fault::kConflict: return ExitCode::kConflict;
    default: return ExitCode::kFailed;
  }
}

ExitCode exit_code_of(RunStatus status) {
  switch (status) {
    case RunStatus::kSucceeded:
    case RunStatus::kNothingToDo: return ExitCode::kDone;
    case RunStatus::kPartial: return ExitCode::kPartial;
    case RunStatus::kSkipped: return ExitCode::kConflict;
    case RunStatus::kRunning:
    case RunStatus::kFailed:
    case RunStatus::kCancelled:
    case RunStatus::kInterrupted: return ExitCode::kFailed;
  }
  return ExitCode::kFailed;
}

int exit_status(ExitCode code, std::optional<int> stopped_by_signal) {
  // A signal that came when all was done already changes nothing.
  if (stopped_by_signal && code != ExitCode::kDone) return 128 + *stopped_by_signal;
  return static_cast<int>(code);
}

}  // namespace gapless
