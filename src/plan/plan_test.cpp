#include "plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "support/case_name.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

const Definition kNow("rules: 2\n");
const Definition kBefore("rules: 1\n");

TeamId team(std::uint64_t id) { return TeamId::from(id, "test").value(); }
Day day(std::string_view text) { return Day::parse(text, "test").value(); }
Cell cell(std::uint64_t team_id, std::string_view day_text) { return {team(team_id), day(day_text)}; }
const DayRange kWindow{day("2026-03-01"), day("2026-03-31")};

CellFacts missing(Cell which, std::uint64_t views = 1) {
  CellFacts facts(which);
  facts.day_events = facts.day_views = views;
  return facts;
}

/// Published with so many view events, and nothing changed since.
CellFacts fresh(Cell which, std::uint64_t views = 10, const Definition& definition = kNow) {
  CellFacts facts(which);
  facts.day_events = facts.day_views = views;
  facts.window = {views, 1};
  facts.entry.emplace();
  for (const Target target : kTargets) {
    const TargetContent content{1, 1, 5, {views, 1, 0, 0}};
    facts.entry->rows[static_cast<std::size_t>(target)] =
        LedgerRow{which, target, definition.hash(), facts.window, {views, 2}, content, "run-1", 1, 1, {}};
    facts.content[static_cast<std::size_t>(target)] = content;
  }
  return facts;
}

/// Published with `before` view events, of which the source now holds `now`.
CellFacts changed(Cell which, std::uint64_t before, std::uint64_t now) {
  CellFacts facts = fresh(which, before);
  facts.window.hash += 1;
  facts.owned = OwnedCell{which, {now, 3}, {now, 1, 0, 0}};
  return facts;
}

CellFacts foreign(Cell which) {
  CellFacts facts(which);
  facts.content[0].rows = facts.content[0].keys = 1;
  return facts;
}

CellFacts opened(CellFacts facts) {
  facts.day_is_open = true;
  return facts;
}

Plan plan_of(std::vector<CellFacts> facts, const PlanOptions& options = {}) {
  Teams teams;
  for (const CellFacts& one : facts) teams.push_back(one.cell.team);
  return make_plan(kWindow, unique_teams(std::move(teams)), std::move(facts), kNow, options,
                   {{kBefore.hash(), kBefore.text()}});
}

std::vector<Cell> recomputed(const Plan& plan) {
  std::vector<Cell> cells;
  for (const auto& [work_day, teams] : plan.work(false))
    for (const TeamId& one : teams) cells.push_back({one, work_day});
  return cells;
}

TEST(MakePlan, JudgesEveryCellAndSortsThemByDayAndTeam) {
  const Plan plan = plan_of({missing(cell(2, "2026-03-02")), fresh(cell(9, "2026-03-01")),
                             missing(cell(1, "2026-03-02")), fresh(cell(10, "2026-03-01"))});
  std::vector<Cell> order;
  for (const PlannedCell& planned : plan.cells) order.push_back(planned.cell());
  EXPECT_THAT(order,
              ElementsAre(cell(9, "2026-03-01"), cell(10, "2026-03-01"), cell(1, "2026-03-02"), cell(2, "2026-03-02")));
  EXPECT_EQ(plan.cells[0].judgement.state, CellState::kFresh);
  EXPECT_EQ(plan.cells[3].judgement.state, CellState::kMissing);
  EXPECT_THAT(plan.teams, ElementsAre(team(1), team(2), team(9), team(10)));
  EXPECT_EQ(plan.window, kWindow);
}

TEST(MakePlan, SaysWhatThereIsToDoByState) {
  const Plan plan = plan_of({missing(cell(1, "2026-03-01")), missing(cell(1, "2026-03-02")),
                             fresh(cell(2, "2026-03-01")), fresh(cell(2, "2026-03-02"), 5, kBefore)});
  EXPECT_THAT(plan.work_by_state(), ElementsAre(Pair("missing", 2U), Pair("outdated", 1U)));
  EXPECT_EQ(plan.why_nothing(), "");
}

