#include "cli/examination.h"

#include <fmt/format.h>

#include "cli/wording.h"
#include "run/pace.h"

namespace gapless {

std::uint64_t Examination::events_in_window() const {
  std::uint64_t events = 0;
  for (const PlannedCell& planned : plan.cells)
    if (plan.window.contains(planned.cell().day)) events += planned.facts.day_events;
  return events;
}

namespace {

/// Whether scheduled jobs recompute what other definitions made: as configured, or since somebody agreed to this one.
Result<bool> jobs_accept_definition(Services& services, StateStore& store) {
  if (services.settings().jobs_accept_definition) return true;
  GAPLESS_ASSIGN(const auto accepted, store.accepted_definition());
  return accepted == services.definition().hash();
}

/// Where no team is selected, nothing need be looked at.
Examination nobody(const ExaminationRequest& request, const Definition& definition, const TeamsAtWork& chosen) {
  Examination examination{.window = request.window,
                          .source = {},
                          .definition_texts = {},
                          .plan = make_plan(request.window.days, {}, {}, definition, request.plan, {})};
  examination.plan.why_nobody = chosen.why_nobody;
  return examination;
}

Scope::Beyond beyond_of(const Settings& settings, const ExaminationRequest& request, const TeamsAtWork& chosen) {
  Scope::Beyond beyond;
  if (settings.history != kWholeHistory)
    beyond.history_from = request.window.days.last - (settings.history.value_or(settings.days_back) - 1);
  beyond.max_days = request.max_days_beyond;
  beyond.orphans_of_others = chosen.teams.has_value() && !request.asked_for;
  return beyond;
}

}  // namespace

Result<Examination> examine(Services& services, Output& output, const ExaminationRequest& request) {
  const Settings& settings = services.settings();
  const Window& window = request.window;
  GAPLESS_ASSIGN(const TeamsAtWork chosen, teams_to_examine(request.asked_for, window, services, output));
  GAPLESS_ASSIGN(const Figures figures, services.figures());
  const Scope scope{
      .window = window.days,
      .teams = chosen.teams,
      .excluded = settings.teams.excluded,
      .last_finished = window.last_finished,
      .include_open_days = request.plan.judge.include_open_days,
      .believe_empty_source = request.believe_empty_source,
      .kept = services.executor_options().kept,
      .beyond = request.beyond_window ? std::optional(beyond_of(settings, request, chosen)) : std::nullopt};
  GAPLESS_ASSIGN(const bool jobs_accept, jobs_accept_definition(services, *figures.store));
  PlanOptions plan = request.plan;
  plan.judge.accept_definition = plan.judge.accept_definition || jobs_accept;
  if (!chosen.why_nobody.empty() && !scope.beyond) return nobody(request, services.definition(), chosen);
  output.console().show("looking at source, ledger and targets …");
  auto seen = observe(*figures.warehouse, *figures.store, scope, services.definition(), services.limits());
  output.console().clear();
  if (!seen) return fail(std::move(seen.error()));
  Examination examination{.window = window,
                          .source = seen->source,
                          .definition_texts = seen->definition_texts,
                          .plan = plan_of(*seen, window.days, services.definition(), plan),
                          .not_examined = seen->not_examined,
                          .older_history = std::move(seen->older_history)};
  examination.plan.why_nobody = chosen.why_nobody;
  examination.jobs_accept_definition = jobs_accept;
  constexpr std::size_t kPastDays = 200;
  GAPLESS_ASSIGN(const auto past, figures.store->partition_costs(kPastDays));
  examination.seconds = seconds_to_build(estimate(examination.plan).cells_by_partition, past,
                                         settings.max_concurrent * examination.plan.shards.count());
  return examination;
}

std::string no_events_hint(const Examination& examination, std::string_view command) {
  if (!examination.plan.why_nobody.empty() || examination.events_in_window() > 0 || examination.plan.cells_due() > 0)
    return "";
  const SourceExtent& source = examination.source;
  if (!source.days) return "the source holds no events yet; bring some with: gapless load FILE";
  return fmt::format("no event lies in the window {}; the source holds {} from {} to {}: {} --from {} --to {}",
                     examination.window.days.to_string(), counted(source.events, "event", "events"),
                     source.days->first.to_string(), source.days->last.to_string(), command,
                     source.days->first.to_string(), source.days->last.to_string());
}

}  // namespace gapless
