#pragma once

#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/examination.h"
#include "cli/selection.h"

namespace gapless {

/// One run of a job: what it looks at, and how it does what follows.
struct JobRequest {
  std::string job;  ///< "manual", "daily", …
  ExaminationRequest look;
  ExecutorOptions executor;
};

/// Looks, plans, recomputes and reports. Errors: what kept it from being begun; a run that failed has its exit code.
Result<ExitCode> run_job(Invocation& call, const JobRequest& request);

/// "20260310-120000-3f9a1c": the time, so that ids sort, and a random part.
std::string make_run_id(Instant now);

Result<OnConflict> parse_on_conflict(std::string_view text);
/// Options that backfill and run share.
OptionSpec on_conflict_option(std::string_view help);
OptionSpec timeout_option(std::string_view help, std::string_view setting);
Result<std::optional<std::chrono::milliseconds>> read_timeout(const Given& given);

}  // namespace gapless
