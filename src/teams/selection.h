// teams/: which teams a job looks after. Decided by pure functions over what is known of the teams; the settings table
// stands behind an interface (team_settings.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"

namespace gapless {

/// A way to choose teams. `environment_variable` is the name that deployments of the original give to `list`.
enum class Strategy { kAll, kList, kEnvironmentVariable, kHighPageviews, kProjectSettings };

inline constexpr std::array<Strategy, 5> kStrategies = {Strategy::kAll, Strategy::kList, Strategy::kEnvironmentVariable,
                                                        Strategy::kHighPageviews, Strategy::kProjectSettings};

std::string_view name(Strategy strategy);  ///< "all", "list", "high_pageviews", …
std::optional<Strategy> parse_strategy(std::string_view text);

/// What the configuration says about teams.
struct TeamRules {
  std::vector<Strategy> strategies;  ///< a team is selected where one of them chooses it
  Teams enabled;                     ///< what `list` chooses
  Teams excluded;                    ///< never selected, whatever chooses them
  std::size_t top_limit = 30;        ///< how many `high_pageviews` chooses at most

  bool have(Strategy strategy) const;
};

/// View events of one team on one day.
struct DayViews {
  Cell cell;
  std::uint64_t view_events = 0;
};

/// What is known of the teams. Each member is for one strategy, and of no account to the others.
struct TeamFacts {
  Teams known;                  ///< for `all`: with events in the window, a ledger entry or target rows
  std::vector<DayViews> views;  ///< for `high_pageviews`: those of median_days(), in any order; no others count
  Teams flagged;                ///< for `project_settings`: those whose flag is set
};

struct SelectedTeam {
  TeamId team;
  std::vector<Strategy> strategies;         ///< that chose it, in the rules' order
  std::optional<double> median_views = {};  ///< a day, where high_pageviews chose it
  bool operator==(const SelectedTeam&) const = default;
};

struct TeamSelection {
  std::vector<SelectedTeam> teams;  ///< sorted
  Teams left_out;                   ///< that a strategy names and `excluded` takes out
  Teams ids() const;
};

/// The days that `high_pageviews` looks at: the last 30 finished ones.
DayRange median_days(Day last_finished);

/// The teams that a job is given. `all` chooses every known team, `list` the enabled ones, known or not,
/// `project_settings` the flagged ones. `high_pageviews` chooses the `top_limit` teams with the most view events a day,
/// by the median over median_days(): days without any count as 0, so that one busy day makes no busy team; a team whose
/// median is 0 is not chosen, of equal ones the lower id is, and an excluded team takes no place.
TeamSelection select_teams(const TeamRules& rules, const TeamFacts& facts, Day last_finished);

/// Why no team is selected, by strategy. Precondition: none is.
std::string why_nobody(const TeamRules& rules, const TeamSelection& selection);

/// `teams` without those of `excluded`; both sorted.
Teams without(const Teams& teams, const Teams& excluded);

}  // namespace gapless
