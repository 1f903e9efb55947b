#include "cli/examination.h"

#include <fmt/format.h>

#include "cli/wording.h"

namespace gapless {

std::uint64_t Examination::events_in_window() const {
  std::uint64_t events = 0;
  for (const PlannedCell& planned : plan.cells)
    if (plan.window.contains(planned.cell().day)) events += planned.facts.day_events;
  return events;
}

std::optional<Day> source_kept_from(const Settings& settings, Instant now) {
  if (!settings.retention_days) return std::nullopt;
  return Day::of(now) - *settings.retention_days;
}

namespace {

Scope::Beyond beyond_of(const Settings& settings, const ExaminationRequest& request) {
  Scope::Beyond beyond;
  if (settings.history != kWholeHistory)
    beyond.history_from = request.window.days.last - (settings.history.value_or(settings.days_back) - 1);
  beyond.max_days = request.max_days_beyond;
  beyond.orphans_of_others = request.teams.teams.has_value() && !request.teams_were_named;
  return beyond;
}

}  // namespace

Result<Examination> examine(Services& services, Output& output, const ExaminationRequest& request) {
  GAPLESS_ASSIGN(const Figures figures, services.figures());
  if (!request.teams.why_nobody.empty())
    return Examination{.window = request.window,
                       .source = {},
                       .definition_texts = {},
                       .plan = make_plan(request.window.days, {}, {}, services.definition(), request.plan, {}),
                       .why_nobody = request.teams.why_nobody};
  output.console().show("looking at source, ledger and targets …");
  const Settings& settings = services.settings();
  const Window& window = request.window;
  const Scope scope{.window = window.days,
                    .teams = request.teams.teams,
                    .excluded = settings.teams.excluded,
                    .last_finished = window.last_finished,
                    .include_open_days = request.plan.judge.include_open_days,
                    .believe_empty_source = request.believe_empty_source,
                    .source_kept_from = source_kept_from(settings, services.clock().now()),
                    .beyond = request.beyond_window ? std::optional(beyond_of(settings, request)) : std::nullopt};
  auto seen = observe(*figures.warehouse, *figures.store, scope, services.definition(), services.limits());
  output.console().clear();
  if (!seen) return fail(std::move(seen.error()));
  Plan plan = make_plan(window.days, seen->teams, std::move(seen->facts), services.definition(), request.plan,
                        seen->definition_texts);
  plan.settled_beyond = seen->settled_beyond;
  plan.live_bytes = std::move(seen->live_bytes);
  return Examination{.window = window,
                     .source = seen->source,
                     .definition_texts = std::move(seen->definition_texts),
                     .plan = std::move(plan),
                     .not_examined = seen->not_examined,
                     .older_history = std::move(seen->older_history)};
}

std::string no_events_hint(const Examination& examination, std::string_view command) {
  if (!examination.why_nobody.empty() || examination.events_in_window() > 0 ||
      examination.plan.cells_to_recompute() > 0)
    return "";
  const SourceExtent& source = examination.source;
  if (!source.days) return "the source holds no events yet; bring some with: gapless load FILE";
  return fmt::format("no event lies in the window {}; the source holds {} from {} to {}: {} --from {} --to {}",
                     examination.window.days.to_string(), counted(source.events, "event", "events"),
                     source.days->first.to_string(), source.days->last.to_string(), command,
                     source.days->first.to_string(), source.days->last.to_string());
}

}  // namespace gapless
