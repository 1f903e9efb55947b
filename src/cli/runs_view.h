#pragma once

#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/style.h"
#include "state/state_store.h"

namespace gapless {

/// Runs, a line each.
std::string runs_text(const std::vector<RunRecord>& runs, const Style& style);
/// One run with its steps.
std::string run_details_text(const RunRecord& run, const std::vector<StepRecord>& steps, const Style& style);

Json run_record_json(const RunRecord& run);
Json steps_json(const std::vector<StepRecord>& steps);

/// How long a run took, or nothing while it is at work.
std::optional<double> seconds_of(const RunRecord& run);

}  // namespace gapless