TEST(MakePlan, TellsWhatIsToBeDerivedFromWhatIsToBeRecomputed) {
  CellFacts expired = fresh(cell(2, "2026-03-01"), 10);
  expired.expired_because = "gone";
  expired.entry->rows[2].reset();
  const Plan both = plan_of({missing(cell(1, "2026-03-02")), expired});
  EXPECT_EQ(both.work_in_words(), "1 cell to recompute, 1 to derive");
  EXPECT_THAT(both.work_by_state(), ElementsAre(Pair("expired", 1U), Pair("missing", 1U)));
  const Plan plan = plan_of({expired});
  EXPECT_EQ(plan.work_in_words(), "1 cell to derive");
  EXPECT_EQ(plan.cells_due(), 1U);
  EXPECT_THAT(recomputed(plan), ElementsAre(cell(2, "2026-03-01")));
  EXPECT_EQ(estimate(plan).cells, 1U);
  EXPECT_EQ(estimate(plan).rows_read, 0U) << "no event is looked at";
  EXPECT_EQ(plan_of({}).work_in_words(), "0 cells to recompute");
}

TEST(MakePlan, SaysWhyThereIsNothingToDo) {
  const Cell first = cell(1, "2026-03-01"), second = cell(1, "2026-03-02"), third = cell(1, "2026-03-03");
  EXPECT_EQ(plan_of({}).why_nothing(), "there are no view events");
  EXPECT_EQ(plan_of({missing(first, 0)}).why_nothing(), "there are no view events");
  EXPECT_EQ(plan_of({fresh(first), missing(second, 0)}).why_nothing(), "all 1 cell is fresh");
  EXPECT_EQ(plan_of({fresh(first), fresh(second)}).why_nothing(), "all 2 cells are fresh");
  EXPECT_EQ(plan_of({opened(missing(first)), foreign(second), fresh(third)}).why_nothing(),
            "1 open, 1 foreign, 1 fresh");
  PlanOptions waiting;
  waiting.judge.accept_definition = false;
  EXPECT_EQ(plan_of({fresh(first, 5, kBefore)}, waiting).why_nothing(), "1 outdated");
  Plan nobody = plan_of({});
  nobody.why_nobody = "no team is selected";
  EXPECT_EQ(nobody.why_nothing(), "no team is selected");
}

TEST(MakePlan, OfNothingHasNothingToDo) {
  const Plan plan = plan_of({});
  EXPECT_THAT(plan.summary(), IsEmpty());
  EXPECT_EQ(plan.cells_due(), 0U);
  EXPECT_THAT(plan.work(true), IsEmpty());
  EXPECT_THAT(shrinking_cells(plan, 10), IsEmpty());
}

TEST(PlanSummary, CountsCellsByState) {
  const Plan plan = plan_of({missing(cell(1, "2026-03-01")), missing(cell(2, "2026-03-01")),
                             fresh(cell(3, "2026-03-01")), changed(cell(4, "2026-03-01"), 10, 11),
                             changed(cell(5, "2026-03-01"), 10, 0), CellFacts(cell(6, "2026-03-01"))});
  EXPECT_THAT(plan.summary(),
              ElementsAre(Pair(CellState::kOrphaned, 1), Pair(CellState::kMissing, 2), Pair(CellState::kStale, 1),
                          Pair(CellState::kFresh, 1), Pair(CellState::kEmpty, 1)));
  EXPECT_EQ(plan.cells_due(), 4U);
}

TEST(PlanWork, ListsDaysWithSomethingToDoInTheOrderAskedFor) {
  const Plan plan = plan_of({missing(cell(5, "2026-03-03")), missing(cell(2, "2026-03-01")),
                             missing(cell(1, "2026-03-03")), fresh(cell(1, "2026-03-02"))});
  const Day first = day("2026-03-01");
  const Day last = day("2026-03-03");
  EXPECT_THAT(plan.work(false),
              ElementsAre(Pair(first, ElementsAre(team(2))), Pair(last, ElementsAre(team(1), team(5)))));
  EXPECT_THAT(plan.work(true),
              ElementsAre(Pair(last, ElementsAre(team(1), team(5))), Pair(first, ElementsAre(team(2)))));
}

