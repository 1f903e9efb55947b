#include "cli/examination.h"

#include <fmt/format.h>

#include "cli/wording.h"

namespace gapless {

std::uint64_t Examination::events_in_window() const {
  std::uint64_t events = 0;
  for (const PlannedCell& planned : plan.cells) events += planned.facts.day_events;
  return events;
}

void apply_retention(std::vector<CellFacts>& facts, Day today, int retention_days) {
  const Day oldest_kept = today - retention_days;
  for (CellFacts& one : facts)
    if (!one.expired_because && one.cell.day - 2 < oldest_kept)
      one.expired_because =
          fmt::format("the source keeps {} (source.retention_days), so that the day may be cut short there",
                      counted(static_cast<std::uint64_t>(retention_days), "day", "days"));
}

Result<Examination> examine(Services& services, Output& output, const ExaminationRequest& request) {
  GAPLESS_ASSIGN(const Figures figures, services.figures());
  if (!request.teams.why_nobody.empty())
    return Examination{request.window,
                       {},
                       {},
                       make_plan(request.window.days, {}, {}, services.definition(), request.plan, {}),
                       request.teams.why_nobody};
  output.console().show("looking at source, ledger and targets …");
  const Settings& settings = services.settings();
  const Window& window = request.window;
  const Scope scope{.window = window.days,
                    .teams = request.teams.teams,
                    .excluded = settings.teams.excluded,
                    .last_finished = window.last_finished,
                    .include_open_days = request.plan.judge.include_open_days,
                    .believe_empty_source = request.believe_empty_source};
  auto seen = observe(*figures.warehouse, scope, services.definition(), services.limits());
  output.console().clear();
  if (!seen) return fail(std::move(seen.error()));
  if (settings.retention_days) apply_retention(seen->facts, Day::of(services.clock().now()), *settings.retention_days);
  Plan plan = make_plan(window.days, seen->teams, std::move(seen->facts), services.definition(), request.plan,
                        seen->definition_texts);
  return Examination{window, seen->source, std::move(seen->definition_texts), std::move(plan)};
}

std::string no_events_hint(const Examination& examination, std::string_view command) {
  if (!examination.why_nobody.empty() || examination.events_in_window() > 0) return "";
  const SourceExtent& source = examination.source;
  if (!source.days) return "the source holds no events yet; bring some with: gapless load FILE";
  return fmt::format("no event lies in the window {}; the source holds {} from {} to {}: {} --from {} --to {}",
                     examination.window.days.to_string(), counted(source.events, "event", "events"),
                     source.days->first.to_string(), source.days->last.to_string(), command,
                     source.days->first.to_string(), source.days->last.to_string());
}

}  // namespace gapless
