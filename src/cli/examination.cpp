#include "cli/examination.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/wording.h"

namespace gapless {
namespace {

std::string listed(const Teams& teams) {
  std::vector<std::string> texts;
  for (const TeamId team : teams) texts.push_back(team.to_string());
  return fmt::format("{} {}", texts.size() == 1 ? "team" : "teams", fmt::join(texts, ", "));
}

}  // namespace

std::uint64_t Examination::events_in_window() const {
  std::uint64_t events = 0;
  for (const PlannedCell& planned : plan.cells) events += planned.facts.day_events;
  return events;
}

Result<std::optional<Teams>> teams_to_examine(const std::optional<Teams>& asked_for, const Settings& settings,
                                              Output& output) {
  if (!asked_for) {
    auto named = named_teams(settings.teams);
    if (named && named->empty())
      return fail(Fault::kInvalidInput,
                  settings.teams.enabled.empty()
                      ? "no team is selected: teams.strategies does not have 'all', and teams.enabled names none. Set"
                        " teams.enabled, or give --teams"
                      : "no team is selected: teams.exclude takes out every team of teams.enabled");
    return named;
  }
  Teams rest = without(*asked_for, settings.teams.excluded);
  const Teams taken_out = without(*asked_for, rest);
  if (rest.empty())
    return fail(Fault::kInvalidInput,
                fmt::format("{} {} excluded by teams.exclude, which always wins: nothing is left to work on",
                            listed(taken_out), taken_out.size() == 1 ? "is" : "are"));
  if (!taken_out.empty())
    output.warning(fmt::format("{} {} left out: teams.exclude always wins", listed(taken_out),
                               taken_out.size() == 1 ? "is" : "are"));
  return rest;
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
  beyond.orphans_of_others = request.teams.has_value() && !request.teams_were_named;
  return beyond;
}

}  // namespace

Result<Examination> examine(Services& services, Output& output, const ExaminationRequest& request) {
  GAPLESS_ASSIGN(const Figures figures, services.figures());
  output.console().show("looking at source, ledger and targets …");
  const Settings& settings = services.settings();
  const Window& window = request.window;
  const Scope scope{.window = window.days,
                    .teams = request.teams,
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
  return Examination{window,          seen->source,       std::move(seen->definition_texts),
                     std::move(plan), seen->not_examined, std::move(seen->older_history)};
}

std::string no_events_hint(const Examination& examination, std::string_view command) {
  if (examination.events_in_window() > 0) return "";
  const SourceExtent& source = examination.source;
  if (!source.days) return "the source holds no events yet; bring some with: gapless load FILE";
  return fmt::format("no event lies in the window {}; the source holds {} from {} to {}: {} --from {} --to {}",
                     examination.window.days.to_string(), counted(source.events, "event", "events"),
                     source.days->first.to_string(), source.days->last.to_string(), command,
                     source.days->first.to_string(), source.days->last.to_string());
}

}  // namespace gapless
