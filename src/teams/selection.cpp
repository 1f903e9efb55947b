#include "teams/selection.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace gapless {

std::string_view name(Strategy strategy) {
  switch (strategy) {
    case Strategy::kAll: return "all";
    case Strategy::kList: return "list";
    case Strategy::kEnvironmentVariable: return "environment_variable";
  }
  return "all";
}

std::optional<Strategy> parse_strategy(std::string_view text) {
  for (const Strategy strategy : kStrategies)
    if (name(strategy) == text) return strategy;
  return std::nullopt;
}

Teams without(const Teams& teams, const Teams& excluded) {
  Teams rest;
  std::set_difference(teams.begin(), teams.end(), excluded.begin(), excluded.end(), std::back_inserter(rest));
  return rest;
}

std::vector<SelectedTeam> select_teams(const TeamRules& rules, const Teams& known) {
  std::map<TeamId, std::vector<Strategy>> chosen;
  for (const Strategy strategy : rules.strategies)
    for (const TeamId team : without(strategy == Strategy::kAll ? known : rules.enabled, rules.excluded))
      chosen[team].push_back(strategy);
  std::vector<SelectedTeam> selected;
  selected.reserve(chosen.size());
  for (auto& [team, strategies] : chosen) selected.push_back({team, std::move(strategies)});
  return selected;
}

std::optional<Teams> named_teams(const TeamRules& rules) {
  if (std::ranges::find(rules.strategies, Strategy::kAll) != rules.strategies.end()) return std::nullopt;
  return without(rules.enabled, rules.excluded);
}

}  // namespace gapless
