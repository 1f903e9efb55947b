#include "teams/selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>

namespace gapless {
namespace {

constexpr std::size_t kMedianDays = 30;

using Chosen = std::map<TeamId, SelectedTeam>;

void choose(Chosen& chosen, TeamId team, Strategy strategy) {
  chosen.try_emplace(team, SelectedTeam{team, {}}).first->second.strategies.push_back(strategy);
}

/// Of as many counts as there are days; the days that are missing had none.
double median(std::vector<std::uint64_t> views) {
  views.resize(kMedianDays);
  std::ranges::sort(views);
  return (static_cast<double>(views[kMedianDays / 2 - 1]) + static_cast<double>(views[kMedianDays / 2])) / 2;
}

struct BusyTeam {
  TeamId team;
  double median_views;
};

/// The teams with the most view events a day, the busiest first.
std::vector<BusyTeam> busiest(const TeamRules& rules, const std::vector<DayViews>& views, DayRange days) {
  std::map<TeamId, std::map<Day, std::uint64_t>> by_team;
  for (const DayViews& one : views)
    if (days.contains(one.cell.day) && !std::ranges::binary_search(rules.excluded, one.cell.team))
      by_team[one.cell.team][one.cell.day] += one.view_events;

  std::vector<BusyTeam> teams;
  for (const auto& [team, of_days] : by_team) {
    std::vector<std::uint64_t> counts;
    for (const auto& [day, count] : of_days) counts.push_back(count);
    if (const double typical = median(std::move(counts)); typical > 0) teams.push_back({team, typical});
  }
  std::ranges::stable_sort(teams, std::ranges::greater(), &BusyTeam::median_views);  // equal ones stay sorted by id
  if (teams.size() > rules.top_limit)
    teams.erase(teams.begin() + static_cast<std::ptrdiff_t>(rules.top_limit), teams.end());
  return teams;
}

/// What a strategy names without looking at view events, excluded teams too.
const Teams& named_by(Strategy strategy, const TeamRules& rules, const TeamFacts& facts) {
  static const Teams kNone;
  switch (strategy) {
    case Strategy::kAll: return facts.known;
    case Strategy::kList:
    case Strategy::kEnvironmentVariable: return rules.enabled;
    case Strategy::kProjectSettings: return facts.flagged;
    case Strategy::kHighPageviews: return kNone;
  }
  return kNone;
}

std::string_view names_none(Strategy strategy) {
  switch (strategy) {
    case Strategy::kAll: return "no team has events in the window, a ledger entry or target rows";
    case Strategy::kList:
    case Strategy::kEnvironmentVariable: return "teams.enabled names none";
    case Strategy::kHighPageviews: return "no team has view events on half of the last 30 finished days";
    case Strategy::kProjectSettings: return "the flag of no team is set";
  }
  return "";
}

}  // namespace

std::string_view name(Strategy strategy) {
  switch (strategy) {
    case Strategy::kAll: return "all";
    case Strategy::kList: return "list";
    case Strategy::kEnvironmentVariable: return "environment_variable";
    case Strategy::kHighPageviews: return "high_pageviews";
    case Strategy::kProjectSettings: return "project_settings";
  }
  return "all";
}

std::optional<Strategy> parse_strategy(std::string_view text) {
  for (const Strategy strategy : kStrategies)
    if (name(strategy) == text) return strategy;
  return std::nullopt;
}

bool TeamRules::have(Strategy strategy) const { return std::ranges::find(strategies, strategy) != strategies.end(); }

Teams TeamSelection::ids() const {
  Teams ids;
  for (const SelectedTeam& one : teams) ids.push_back(one.team);
  return ids;
}

DayRange median_days(Day last_finished) { return {last_finished - (static_cast<int>(kMedianDays) - 1), last_finished}; }

Teams without(const Teams& teams, const Teams& excluded) {
  Teams rest;
  std::set_difference(teams.begin(), teams.end(), excluded.begin(), excluded.end(), std::back_inserter(rest));
  return rest;
}

TeamSelection select_teams(const TeamRules& rules, const TeamFacts& facts, Day last_finished) {
  Chosen chosen;
  TeamSelection selection;
  for (const Strategy strategy : rules.strategies) {
    if (strategy == Strategy::kHighPageviews) {
      for (const BusyTeam& busy : busiest(rules, facts.views, median_days(last_finished))) {
        choose(chosen, busy.team, strategy);
        chosen.at(busy.team).median_views = busy.median_views;
      }
      continue;
    }
    const Teams& named = named_by(strategy, rules, facts);
    const Teams rest = without(named, rules.excluded);
    for (const TeamId team : rest) choose(chosen, team, strategy);
    for (const TeamId team : without(named, rest)) selection.left_out.push_back(team);
  }
  selection.left_out = unique_teams(std::move(selection.left_out));
  selection.teams.reserve(chosen.size());
  for (auto& [team, one] : chosen) selection.teams.push_back(std::move(one));
  return selection;
}

std::string why_nobody(const TeamRules& rules, const TeamSelection& selection) {
  std::vector<std::string> reasons;
  for (const Strategy strategy : rules.strategies)
    reasons.push_back(fmt::format("{} ({})", names_none(strategy), name(strategy)));
  std::vector<std::string> ids;
  for (const TeamId team : selection.left_out) ids.push_back(team.to_string());
  if (ids.empty()) return fmt::format("no team is selected: {}", fmt::join(reasons, ", and "));
  return fmt::format("no team is selected: teams.exclude, which always wins, takes out all that are chosen: {}",
                     fmt::join(ids, ", "));
}

}  // namespace gapless
