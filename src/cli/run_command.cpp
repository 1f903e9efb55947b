#include <algorithm>

#include "cli/commands.h"
#include "cli/run_job.h"

namespace gapless {
namespace {

/// The last `count` finished days.
DayRange finished_days(Day last_finished, int count) { return {last_finished - (count - 1), last_finished}; }

struct JobWindow {
  DayRange days;
  bool include_open_days = false;
};

/// What a job looks at, which is also what it repairs.
Result<JobWindow> job_window(std::string_view job, const Settings& settings, Instant now, Day last_finished) {
  if (job == "intraday") return JobWindow{{last_finished, Day::of(now)}, true};
  if (job == "daily") return JobWindow{finished_days(last_finished, settings.detection_window_days), false};
  GAPLESS_ASSIGN(const Window window, window_of({}, settings, now));
  return JobWindow{window.days, false};
}

Result<ExitCode> run_run(Invocation& call) {
  const Settings& settings = call.services.settings();
  const std::string& job = call.given.arguments().front();
  const Instant now = call.services.clock().now();
  GAPLESS_ASSIGN(const Window window, window_of({}, settings, now));
  GAPLESS_ASSIGN(const JobWindow job_days, job_window(job, settings, now, window.last_finished));
  GAPLESS_ASSIGN(const auto teams,
                 teams_to_examine(std::nullopt, {job_days.days, window.last_finished}, call.services, call.output));

  JobRequest request{job, {{job_days.days, window.last_finished}, teams, {}}, call.services.executor_options()};
  if (job == "backfill") {
    request.look.beyond_window = true;
    request.look.max_days_beyond = settings.max_days_per_run;
  }
  request.look.plan.judge.include_open_days = job_days.include_open_days;
  request.look.plan.judge.accept_definition = settings.jobs_accept_definition || call.given.has("--accept-definition");
  request.executor.on_conflict = OnConflict::kSkip;
  if (const auto text = call.given.value("--on-conflict")) {
    GAPLESS_ASSIGN(request.executor.on_conflict, parse_on_conflict(*text));
  }
  GAPLESS_ASSIGN(const auto timeout, read_timeout(call.given));
  request.executor.run_timeout = timeout.value_or(settings.run_timeout);
  request.executor.max_days = settings.max_days_per_run;
  request.executor.rest_after_failures = true;
  return run_job(call, request);
}

}  // namespace

CommandSpec run_command() {
  return {.name = "run",
          .group = CommandGroup::kFigures,
          .summary = "one scheduled job, now: what cron calls",
          .details =
              "daily looks at the last backfill.detection_window_days finished days, intraday at the open days and the "
              "newest"
              " finished one, backfill at the last backfill.days_back finished days; each repairs what it finds.",
          .arguments = {{.name = "JOB",
                         .help = "daily, intraday or backfill",
                         .least = 1,
                         .most = 1,
                         .choices = {"daily", "intraday", "backfill"}}},
          .options = {on_conflict_option(
                          "where another run holds a day: skip it (the default), wait for it, or fail before any work"),
                      timeout_option("begin no new day after this time, as in 30m or 2h", "limits.run_timeout"),
                      {.name = "--accept-definition",
                       .help = "recompute outdated cells too",
                       .setting = "backfill.accept_definition",
                       .setting_value = "auto"}},
          .examples = {{"gapless run daily", "every night, after midnight UTC"},
                       {"gapless run intraday", "every twenty minutes, for today's figures"}},
          .needs = Needs::kConfiguration,
          .run = run_run};
}

}  // namespace gapless