/// On shard 0, of a team that is shard 2's now.
CellFacts left_behind(Cell which, std::uint64_t views, std::optional<std::uint64_t> published_there = std::nullopt) {
  CellFacts facts = fresh(which, views);
  facts.window = {};
  facts.day_events = facts.day_views = 0;
  facts.moved = Move{2, published_there};
  return facts;
}
Cell on_shard_2(Cell which) { return {which.team, which.day, 2}; }

CellFacts damaged(Cell which) {
  CellFacts facts = fresh(which);
  facts.content = {};
  return facts;
}

struct MoveCase {
  const char* name;
  CellFacts left;
  std::vector<CellFacts> own;  ///< of the team's shard; none: it needs nothing
  std::set<CellState> states;
  Action action;
  bool after_the_new;
  bool shrinks;
};
void PrintTo(const MoveCase& one, std::ostream* out) { *out << one.name; }

class Moves : public testing::TestWithParam<MoveCase> {};

TEST_P(Moves, WhatWasLeftGoesWhenNothingIsLost) {
  const MoveCase& one = GetParam();
  PlanOptions options;
  options.states = one.states;
  std::vector<CellFacts> facts = one.own;
  facts.push_back(one.left);
  const Plan plan = plan_of(facts, options);
  const PlannedCell& left = plan.cells.front();
  ASSERT_TRUE(left.facts.moved) << "cells of a day and team are sorted by shard";
  EXPECT_EQ(left.judgement.action, one.action) << left.judgement.why;
  EXPECT_EQ(left.goes_after_the_new, one.after_the_new);
  // Five times over, which is when it counts.
  std::vector<CellFacts> many;
  for (std::uint64_t id = 1; id <= 5; ++id)
    for (CellFacts copy : facts) {
      copy.cell.team = team(id);
      many.push_back(std::move(copy));
    }
  EXPECT_EQ(!shrinking_cells(plan_of(many, options), 10).empty(), one.shrinks);
}

const Cell kMoved = cell(1, "2026-03-01");
CellFacts expired(CellFacts facts) {
  facts.expired_because = "the source begins later";
  return facts;
}

INSTANTIATE_TEST_SUITE_P(
    All, Moves,
    testing::Values(
        MoveCase{"published_there",
                 left_behind(kMoved, 10, 10),
                 {fresh(on_shard_2(kMoved))},
                 {},
                 Action::kRecompute,
                 false,
                 false},
        MoveCase{"published_there_and_settled", left_behind(kMoved, 10, 10), {}, {}, Action::kRecompute, false, false},
        MoveCase{"published_there_with_little", left_behind(kMoved, 10, 4), {}, {}, Action::kRecompute, false, true},
        MoveCase{"due_there",
                 left_behind(kMoved, 10),
                 {missing(on_shard_2(kMoved), 10)},
                 {},
                 Action::kRecompute,
                 true,
                 false},
        MoveCase{"due_there_with_little",
                 left_behind(kMoved, 10),
                 {missing(on_shard_2(kMoved), 4)},
                 {},
                 Action::kRecompute,
                 true,
                 true},
        MoveCase{"due_there_but_not_chosen",
                 left_behind(kMoved, 10),
                 {missing(on_shard_2(kMoved), 10)},
                 {CellState::kOrphaned},
                 Action::kNone,
                 false,
                 false},
        MoveCase{"not_chosen",
                 left_behind(kMoved, 10),
                 {missing(on_shard_2(kMoved), 10)},
                 {CellState::kMissing},
                 Action::kNone,
                 false,
                 false},
        MoveCase{"damaged_there_and_not_chosen",
                 left_behind(kMoved, 10, 10),
                 {damaged(on_shard_2(kMoved))},
                 {CellState::kOrphaned},
                 Action::kNone,
                 false,
                 false},
        MoveCase{"events_gone",
                 left_behind(kMoved, 10),
                 {CellFacts(on_shard_2(kMoved))},
                 {},
                 Action::kRecompute,
                 false,
                 true},
        MoveCase{"events_gone_and_left_out", left_behind(kMoved, 10), {}, {}, Action::kRecompute, false, true},
        MoveCase{
            "foreign_there", left_behind(kMoved, 10), {foreign(on_shard_2(kMoved))}, {}, Action::kNone, false, false},
        MoveCase{"expired",
                 expired(left_behind(kMoved, 10)),
                 {expired(CellFacts(on_shard_2(kMoved)))},
                 {},
                 Action::kNone,
                 false,
                 false},
        MoveCase{"open",
                 opened(left_behind(kMoved, 10)),
                 {opened(missing(on_shard_2(kMoved), 10))},
                 {},
                 Action::kNone,
                 false,
                 false}),
    [](const testing::TestParamInfo<MoveCase>& one) { return std::string(one.param.name); });

