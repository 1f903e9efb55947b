#include "cli/coverage_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/facts_test_support.h"
#include "cli/wording.h"

namespace gapless {
namespace {

/// A state for each day from `first` on, by its letter; ' ' is a day that is not shown.
TeamCoverage coverage(std::uint64_t id, std::string_view first, std::string_view letters) {
  const std::map<char, CellState> states = {
      {'f', CellState::kFresh},   {'s', CellState::kStale},   {'m', CellState::kMissing},  {'o', CellState::kOpen},
      {'e', CellState::kEmpty},   {'d', CellState::kDamaged}, {'u', CellState::kOutdated}, {'r', CellState::kOrphaned},
      {'g', CellState::kForeign}, {'x', CellState::kExpired}};
  TeamCoverage made{a_team(id), {}};
  Day next = a_day(first);
  for (const char letter : letters) {
    if (letter != ' ') made.days.emplace(next, states.at(letter));
    next = next + 1;
  }
  return made;
}

DayRange window(std::string_view from, std::string_view to) { return {a_day(from), a_day(to)}; }

TEST(CoverageMap, draws_a_character_a_day_and_a_line_a_team) {
  const std::vector<TeamCoverage> teams = {coverage(1, "2026-02-24", "fffffmmsdo"),
                                           coverage(42, "2026-02-24", "xguref   e")};
  EXPECT_EQ(coverage_map(teams, window("2026-02-24", "2026-03-05"), 80, Style::plain()),
            "         2026-02  2026-03\n"
            "         24       1   5\n"
            "team 1   █████    ░░▓▚▄\n"
            "team 42  ▁▌▒▞·    █   ·\n\n");
}

TEST(CoverageMap, wraps_months_to_the_width) {
  const std::vector<TeamCoverage> teams = {coverage(1, "2026-01-30", std::string(31, 'f'))};
  EXPECT_EQ(coverage_map(teams, window("2026-01-30", "2026-03-01"), 50, Style::plain()),
            "        2026-01  2026-02\n"
            "        30       1   5    10   15   20   25\n"
            "team 1  ██       ████████████████████████████\n\n"
            "        2026-03\n"
            "        1\n"
            "team 1  █\n\n");
}

TEST(CoverageMap, leaves_out_months_without_anything) {
  const std::vector<TeamCoverage> teams = {coverage(1, "2025-12-31", "f" + std::string(59, 'e') + "m")};
  EXPECT_EQ(coverage_map(teams, window("2025-12-31", "2026-03-01"), 80, Style::plain()),
            "        2025-12  2026-03\n"
            "        31       1\n"
            "team 1  █        ░\n\n"
            "2026-01-01 to 2026-02-28: nothing\n\n");
}

TEST(CoverageMap, counts_teams_that_need_nothing_where_there_are_many) {
  std::vector<TeamCoverage> teams;
  for (std::uint64_t id = 1; id <= 100; ++id) teams.push_back(coverage(id, "2026-03-01", id == 77 ? "fm" : "ff"));
  EXPECT_EQ(coverage_map(teams, window("2026-03-01", "2026-03-02"), 80, Style::plain()),
            "         2026-03\n"
            "         1\n"
            "team 77  █░\n\n"
            "99 more teams that need nothing\n");
}

TEST(CoverageMap, never_grows_wider_than_the_terminal) {
  const std::vector<TeamCoverage> teams = {coverage(123456, "2026-01-01", std::string(365, 's'))};
  for (const std::size_t width : {46U, 80U, 120U, 200U}) {
    const std::string map = coverage_map(teams, window("2026-01-01", "2026-12-31"), width, Style::coloured());
    for (std::size_t start = 0; start < map.size();) {
      const std::size_t end = map.find('\n', start);
      EXPECT_LE(display_width(map.substr(start, end - start)), width);
      start = end + 1;
    }
  }
}

TEST(CoverageMap, has_a_character_of_its_own_for_each_state) {
  std::map<CellState, std::uint64_t> summary;
  for (const CellState state : kCellStates) summary[state] = 1;
  EXPECT_EQ(coverage_legend(summary, Style::plain()),
            "▄ open 1   ▁ expired 1   ▌ foreign 1   ▒ outdated 1   ▞ orphaned 1   ░ missing 1   ▚ damaged 1   ▓ stale "
            "1   █ fresh 1"
            "   · empty 1\n");
  EXPECT_EQ(coverage_legend({{CellState::kFresh, 1000}, {CellState::kStale, 0}}, Style::plain()), "█ fresh 1,000\n");
  EXPECT_EQ(coverage_legend({}, Style::plain()), "");
}

TEST(CoverageMap, of_no_team_is_empty) {
  EXPECT_EQ(coverage_map({}, window("2026-03-01", "2026-03-02"), 80, Style::plain()), "");
}

}  // namespace
}  // namespace gapless
