// teams/: which teams a job looks after. Pure functions over what is known of the teams.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "core/team_id.h"

namespace gapless {

/// A way to choose teams. `environment_variable` is the name that deployments of the original give to `list`.
enum class Strategy { kAll, kList, kEnvironmentVariable };

inline constexpr std::array<Strategy, 3> kStrategies = {Strategy::kAll, Strategy::kList,
                                                        Strategy::kEnvironmentVariable};

std::string_view name(Strategy strategy);  ///< "all", "list", "environment_variable"
std::optional<Strategy> parse_strategy(std::string_view text);

/// What the configuration says about teams.
struct TeamRules {
  std::vector<Strategy> strategies;  ///< a team is selected where one of them chooses it
  Teams enabled;                     ///< what `list` chooses
  Teams excluded;                    ///< never selected, whatever chooses them
};

struct SelectedTeam {
  TeamId team;
  std::vector<Strategy> strategies;  ///< that chose it, in the rules' order
  bool operator==(const SelectedTeam&) const = default;
};

/// The teams that a job may be given, sorted: `all` chooses every team of `known` (with events in the window, a ledger
/// entry or target rows), `list` the enabled ones, known or not.
std::vector<SelectedTeam> select_teams(const TeamRules& rules, const Teams& known);

/// The teams that can be named without looking at the data; none where `all` is among the strategies.
std::optional<Teams> named_teams(const TeamRules& rules);

/// `teams` without those of `excluded`; both sorted.
Teams without(const Teams& teams, const Teams& excluded);

}  // namespace gapless
