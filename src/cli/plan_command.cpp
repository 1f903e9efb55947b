#include "cli/commands.h"
#include "cli/examination.h"
#include "cli/plan_view.h"
#include "cli/selection.h"

namespace gapless {
namespace {

Result<ExitCode> run_plan(Invocation& call) {
  GAPLESS_ASSIGN(const Selection selection, read_selection(call.given));
  GAPLESS_ASSIGN(const Window window, window_of(selection, call.services.settings(), call.services.clock().now()));
  PlanOptions options;
  options.judge.include_open_days = selection.include_today;
  options.states = selection.states;
  ExaminationRequest request{window, selection.teams, options};
  request.beyond_window = selection.is_default_window();
  GAPLESS_ASSIGN(const Examination examination, examine(call.services, call.output, request));
  const PlanViewOptions view{call.given.has("--all"), call.given.has("--explain"), selection.states};
  const Definition& definition = call.services.definition();
  call.output.text(plan_text(examination, definition, view, call.output.style()));
  call.output.document(plan_json(examination, definition, view));
  if (const std::string hint = no_events_hint(examination, "gapless plan"); !hint.empty()) call.output.note(hint);
  return ExitCode::kDone;
}

}  // namespace

CommandSpec plan_command() {
  CommandSpec command{
      .name = "plan",
      .group = CommandGroup::kFigures,
      .summary = "what would be recomputed, and why",
      .details = "Compares source, ledger and targets, and changes nothing. A cell is one team on one day.",
      .arguments = {},
      .options = selection_options(),
      .examples = {{"gapless plan --days 7", "the last seven finished days"},
                   {"gapless plan --from 2026-03-01 --to 2026-03-31 --all",
                    "every cell of a month, also the fresh ones"},
                   {"gapless plan --explain --teams 42", "with the fingerprints and counts that were compared"}},
      .needs = Needs::kConfiguration,
      .run = run_plan};
  command.options.push_back({.name = "--all", .help = "also show cells that need nothing"});
  command.options.push_back({.name = "--explain", .help = "show what was compared for each cell"});
  return command;
}

}  // namespace gapless