struct OptionsCase {
  const char* name;
  PlanOptions options;
  std::vector<std::uint64_t> recomputed;  ///< teams of the day below
};
void PrintTo(const OptionsCase& one, std::ostream* out) { *out << one.name; }

class PlanOption : public testing::TestWithParam<OptionsCase> {};

TEST_P(PlanOption, DecidesWhatIsRecomputed) {
  const char* on = "2026-03-01";
  const Plan plan =
      plan_of({missing(cell(1, on)), changed(cell(2, on), 10, 11), fresh(cell(3, on)), foreign(cell(4, on)),
               fresh(cell(5, on), 10, kBefore), opened(missing(cell(6, on))), opened(fresh(cell(7, on)))},
              GetParam().options);
  std::vector<std::uint64_t> teams;
  for (const Cell& one : recomputed(plan)) teams.push_back(one.team.value());
  EXPECT_EQ(teams, GetParam().recomputed);
  EXPECT_EQ(plan.cells_due(), teams.size());
  EXPECT_THAT(plan.summary(),
              ElementsAre(Pair(CellState::kOpen, 2), Pair(CellState::kForeign, 1), Pair(CellState::kOutdated, 1),
                          Pair(CellState::kMissing, 1), Pair(CellState::kStale, 1), Pair(CellState::kFresh, 1)));
}

PlanOptions with(void (*change)(JudgeOptions&), std::set<CellState> states = {}) {
  PlanOptions options;
  change(options.judge);
  options.states = std::move(states);
  return options;
}
void change_nothing(JudgeOptions&) {}

INSTANTIATE_TEST_SUITE_P(
    Options, PlanOption,
    testing::Values(
        OptionsCase{"by_default", {}, {1, 2, 5}},
        OptionsCase{
            "ask_for_a_new_definition", with([](JudgeOptions& judge) { judge.accept_definition = false; }), {1, 2}},
        OptionsCase{"take_over", with([](JudgeOptions& judge) { judge.take_over = true; }), {1, 2, 4, 5}},
        OptionsCase{"force", with([](JudgeOptions& judge) { judge.force = true; }), {1, 2, 3, 5}},
        OptionsCase{"open_days", with([](JudgeOptions& judge) { judge.include_open_days = true; }), {1, 2, 5, 6}},
        OptionsCase{"open_days_by_force",
                    with([](JudgeOptions& judge) { judge.include_open_days = judge.force = true; }),
                    {1, 2, 3, 5, 6, 7}},
        OptionsCase{"only_missing", with(change_nothing, {CellState::kMissing}), {1}},
        OptionsCase{"missing_and_stale", with(change_nothing, {CellState::kMissing, CellState::kStale}), {1, 2}},
        OptionsCase{"only_what_has_no_action", with(change_nothing, {CellState::kFresh}), {}},
        OptionsCase{
            "only_fresh_by_force", with([](JudgeOptions& judge) { judge.force = true; }, {CellState::kFresh}), {3}}),
    kCaseName);

