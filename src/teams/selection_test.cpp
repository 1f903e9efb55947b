#include "teams/selection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace gapless {
namespace {

Teams teams(const std::string& text) { return text.empty() ? Teams{} : parse_teams(text, "test").value(); }

Day day(std::string_view text) { return Day::parse(text, "test").value(); }

const Day kLastFinished = day("2026-03-30");  // so that the days of the median are 1 to 30 March

std::string describe(const std::vector<SelectedTeam>& selected) {
  std::string text;
  for (const SelectedTeam& one : selected) {
    text += (text.empty() ? "" : ", ") + one.team.to_string() + ":";
    for (const Strategy strategy : one.strategies) text += " " + std::string(name(strategy));
  }
  return text;
}

struct SelectionCase {
  const char* name;
  std::vector<Strategy> strategies;
  const char* enabled;
  const char* excluded;
  const char* known;
  const char* flagged;
  const char* selected;
};

class Selection : public testing::TestWithParam<SelectionCase> {};

TEST_P(Selection, chooses) {
  const SelectionCase& one = GetParam();
  const TeamRules rules{one.strategies, teams(one.enabled), teams(one.excluded)};
  const TeamFacts facts{.known = teams(one.known), .views = {}, .flagged = teams(one.flagged)};
  EXPECT_EQ(describe(select_teams(rules, facts, kLastFinished).teams), one.selected);
}

constexpr Strategy kAll = Strategy::kAll;
constexpr Strategy kList = Strategy::kList;
constexpr Strategy kEnvironment = Strategy::kEnvironmentVariable;
constexpr Strategy kBusy = Strategy::kHighPageviews;
constexpr Strategy kFlagged = Strategy::kProjectSettings;

INSTANTIATE_TEST_SUITE_P(
    Rules, Selection,
    testing::ValuesIn<SelectionCase>({
        {"all_are_the_known", {kAll}, "", "", "1,2", "", "1: all, 2: all"},
        {"all_does_not_take_the_list", {kAll}, "9", "", "1", "8", "1: all"},
        {"list_takes_teams_without_data", {kList}, "3,9", "", "1,2,3", "", "3: list, 9: list"},
        {"list_under_its_older_name", {kEnvironment}, "3", "", "1", "", "3: environment_variable"},
        {"flagged_takes_teams_without_data",
         {kFlagged},
         "",
         "",
         "1",
         "1,7",
         "1: project_settings, 7: project_settings"},
        {"both_reasons_are_named", {kList, kAll}, "2", "", "1,2", "", "1: all, 2: list all"},
        {"several_are_combined",
         {kFlagged, kList},
         "1,2",
         "",
         "5",
         "2,3",
         "1: list, 2: project_settings list, 3: project_settings"},
        {"excluded_wins_over_all", {kAll}, "", "1", "1,2", "", "2: all"},
        {"excluded_wins_over_list", {kList}, "1,2", "2", "", "", "1: list"},
        {"excluded_wins_over_flags", {kFlagged}, "", "2", "", "1,2", "1: project_settings"},
        {"excluded_wins_over_several", {kAll, kList, kEnvironment, kFlagged}, "4", "4", "4", "4", ""},
        {"nothing_known", {kAll}, "", "", "", "", ""},
        {"empty_list", {kList}, "", "", "1", "1", ""},
        {"no_flag_set", {kFlagged}, "1", "", "1", "", ""},
        {"nobody_has_views", {kBusy}, "1", "", "1", "1", ""},
    }),
    [](const auto& tested) { return std::string(tested.param.name); });

/// `days` days of so many view events, the last of them the last finished day.
struct Views {
  std::uint64_t team;
  int days;
  std::uint64_t each;
};

std::vector<DayViews> views_of(const std::vector<Views>& all) {
  std::vector<DayViews> views;
  for (const auto& [id, days, each] : all)
    for (int back = 0; back < days; ++back)
      views.push_back({{TeamId::from(id, "test").value(), kLastFinished - back}, each});
  return views;
}

struct MedianCase {
  const char* name;
  std::vector<Views> views;
  std::size_t top_limit;
  const char* excluded;
  const char* selected;  // with the medians
};

class HighPageviews : public testing::TestWithParam<MedianCase> {};

TEST_P(HighPageviews, chooses_by_the_median) {
  const MedianCase& one = GetParam();
  const TeamRules rules{{kBusy}, {}, teams(one.excluded), one.top_limit};
  std::string text;
  for (const SelectedTeam& chosen : select_teams(rules, {{}, views_of(one.views), {}}, kLastFinished).teams)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", chosen.team.to_string(), chosen.median_views.value());
  EXPECT_EQ(text, one.selected);
}

INSTANTIATE_TEST_SUITE_P(Medians, HighPageviews,
                         testing::ValuesIn<MedianCase>({
                             {"every_day_the_same", {{1, 30, 10}}, 5, "", "1 10"},
                             {"days_without_events_count", {{1, 20, 10}}, 5, "", "1 10"},
                             {"on_half_of_the_days", {{1, 15, 10}}, 5, "", "1 5"},
                             {"on_fewer_than_half_of_the_days", {{1, 14, 1'000'000}}, 5, "", ""},
                             {"one_busy_day", {{1, 1, 1'000'000}, {2, 30, 1}}, 1, "", "2 1"},
                             {"between_two_numbers", {{1, 30, 4}, {1, 15, 3}}, 5, "", "1 5.5"},
                             {"no_view_events_at_all", {{1, 30, 0}}, 5, "", ""},
                             {"older_days_do_not_count", {{1, 45, 10}}, 5, "", "1 10"},
                             {"the_busiest_first", {{1, 30, 1}, {2, 30, 3}, {3, 30, 2}}, 2, "", "2 3, 3 2"},
                             {"ties_go_to_the_lower_id", {{7, 30, 5}, {3, 30, 5}, {5, 30, 5}}, 2, "", "3 5, 5 5"},
                             {"excluded_takes_no_place", {{1, 30, 9}, {2, 30, 8}, {3, 30, 7}}, 2, "1", "2 8, 3 7"},
                             {"fewer_than_the_limit", {{1, 30, 9}}, 100, "", "1 9"},
                         }),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Selection, days_of_the_median_are_the_last_thirty_finished_ones) {
  EXPECT_EQ(median_days(kLastFinished).to_string(), "2026-03-01 to 2026-03-30");
}

TEST(Selection, high_pageviews_joins_the_others) {
  const TeamRules rules{{kList, kBusy, kFlagged}, teams("1,2"), {}};
  const TeamFacts facts{.known = {}, .views = views_of({{2, 30, 8}, {3, 30, 4}}), .flagged = teams("3")};
  const auto selected = select_teams(rules, facts, kLastFinished).teams;
  EXPECT_EQ(describe(selected), "1: list, 2: list high_pageviews, 3: high_pageviews project_settings");
  EXPECT_EQ(selected[0].median_views, std::nullopt);
  EXPECT_EQ(selected[1].median_views, 8);
}

TEST(Selection, says_why_nobody_is_selected) {
  const auto why = [](const TeamRules& rules, const TeamFacts& facts) {
    return why_nobody(rules, select_teams(rules, facts, kLastFinished));
  };
  EXPECT_EQ(why({{kList}, {}, {}}, {}), "no team is selected: teams.enabled names none (list)");
  EXPECT_EQ(why({{kBusy, kFlagged}, {}, {}}, {}),
            "no team is selected: no team has view events on half of the last 30 finished days (high_pageviews), and "
            "the flag of no team is set (project_settings)");
  EXPECT_EQ(why({{kList, kFlagged}, teams("1"), teams("1,2,3")}, {{}, {}, teams("2")}),
            "no team is selected: teams.exclude, which always wins, takes out all that are chosen: 1, 2");
}

TEST(Selection, strategies_have_names) {
  for (const Strategy strategy : kStrategies) EXPECT_EQ(parse_strategy(name(strategy)), strategy);
  EXPECT_EQ(parse_strategy("ALL"), std::nullopt);
  EXPECT_EQ(parse_strategy(""), std::nullopt);
}

RC_GTEST_PROP(SelectionProperty, never_selects_an_excluded_team_and_stays_sorted, ()) {
  const auto some_teams = [] {
    Teams some;
    for (const auto value : *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 20)))
      some.push_back(TeamId::from(value, "test").value());
    return unique_teams(some);
  };
  const TeamRules rules{*rc::gen::container<std::vector<Strategy>>(
                            rc::gen::elementOf(std::vector(kStrategies.begin(), kStrategies.end()))),
                        some_teams(), some_teams(), *rc::gen::inRange<std::size_t>(1, 5)};
  TeamFacts facts{some_teams(), {}, some_teams()};
  for (const TeamId team : some_teams())
    for (int back = 0; back < 30; ++back)
      facts.views.push_back({{team, kLastFinished - back}, *rc::gen::inRange<std::uint64_t>(0, 4)});
  const auto selected = select_teams(rules, facts, kLastFinished).teams;
  RC_ASSERT(std::ranges::is_sorted(selected, {}, &SelectedTeam::team));
  for (const SelectedTeam& one : selected) {
    RC_ASSERT(!std::ranges::binary_search(rules.excluded, one.team));
    RC_ASSERT(!one.strategies.empty());
    RC_ASSERT(one.median_views.value_or(1) > 0);
  }
}

}  // namespace
}  // namespace gapless
