#pragma once

#include <optional>
#include <set>
#include <string>

#include "cli/command.h"
#include "cli/examination.h"
#include "cli/selection.h"
#include "core/job.h"

namespace gapless {

/// What a verification compares, and what follows.
struct VerifyRequest {
  std::set<CellState> states = {};               ///< only cells in these, where any are given
  std::size_t sample = 0;                        ///< so many cells by chance; 0: all
  std::optional<double> tolerance_percent = {};  ///< none: uniq states are not held against uniqExact
  bool repair = false;                           ///< recompute what differs, and compare that again
  bool by_schedule = false;
};

/// Rows that gapless did not write are held against the source, and get entries where they are right.
struct AdoptRequest {
  std::set<CellState> states = {};  ///< only cells in these, where any are given
};

/// One run of a job: what it looks at, and how it does what follows.
struct JobRequest {
  std::string job;  ///< one of kScheduledJobs, "manual" or "adopt"
  ExaminationRequest look;
  ExecutorOptions executor;
  bool remember_consent = false;             ///< from now on scheduled jobs build to this definition
  std::optional<VerifyRequest> verify = {};  ///< it compares, instead of recomputing what the plan says
  std::optional<AdoptRequest> adopt = {};    ///< it adopts, instead

  /// Somebody waits for it: it goes beside a scheduled run of the same job.
  bool is_by_hand() const { return verify ? !verify->by_schedule : adopt || job == "manual"; }
};

/// What a scheduled job looks at at `now`, and how it works, as configured. It repairs what it looks at; verify only tells.
Result<JobRequest> scheduled_job(std::string_view job, const Settings& settings, ExecutorOptions options, Instant now);

/// Looks, plans, recomputes and reports; whatever comes of it is in the history. Scheduled jobs exclude each other: one
/// whose previous run is still going is skipped. Errors: what kept it from knowing what to do, or from recording it; a run
/// that failed later has its exit code.
Result<ExitCode> run_job(Invocation& call, const JobRequest& request);

/// Puts a run of the command into the history, and tells whoever follows it.
Result<RunRecord> begin_run(Invocation& call, Executor& executor, std::string_view job, DayRange window);
/// Closes one that could not do what it was to do. Returns why, and what else went wrong.
Error end_failed_run(Executor& executor, const RunRecord& record, DayRange window, Error error);

/// "20260310-120000-3f9a1c": the time, so that ids sort, and a random part.
std::string make_run_id(Instant now);

Result<OnConflict> parse_on_conflict(std::string_view text);
/// Options that backfill and run share.
OptionSpec on_conflict_option(std::string_view help);
OptionSpec timeout_option(std::string_view help, std::string_view setting);
Result<std::optional<std::chrono::milliseconds>> read_timeout(const Given& given);

}  // namespace gapless