TEST(MakePlan, NamesWhatChangedInTheDefinitionWhereItsTextIsKnown) {
  const std::vector<CellFacts> facts{fresh(cell(1, "2026-03-01"), 10, kBefore)};
  EXPECT_EQ(plan_of(facts).cells.at(0).judgement.why, "made by another definition; changed: rules");
  EXPECT_EQ(make_plan(kWindow, {team(1)}, facts, kNow, {}, {}).cells.at(0).judgement.why,
            "made by definition " + kBefore.hash() + ", now " + kNow.hash());
}

TEST(MakePlan, NamesWhatChangedWhereOnlyOneTargetIsOutdated) {
  CellFacts facts = fresh(cell(1, "2026-03-01"));
  facts.entry->rows[1]->definition = kBefore.hash();
  EXPECT_EQ(plan_of({facts}).cells.at(0).judgement.why, "made by another definition; changed: rules");
}

struct ShrinkCase {
  const char* name;
  std::size_t shrunk;  ///< cells that go from `before` to `now` view events
  std::uint64_t before;
  std::uint64_t now;
  std::size_t unchanged;  ///< other cells with an entry
  std::size_t missing;    ///< cells without one
  bool refused;
};
void PrintTo(const ShrinkCase& one, std::ostream* out) { *out << one.name; }

class ShrinkingCells : public testing::TestWithParam<ShrinkCase> {};

TEST_P(ShrinkingCells, AreNamedWhereTheyAreTooMany) {
  std::vector<CellFacts> facts;
  std::uint64_t next_team = 1;
  std::vector<Cell> shrunk;
  for (std::size_t i = 0; i < GetParam().shrunk; ++i) {
    shrunk.push_back(cell(next_team++, "2026-03-01"));
    facts.push_back(changed(shrunk.back(), GetParam().before, GetParam().now));
  }
  for (std::size_t i = 0; i < GetParam().unchanged; ++i) facts.push_back(fresh(cell(next_team++, "2026-03-01")));
  for (std::size_t i = 0; i < GetParam().missing; ++i) facts.push_back(missing(cell(next_team++, "2026-03-01")));
  EXPECT_EQ(shrinking_cells(plan_of(std::move(facts)), 10), GetParam().refused ? shrunk : std::vector<Cell>{});
}

INSTANTIATE_TEST_SUITE_P(Cells, ShrinkingCells,
                         testing::Values(ShrinkCase{"four_never", 4, 10, 0, 0, 0, false},
                                         ShrinkCase{"five_of_five", 5, 10, 0, 0, 0, true},
                                         ShrinkCase{"five_of_fifty_are_ten_percent", 5, 10, 0, 45, 0, false},
                                         ShrinkCase{"five_of_forty_nine", 5, 10, 0, 44, 0, true},
                                         ShrinkCase{"six_of_fifty", 6, 10, 0, 44, 0, true},
                                         ShrinkCase{"cells_without_an_entry_do_not_dilute", 6, 10, 0, 44, 1000, true},
                                         ShrinkCase{"exactly_half_is_not_less", 5, 10, 5, 0, 0, false},
                                         ShrinkCase{"just_under_half", 5, 10, 4, 0, 0, true},
                                         ShrinkCase{"odd_over_half", 5, 9, 5, 0, 0, false},
                                         ShrinkCase{"odd_under_half", 5, 9, 4, 0, 0, true},
                                         ShrinkCase{"one_view_left_of_one", 5, 1, 1, 0, 0, false},
                                         ShrinkCase{"none_left_of_one", 5, 1, 0, 0, 0, true},
                                         ShrinkCase{"the_largest_count", 5, UINT64_MAX, UINT64_MAX / 2, 0, 0, true},
                                         ShrinkCase{"nothing_was_there", 9, 0, 0, 0, 0, false},
                                         ShrinkCase{"growth", 9, 10, 1000, 0, 0, false}),
                         kCaseName);

