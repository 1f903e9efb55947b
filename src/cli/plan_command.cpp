#include <algorithm>

#include "cli/commands.h"
#include "cli/examination.h"
#include "cli/plan_view.h"
#include "cli/selection.h"

namespace gapless {
namespace {

/// Published cells outside the window, of the teams at work: what this plan says nothing about.
Result<std::uint64_t> cells_outside(Services& services, DayRange window, const TeamsAtWork& teams) {
  if (!teams.why_nobody.empty()) return 0;
  GAPLESS_ASSIGN(const Figures figures, services.figures());
  GAPLESS_ASSIGN(const auto published, figures.warehouse->published_days(services.limits()));
  if (!published) return 0;
  std::set<Cell> cells;
  const auto count = [&](Day first, Day last) -> Status {
    if (first > last) return {};
    GAPLESS_ASSIGN(const auto rows, figures.warehouse->ledger({first, last}, teams.teams, services.limits()));
    for (const LedgerRow& row : rows)
      if (!std::ranges::binary_search(services.settings().teams.excluded, row.cell.team)) cells.insert(row.cell);
    return {};
  };
  GAPLESS_TRY(count(published->first, std::min(published->last, window.first - 1)));
  GAPLESS_TRY(count(std::max(published->first, window.last + 1), published->last));
  return cells.size();
}

Result<ExitCode> run_plan(Invocation& call) {
  GAPLESS_ASSIGN(const Selection selection, read_selection(call.given));
  GAPLESS_ASSIGN(const Window window, window_of(selection, call.services.settings(), call.services.clock().now()));
  GAPLESS_ASSIGN(const auto teams, teams_to_examine(selection.teams, window, call.services, call.output));
  PlanOptions options;
  options.judge.include_open_days = selection.include_today;
  options.states = selection.states;
  GAPLESS_ASSIGN(const Examination examination, examine(call.services, call.output, {window, teams, options}));
  PlanViewOptions view{call.given.has("--all"), call.given.has("--explain"), selection.states, std::nullopt};
  GAPLESS_ASSIGN(view.not_examined, cells_outside(call.services, window.days, teams));
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
