#pragma once

#include <string>

#include "cli/json.h"
#include "cli/style.h"
#include "run/executor.h"

namespace gapless {

/// A run's report: a day a line, and a sentence that says how it ended and what to do next.
std::string run_text(const RunReport& report, const Style& style);
Json run_json(const RunReport& report);

Tone tone_of(RunStatus status);

}  // namespace gapless
