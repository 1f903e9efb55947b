#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/style.h"
#include "core/day.h"
#include "core/team_id.h"
#include "plan/judge.h"

namespace gapless {

/// What is known of the days of one team; days that are not in it are not shown.
struct TeamCoverage {
  TeamId team;
  std::map<Day, CellState> days;
};

/// One character a day, one line a team, as many months beside each other as fit into `width` columns. Months in which
/// no team has anything but empty cells are left out, and said to be. Where there are many teams, those that need
/// nothing are only counted. Each state has a character of its own, so that the map reads without colours.
std::string coverage_map(const std::vector<TeamCoverage>& teams, DayRange window, std::size_t width,
                         const Style& style);

/// "█ fresh 20   ░ missing 4": the states that occur.
std::string coverage_legend(const std::map<CellState, std::uint64_t>& summary, const Style& style);

}  // namespace gapless
