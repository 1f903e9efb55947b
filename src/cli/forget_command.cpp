#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/run_job.h"
#include "cli/run_view.h"
#include "cli/selected_teams.h"
#include "cli/wording.h"
#include "run/pause.h"

namespace gapless {
namespace {

/// Errors: kInvalidInput where jobs would build the team again.
Status check_not_selected(Invocation& call, TeamId team, const Window& window) {
  const TeamRules& rules = call.services.settings().teams;
  if (std::ranges::binary_search(rules.excluded, team)) return {};
  std::vector<std::string_view> choosing;
  if (rules.have(Strategy::kAll)) {
    choosing.push_back(name(Strategy::kAll));
  } else {
    GAPLESS_ASSIGN(const TeamSelection selection, selected_teams(call.services, rules, window));
    for (const SelectedTeam& one : selection.teams)
      if (one.team == team)
        for (const Strategy strategy : one.strategies) choosing.push_back(name(strategy));
  }
  if (choosing.empty()) return {};
  return fail(Fault::kInvalidInput,
              fmt::format("team {} is selected ({}), so that the next run would build it again: exclude it first, with"
                          " teams.exclude or GAPLESS_EXCLUDE_TEAM_IDS",
                          team.value(), fmt::join(choosing, ", ")));
}

/// The team's cells with an entry or rows, to be taken out.
Result<Plan> cells_to_forget(Invocation& call, TeamId team, const std::optional<DayRange>& days) {
  GAPLESS_ASSIGN(const Figures figures, call.services.figures());
  const Limits limits = call.services.limits();
  GAPLESS_ASSIGN(const auto published, figures.warehouse->published_days(limits));
  const Day today = Day::of(call.services.clock().now());
  const Scope scope{.window = days.value_or(published.value_or(DayRange{today, today})),
                    .teams = Teams{team},
                    .excluded = {},
                    .last_finished = today,
                    .include_open_days = true,
                    .believe_empty_source = true};
  const Definition& definition = call.services.definition();
  GAPLESS_ASSIGN(Observation seen, observe(*figures.warehouse, *figures.store, scope, definition, limits));
  Plan plan = plan_of(seen, scope.window, definition, {});
  for (PlannedCell& planned : plan.cells)
    planned.judgement.action =
        planned.facts.entry || planned.facts.has_target_rows() ? Action::kRecompute : Action::kNone;
  return plan;
}

Result<ExitCode> run_forget(Invocation& call) {
  const auto text = call.given.value("--team");
  if (!text) return fail(Fault::kInvalidInput, "forget needs the team: gapless forget --team N");
  GAPLESS_ASSIGN(const TeamId team, TeamId::parse(*text, "--team"));
  const Settings& settings = call.services.settings();
  const Instant now = call.services.clock().now();
  GAPLESS_ASSIGN(const Selection selection, read_selection(call.given));
  GAPLESS_ASSIGN(const Window window, window_of(selection, settings, now));
  GAPLESS_TRY(check_not_selected(call, team, window));
  GAPLESS_ASSIGN(const Figures figures, call.services.figures());
  GAPLESS_ASSIGN(const auto paused, paused_because(*figures.store, now));
  if (paused) return fail(Fault::kConflict, *paused);
  const auto days = selection.is_default_window() ? std::nullopt : std::optional(window.days);
  GAPLESS_ASSIGN(const Plan plan, cells_to_forget(call, team, days));

  ExecutorOptions options = call.services.executor_options();
  options.forget = options.allow_shrink = true;
  GAPLESS_ASSIGN(
      const RunReport report,
      figures.executor->run(plan, {call.origin.run_id.value_or(make_run_id(now)), "forget", call.origin.trigger},
                            options, call.origin.also_tell != nullptr ? *call.origin.also_tell : RunEvents{}));
  call.output.document(run_json(report));
  if (report.status == RunStatus::kSucceeded)
    call.output.text(
        fmt::format("team {} is forgotten: {} taken out of the rollup; its events are where they were"
                    "  (run {})\n",
                    team.value(), counted(report.cells_recomputed, "cell", "cells"), report.run_id));
  else if (report.status == RunStatus::kNothingToDo)
    call.output.text(fmt::format("nothing to do: team {} has no figures in {}  (run {})\n", team.value(),
                                 plan.window.to_string(), report.run_id));
  else
    call.output.text(run_text(report, call.output.style()));
  if (!settings.keeps_breakdowns)
    call.output.note(
        fmt::format("{} is left as it is, if it is there: targets.breakdowns is off", table_name(Target::kBreakdowns)));
  return exit_code_of(report.status);
}

}  // namespace

CommandSpec forget_command() {
  CommandSpec command{
      .name = "forget",
      .group = CommandGroup::kFigures,
      .summary = "take a team's figures out of the rollup",
      .details =
          "Rows and ledger entries go, day by day, as a backfill publishes; events stay where they are. Refused while"
          " the team is selected, since the next run would build it again: exclude it first.",
      .arguments = {},
      .options = {{.name = "--team", .value = "N", .help = "the team"}},
      .examples = {{"GAPLESS_EXCLUDE_TEAM_IDS=42 gapless forget --team 42", "everything that is published of a team"}},
      .needs = Needs::kConfiguration,
      .run = run_forget};
  for (const OptionSpec& option : selection_options())
    if (option.name == "--from" || option.name == "--to" || option.name == "--days") command.options.push_back(option);
  return command;
}

}  // namespace gapless
