#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/coverage_map.h"
#include "cli/examination.h"
#include "cli/plan_view.h"
#include "cli/selection.h"
#include "cli/wording.h"

namespace gapless {
namespace {

bool is_shown(const PlannedCell& planned, const Selection& selection) {
  return selection.states.empty() || selection.states.contains(planned.judgement.state);
}

Json day_json(const PlannedCell& planned) {
  Json json = {{"day", planned.cell().day.to_string()},
               {"shard", planned.cell().shard},
               {"state", name(planned.judgement.state)}};
  const LedgerRow* row = planned.facts.entry ? &planned.facts.entry->any() : nullptr;
  json["view_events"] = row == nullptr ? Json(nullptr) : Json(row->content.measures.view_events);
  json["sessions"] = row == nullptr ? Json(nullptr) : Json(row->content.measures.sessions);
  json["published_at"] = row == nullptr ? Json(nullptr) : Json(format_instant(row->published_at));
  json["run_id"] = row == nullptr ? Json(nullptr) : Json(row->run_id);
  return json;
}

Json status_json(const Examination& examination, const Selection& selection) {
  std::map<TeamId, Json> days;
  for (const TeamId team : examination.plan.teams) days.emplace(team, Json::array());
  for (const PlannedCell& planned : examination.plan.cells)
    if (is_shown(planned, selection)) days.at(planned.cell().team).push_back(day_json(planned));
  Json json = {{"window", to_json(examination.plan.window)}, {"teams", Json::array()}};
  for (auto& [team, of_team] : days) json["teams"].push_back({{"team_id", team.value()}, {"days", std::move(of_team)}});
  json["summary"] = summary_json(examination.plan.summary());
  json["source"] = {{"events", examination.source.events},
                    {"days", examination.source.days ? to_json(*examination.source.days) : Json(nullptr)}};
  return json;
}

std::vector<TeamCoverage> coverage_of(const Examination& examination, const Selection& selection) {
  std::map<TeamId, TeamCoverage> teams;
  for (const TeamId team : examination.plan.teams) teams.emplace(team, TeamCoverage{team, {}});
  for (const PlannedCell& planned : examination.plan.cells)
    if (is_shown(planned, selection) && !planned.facts.moved)
      teams.at(planned.cell().team).days.emplace(planned.cell().day, planned.judgement.state);
  // What a team left on another shard is seen where nothing else is to be done about the day.
  for (const PlannedCell& planned : examination.plan.cells) {
    if (!is_shown(planned, selection) || !planned.facts.moved || planned.judgement.state == CellState::kEmpty) continue;
    CellState& shown =
        teams.at(planned.cell().team).days.emplace(planned.cell().day, planned.judgement.state).first->second;
    if (shown == CellState::kFresh || shown == CellState::kEmpty) shown = planned.judgement.state;
  }
  std::vector<TeamCoverage> all;
  for (auto& [team, coverage] : teams)
    if (!coverage.days.empty()) all.push_back(std::move(coverage));
  return all;
}

std::string pause_text(const StateStore::Pause& pause) {
  return fmt::format("paused{}{}; gapless resume ends it",
                     pause.until ? " until " + format_instant(*pause.until) : std::string(),
                     pause.reason.empty() ? "" : ": " + pause.reason);
}

/// What follows from the coverage: the work to do, and the command that does it.
std::string what_next(const Examination& examination, const Selection& selection, const Style& style) {
  if (examination.plan.cells_due() == 0) return "";
  std::string command = "gapless backfill";
  if (!selection.is_default_window())
    command += fmt::format(" --from {} --to {}", examination.plan.window.first.to_string(),
                           examination.plan.window.last.to_string());
  return style.paint(Tone::kStrong, examination.plan.work_in_words()) + ": " + command + "\n";
}

Result<ExitCode> run_status(Invocation& call) {
  GAPLESS_ASSIGN(const Selection selection, read_selection(call.given));
  GAPLESS_ASSIGN(const Window window, window_of(selection, call.services.settings(), call.services.clock().now()));
  PlanOptions options;
  options.judge.include_open_days = selection.include_today;
  GAPLESS_ASSIGN(const Examination examination,
                 examine(call.services, call.output, {window, selection.teams, options}));
  GAPLESS_ASSIGN(const Figures figures, call.services.figures());
  GAPLESS_ASSIGN(const auto pause, figures.store->pause(call.services.clock().now()));

  Json json = status_json(examination, selection);
  json["paused"] = pause.has_value();
  call.output.document(json);

  const Style style = call.output.style();
  const Plan& plan = examination.plan;
  std::string text = fmt::format("{}, {}\n\n", plan.window.to_string(), counted(plan.teams.size(), "team", "teams"));
  text += coverage_map(coverage_of(examination, selection), plan.window, call.output.width(), style);
  text += coverage_legend(plan.summary(), style);
  text += what_next(examination, selection, style);
  if (!plan.why_nobody.empty()) text += plan.why_nobody + "\n";
  if (pause) text += style.paint(Tone::kWarn, pause_text(*pause)) + "\n";
  call.output.text(text);
  if (const std::string hint = no_events_hint(examination, "gapless status"); !hint.empty()) call.output.note(hint);
  return ExitCode::kDone;
}

}  // namespace

CommandSpec status_command() {
  return {.name = "status",
          .group = CommandGroup::kFigures,
          .summary = "coverage: a map of teams and days, and what is to be done",
          .details = "Looks at source, ledger and targets, and changes nothing.",
          .arguments = {},
          .options = selection_options(),
          .examples = {{"gapless status --days 90", "the last ninety finished days"},
                       {"gapless status --states missing,stale --output json", "what is not right, for a program"}},
          .needs = Needs::kConfiguration,
          .run = run_status};
}

}  // namespace gapless
