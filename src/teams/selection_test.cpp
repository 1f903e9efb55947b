#include "teams/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Teams teams(const std::string& text) { return text.empty() ? Teams{} : parse_teams(text, "test").value(); }

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
  const char* selected;
};

class Selection : public testing::TestWithParam<SelectionCase> {};

TEST_P(Selection, chooses) {
  const SelectionCase& one = GetParam();
  const TeamRules rules{one.strategies, teams(one.enabled), teams(one.excluded)};
  EXPECT_EQ(describe(select_teams(rules, teams(one.known))), one.selected);
}

constexpr Strategy kAll = Strategy::kAll;
constexpr Strategy kList = Strategy::kList;
constexpr Strategy kEnvironment = Strategy::kEnvironmentVariable;

INSTANTIATE_TEST_SUITE_P(Rules, Selection,
                         testing::ValuesIn<SelectionCase>({
                             {"all_are_the_known", {kAll}, "", "", "1,2", "1: all, 2: all"},
                             {"all_does_not_take_the_list", {kAll}, "9", "", "1", "1: all"},
                             {"list_takes_teams_without_data", {kList}, "3,9", "", "1,2,3", "3: list, 9: list"},
                             {"list_under_its_older_name", {kEnvironment}, "3", "", "1", "3: environment_variable"},
                             {"both_reasons_are_named", {kList, kAll}, "2", "", "1,2", "1: all, 2: list all"},
                             {"excluded_wins_over_all", {kAll}, "", "1", "1,2", "2: all"},
                             {"excluded_wins_over_list", {kList}, "1,2", "2", "", "1: list"},
                             {"nothing_known", {kAll}, "", "", "", ""},
                             {"empty_list", {kList}, "", "", "1", ""},
                         }),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Selection, names_teams_without_looking_unless_all_is_asked_for) {
  EXPECT_EQ(named_teams({{kAll, kList}, teams("1"), {}}), std::nullopt);
  EXPECT_THAT(named_teams({{kList}, teams("1,2"), teams("2")}).value(), ElementsAre(teams("1").front()));
  EXPECT_THAT(named_teams({{kList}, {}, {}}).value(), IsEmpty());
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
  const TeamRules rules{*rc::gen::container<std::vector<Strategy>>(rc::gen::element(kAll, kList)), some_teams(),
                        some_teams()};
  const auto selected = select_teams(rules, some_teams());
  RC_ASSERT(std::ranges::is_sorted(selected, {}, &SelectedTeam::team));
  for (const SelectedTeam& one : selected) RC_ASSERT(!std::ranges::binary_search(rules.excluded, one.team));
}

}  // namespace
}  // namespace gapless