TEST(ShrinkingCells, CountOnlyWhereTheyWouldBeRecomputed) {
  std::vector<CellFacts> facts;
  for (std::uint64_t id = 1; id <= 9; ++id) facts.push_back(changed(cell(id, "2026-03-01"), 10, 0));
  PlanOptions only_stale;
  only_stale.states = {CellState::kStale};
  EXPECT_THAT(shrinking_cells(plan_of(facts, only_stale), 10), IsEmpty());
  EXPECT_THAT(shrinking_cells(plan_of(facts), 10), SizeIs(9));
}

TEST(ShrinkingCells, FollowTheLimitGiven) {
  std::vector<CellFacts> facts;
  for (std::uint64_t id = 1; id <= 10; ++id) facts.push_back(changed(cell(id, "2026-03-01"), 10, id <= 5 ? 0 : 11));
  const Plan plan = plan_of(std::move(facts));
  EXPECT_THAT(shrinking_cells(plan, 0), SizeIs(5));
  EXPECT_THAT(shrinking_cells(plan, 49.9), SizeIs(5));
  EXPECT_THAT(shrinking_cells(plan, 50), IsEmpty());
  EXPECT_THAT(shrinking_cells(plan, 100), IsEmpty());
}

struct FinishedCase {
  const char* now;
  std::chrono::seconds settle_delay;
  const char* last_finished;
};
void PrintTo(const FinishedCase& one, std::ostream* out) { *out << one.now << " -> " << one.last_finished; }

class LastFinishedDay : public testing::TestWithParam<FinishedCase> {};

TEST_P(LastFinishedDay, EndedAtLeastTheSettleDelayAgo) {
  const Instant now = parse_instant(GetParam().now, "test").value();
  EXPECT_EQ(last_finished_day(now, GetParam().settle_delay).to_string(), GetParam().last_finished);
}

using std::chrono::minutes;
INSTANTIATE_TEST_SUITE_P(Times, LastFinishedDay,
                         testing::Values(FinishedCase{"2026-03-01T23:59:59.999999Z", minutes(30), "2026-02-28"},
                                         FinishedCase{"2026-03-02T00:00:00Z", minutes(30), "2026-02-28"},
                                         FinishedCase{"2026-03-02T00:29:59.999999Z", minutes(30), "2026-02-28"},
                                         FinishedCase{"2026-03-02T00:30:00Z", minutes(30), "2026-03-01"},
                                         FinishedCase{"2026-03-02T12:00:00Z", minutes(30), "2026-03-01"},
                                         FinishedCase{"2026-03-02T00:00:00Z", minutes(0), "2026-03-01"},
                                         FinishedCase{"2026-03-01T23:59:59.999999Z", minutes(0), "2026-02-28"},
                                         FinishedCase{"2024-03-01T00:30:00Z", minutes(30), "2024-02-29"},
                                         FinishedCase{"2026-01-01T00:29:59Z", minutes(30), "2025-12-30"},
                                         FinishedCase{"2026-03-03T00:00:00Z", minutes(24 * 60), "2026-03-01"}));

/// Processor time of a plan of so many cells, a third of which are missing.
double seconds_of_plan(std::uint64_t cells) {
  std::vector<CellFacts> facts;
  facts.reserve(cells);
  for (std::uint64_t i = 0; i < cells; ++i) {
    const Cell which{team(1 + i / 30), kWindow.first + static_cast<int>(i % 30)};
    facts.push_back(i % 3 == 0 ? missing(which) : fresh(which));
  }
  const std::clock_t begin = std::clock();
  const Plan plan = make_plan(kWindow, {}, std::move(facts), kNow, {}, {});
  const auto days = plan.work(true);
  const auto shrinking = shrinking_cells(plan, 10);
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_EQ(plan.cells_due(), cells / 3);
  EXPECT_THAT(days, SizeIs(10));
  EXPECT_THAT(shrinking, IsEmpty());
  return seconds;
}

TEST(MakePlan, TakesTimeInProportionToItsCells) {
  const double of_some = seconds_of_plan(30'000);
  EXPECT_LT(seconds_of_plan(300'000), 50 * of_some + 0.1) << "ten times as many cells";
}

}  // namespace
}  // namespace gapless
