#include "cli/commands.h"
#include "cli/plan_view.h"
#include "cli/run_job.h"

namespace gapless {
namespace {

Result<ExitCode> dry_run(Invocation& call, const JobRequest& request) {
  GAPLESS_ASSIGN(const Examination examination, examine(call.services, call.output, request.look));
  const Definition& definition = call.services.definition();
  call.output.text(plan_text(examination, definition, {}, call.output.style()));
  call.output.document(plan_json(examination, definition, {}));
  if (const std::string hint = no_events_hint(examination, "gapless backfill"); !hint.empty()) call.output.note(hint);
  return ExitCode::kDone;
}

Result<ExitCode> run_backfill(Invocation& call) {
  const Settings& settings = call.services.settings();
  GAPLESS_ASSIGN(const Selection selection, read_selection(call.given));
  GAPLESS_ASSIGN(const Window window, window_of(selection, settings, call.services.clock().now()));
  JobRequest request{
      "manual", {window, selection.teams, {}, call.given.has("--allow-shrink")}, call.services.executor_options()};
  request.look.beyond_window = selection.is_default_window();
  request.look.plan.states = selection.states;
  request.look.plan.judge.include_open_days = selection.include_today;
  request.look.plan.judge.force = call.given.has("--force");
  request.look.plan.judge.take_over = call.given.has("--take-over");
  request.executor.on_conflict = OnConflict::kWait;
  if (const auto text = call.given.value("--on-conflict")) {
    GAPLESS_ASSIGN(request.executor.on_conflict, parse_on_conflict(*text));
  }
  request.remember_consent = call.given.has("--accept-definition");
  request.executor.allow_shrink = call.given.has("--allow-shrink");
  GAPLESS_ASSIGN(request.executor.run_timeout, read_timeout(call.given));
  return call.given.has("--dry-run") ? dry_run(call, request) : run_job(call, request);
}

}  // namespace

CommandSpec backfill_command() {
  CommandSpec command{
      .name = "backfill",
      .group = CommandGroup::kFigures,
      .summary = "recompute what the plan says, day by day",
      .details =
          "Builds each day beside the published one, checks it, and swaps it in at once; other teams' figures stay as "
          "they"
          " are. It may be stopped at any moment and goes on where it stopped.",
      .arguments = {},
      .options = selection_options(),
      .examples = {{"gapless backfill", "the default window: what is missing, stale, outdated, damaged or orphaned"},
                   {"gapless backfill --from 2026-03-01 --to 2026-03-31 --teams 42", "a month of one team"},
                   {"gapless backfill --days 1 --force", "yesterday once more, also where nothing changed"}},
      .needs = Needs::kConfiguration,
      .run = run_backfill};
  command.options.insert(
      command.options.end(),
      {{.name = "--force", .help = "recompute fresh cells too"},
       {.name = "--dry-run", .help = "only show the plan"},
       on_conflict_option("where another run holds a day: wait for it (the default), skip it, or fail before any work"),
       {.name = "--allow-shrink", .help = "go on also where many cells would lose most of their view events"},
       {.name = "--take-over", .help = "recompute also cells whose rows gapless did not write"},
       {.name = "--accept-definition",
        .help =
            "agree to the definition: scheduled jobs recompute outdated cells too from now on, as this does anyway"},
       timeout_option("begin no new day after this time, as in 30m or 2h", "")});
  return command;
}

}  // namespace gapless
