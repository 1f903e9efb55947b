#include "cli/selected_teams.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "run/inventory.h"

namespace gapless {
namespace {

Result<std::vector<SourceCount>> counts_of(Services& services, DayRange days) {
  GAPLESS_ASSIGN(const Figures figures, services.figures());
  return read_counts(*figures.warehouse, *figures.store, days, services.definition(), services.limits());
}

/// Every team with events in the window, a ledger entry, or target rows.
Result<Teams> known_teams(Services& services, DayRange window) {
  Teams teams;
  GAPLESS_ASSIGN(const auto counts, counts_of(services, window));
  for (const SourceCount& count : counts) teams.push_back(count.cell.team);
  GAPLESS_ASSIGN(const Figures figures, services.figures());
  Warehouse& warehouse = *figures.warehouse;
  const Limits limits = services.limits();
  GAPLESS_ASSIGN(const auto published, warehouse.published_days(limits));
  if (published) {
    GAPLESS_ASSIGN(const auto rows, warehouse.ledger(*published, std::nullopt, limits));
    for (const LedgerRow& row : rows) teams.push_back(row.cell.team);
  }
  for (const Target target : warehouse.targets()) {
    GAPLESS_ASSIGN(const auto held, read_target(warehouse, *figures.store, target, services.definition(), limits));
    for (const TargetCell& cell : held.cells) teams.push_back(cell.cell.team);
  }
  return unique_teams(std::move(teams));
}

/// The view events of every team, day by day.
Result<std::vector<DayViews>> day_views(Services& services, DayRange days) {
  GAPLESS_ASSIGN(const auto counts, counts_of(services, days));
  std::vector<DayViews> views;
  views.reserve(counts.size());
  for (const SourceCount& count : counts) views.push_back({count.cell, count.view_events});
  return views;
}

Result<Teams> flagged_teams(Services& services) {
  GAPLESS_ASSIGN(TeamSettings* const settings, services.team_settings());
  return settings->enabled_teams();
}

/// What one strategy must know.
Status look(Strategy strategy, Services& services, const Window& window, TeamFacts& facts) {
  switch (strategy) {
    case Strategy::kAll: {
      GAPLESS_ASSIGN(facts.known, known_teams(services, window.days));
      return {};
    }
    case Strategy::kHighPageviews: {
      GAPLESS_ASSIGN(facts.views, day_views(services, median_days(window.last_finished)));
      return {};
    }
    case Strategy::kProjectSettings: {
      GAPLESS_ASSIGN(facts.flagged, flagged_teams(services));
      return {};
    }
    case Strategy::kList:
    case Strategy::kEnvironmentVariable: return {};
  }
  return {};
}

std::string listed(const Teams& teams) {
  std::vector<std::string> texts;
  for (const TeamId team : teams) texts.push_back(team.to_string());
  return fmt::format("{} {}", texts.size() == 1 ? "team" : "teams", fmt::join(texts, ", "));
}

/// Without the excluded ones.
Result<Teams> asked_for_teams(const Teams& asked_for, const Teams& excluded, Output& output) {
  Teams rest = without(asked_for, excluded);
  const Teams taken_out = without(asked_for, rest);
  if (rest.empty())
    return fail(Fault::kInvalidInput,
                fmt::format("{} {} excluded by teams.exclude, which always wins: nothing is left to work on",
                            listed(taken_out), taken_out.size() == 1 ? "is" : "are"));
  if (!taken_out.empty())
    output.warning(fmt::format("{} {} left out: teams.exclude always wins", listed(taken_out),
                               taken_out.size() == 1 ? "is" : "are"));
  return rest;
}

}  // namespace

Result<TeamSelection> selected_teams(Services& services, const TeamRules& rules, const Window& window) {
  TeamFacts facts;
  for (const Strategy strategy : rules.strategies)
    if (Status looked = look(strategy, services, window, facts); !looked)
      return fail(with_context(fmt::format("team selection by {} failed", name(strategy)), std::move(looked.error())));
  return select_teams(rules, facts, window.last_finished);
}

Result<TeamsAtWork> teams_to_examine(const std::optional<Teams>& asked_for, const Window& window, Services& services,
                                     Output& output) {
  TeamRules rules = services.settings().teams;
  if (asked_for) {
    GAPLESS_ASSIGN(Teams teams, asked_for_teams(*asked_for, rules.excluded, output));
    return TeamsAtWork{std::move(teams)};
  }
  // The others are asked all the same: one that cannot look is an error whatever stands beside it.
  const bool all = std::erase(rules.strategies, Strategy::kAll) > 0;
  output.console().show("choosing teams …");
  const auto selection = selected_teams(services, rules, window);
  output.console().clear();
  if (!selection) return fail(selection.error());
  if (all) return TeamsAtWork{std::nullopt};
  if (selection->teams.empty()) return TeamsAtWork{Teams{}, why_nobody(rules, *selection)};
  return TeamsAtWork{selection->ids()};
}

}  // namespace gapless
