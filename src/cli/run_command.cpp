#include "cli/commands.h"
#include "cli/run_job.h"

namespace gapless {
namespace {

Result<ExitCode> run_run(Invocation& call) {
  const Settings& settings = call.services.settings();
  GAPLESS_ASSIGN(JobRequest request, scheduled_job(call.given.arguments().front(), settings,
                                                   call.services.executor_options(), call.services.clock().now()));
  if (const auto text = call.given.value("--on-conflict")) {
    GAPLESS_ASSIGN(request.executor.on_conflict, parse_on_conflict(*text));
  }
  GAPLESS_ASSIGN(const auto timeout, read_timeout(call.given));
  if (timeout) request.executor.run_timeout = timeout;
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
              " finished one, backfill at the last backfill.days_back finished days; each repairs what it finds. "
              "verify compares verify.sample "
              "of these days' cells with the source, and repairs nothing.",
          .arguments = {{.name = "JOB",
                         .help = "daily, intraday, backfill or verify",
                         .least = 1,
                         .most = 1,
                         .choices = {kScheduledJobs.begin(), kScheduledJobs.end()}}},
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
