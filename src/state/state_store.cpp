#include "state/state_store.h"

#include <array>

namespace gapless {

const char* name(RunStatus status) {
  switch (status) {
    case RunStatus::kRunning: return "running";
    case RunStatus::kSucceeded: return "succeeded";
    case RunStatus::kNothingToDo: return "nothing_to_do";
    case RunStatus::kPartial: return "partial";
    case RunStatus::kFailed: return "failed";
    case RunStatus::kCancelled: return "cancelled";
    case RunStatus::kInterrupted: return "interrupted";
    case RunStatus::kSkipped: return "skipped";
  }
  return "running";
}

std::optional<RunStatus> parse_run_status(std::string_view text) {
  constexpr std::array kAll{RunStatus::kRunning, RunStatus::kSucceeded, RunStatus::kNothingToDo, RunStatus::kPartial,
                            RunStatus::kFailed,  RunStatus::kCancelled, RunStatus::kInterrupted, RunStatus::kSkipped};
  for (const RunStatus status : kAll) {
    if (text == name(status)) return status;
  }
  return std::nullopt;
}

const char* name(JournalPhase phase) {
  switch (phase) {
    case JournalPhase::kBuilding: return "building";
    case JournalPhase::kPublishing: return "publishing";
  }
  return "building";
}

}  // namespace gapless
