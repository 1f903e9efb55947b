#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/examination.h"
#include "cli/plan_view.h"
#include "cli/runs_view.h"
#include "cli/selection.h"
#include "cli/text_table.h"
#include "cli/wording.h"

namespace gapless {
namespace {

/// What one run did on the cell's day.
struct Touch {
  RunRecord run;
  std::vector<StepRecord> steps;

  /// Of the step that says what became of the day: one that went wrong, else the last.
  const StepRecord& outcome() const {
    const auto bad = std::ranges::find_if(steps, [](const StepRecord& step) { return step.status != "done"; });
    return bad != steps.end() ? *bad : steps.back();
  }
  std::string outcome_text() const {
    const StepRecord& step = outcome();
    if (step.status != "done") return fmt::format("{} {}", step.name, step.status);
    if (step.name == "publish") return "published";
    return "looked, nothing to do";
  }
};

/// The runs that had the cell to do, the newest first.
Result<std::vector<Touch>> touches_of(StateStore& store, const Cell& cell) {
  GAPLESS_ASSIGN(auto steps, store.steps_on(cell));
  std::vector<Touch> touches;
  for (StepRecord& step : steps) {
    if (touches.empty() || touches.back().run.id != step.run_id) {
      GAPLESS_ASSIGN(auto run, store.run(step.run_id));
      if (!run) continue;  // pruned since
      touches.push_back({std::move(*run), {}});
    }
    touches.back().steps.push_back(std::move(step));
  }
  std::ranges::reverse(touches);
  return touches;
}

std::string touches_text(const std::vector<Touch>& touches, const PlannedCell& planned, const Style& style) {
  std::string text;
  const LedgerRow* entry = planned.facts.entry ? &planned.facts.entry->any() : nullptr;
  const auto is_of_entry = [&](const Touch& touch) { return touch.run.id == entry->run_id; };
  if (entry != nullptr && std::ranges::none_of(touches, is_of_entry))
    text = fmt::format("published by run {}, which is no longer in the history\n", entry->run_id);
  if (touches.empty()) return entry == nullptr ? "no run in the history had it to do\n" : text;
  TextTable table({{"run"}, {"job"}, {"started"}, {"outcome"}, {"error"}});
  for (const Touch& touch : touches)
    table.add({touch.run.id, touch.run.job,
               format_instant(std::chrono::floor<std::chrono::seconds>(touch.run.started_at)), touch.outcome_text(),
               touch.outcome().error});
  return table.render(style) + text;
}

Json touches_json(const std::vector<Touch>& touches) {
  Json json = Json::array();
  for (const Touch& touch : touches) {
    json.push_back(run_record_json(touch.run));
    json.back()["steps"] = steps_json(touch.steps);
  }
  return json;
}

Result<ExitCode> run_explain(Invocation& call) {
  const auto team_text = call.given.value("--team"), day_text = call.given.value("--day");
  if (!team_text || !day_text)
    return fail(Fault::kInvalidInput, "explain needs a team and a day: gapless explain --team N --day DAY");
  GAPLESS_ASSIGN(const TeamId team, TeamId::parse(*team_text, "--team"));
  GAPLESS_ASSIGN(const Day day, Day::parse(*day_text, "--day"));
  Selection selection;
  selection.from = selection.to = day;
  selection.teams = Teams{team};
  GAPLESS_ASSIGN(const Window window, window_of(selection, call.services.settings(), call.services.clock().now()));
  GAPLESS_ASSIGN(const Examination examination, examine(call.services, call.output, {window, selection.teams, {}}));
  const auto& cells = examination.plan.cells;
  if (cells.empty())
    return fail(Fault::kInvalidInput,
                fmt::format("team {} is excluded (teams.exclude): nothing is known of it", team.value()));
  GAPLESS_ASSIGN(const Figures figures, call.services.figures());
  // On its team's shard; what the team left behind on others comes after it.
  const auto own =
      std::ranges::find_if(cells, [](const PlannedCell& planned) { return !planned.facts.moved.has_value(); });
  const PlannedCell& main = own == cells.end() ? cells.front() : *own;
  GAPLESS_ASSIGN(const auto touches, touches_of(*figures.store, main.cell()));

  const Definition& definition = call.services.definition();
  const Style style = call.output.style();
  Json left = Json::array();
  std::string left_text;
  for (const PlannedCell& planned : cells) {
    if (&planned == &main) continue;
    left.push_back(cell_json(examination, planned, definition, true));
    left_text += explained_text(examination, planned, definition, style) + "\n";
  }
  Json cell = cell_json(examination, main, definition, true);
  Json evidence = std::move(cell["evidence"]);
  cell.erase("evidence");
  Json document = {{"cell", std::move(cell)}, {"evidence", std::move(evidence)}, {"runs", touches_json(touches)}};
  if (!left.empty()) document["left_on_other_shards"] = std::move(left);
  call.output.document(document);
  call.output.text(explained_text(examination, main, definition, style) + "\n" + left_text +
                   touches_text(touches, main, style));
  return ExitCode::kDone;
}

}  // namespace

CommandSpec explain_command() {
  return {.name = "explain",
          .group = CommandGroup::kFigures,
          .summary = "one cell: its state, what was compared, and every run that had it to do",
          .details = "Looks at source, ledger and targets, and changes nothing.",
          .arguments = {},
          .options = {{.name = "--team", .value = "N", .help = "the team"},
                      {.name = "--day", .value = "DAY", .help = "the day, UTC"}},
          .examples = {{"gapless explain --team 1 --day 2026-03-02", "why this figure is as it is"}},
          .needs = Needs::kConfiguration,
          .run = run_explain};
}

}  // namespace gapless
