// The narrow target joins a rollup some days of which the source no longer holds: what can be made of these is made from the
// wide groups.
#include "query/coverage.h"
#include "run/run_world.h"
#include "support/live_parts.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Two teams on three days, of which the last alone has its events still. The narrow target was not kept.
class Derivations : public testing::Test {
 protected:
  Derivations() {
    const Day expired = day("2026-03-01"), also = day("2026-03-02");
    events = {view(1, "2026-03-01T10:00:00Z", "a", 1),        view(2, "2026-03-01T11:00:00Z", "b", 2, "/b"),
              view(1, "2026-03-02T10:00:00Z", "c", 3),        view(1, "2026-03-02T10:05:00Z", "c", 4, "/c"),
              view(1, "2026-03-02T10:30:00Z", "d", 5, "/c"),  view(2, "2026-03-02T12:00:00Z", "e", 6, "/b"),
              view(1, "2026-03-04T10:00:00Z", "late", 7, "/")};
    days = {expired, also};
    world.warehouse.put(events);
    world.warehouse.set_targets({Target::kStats, Target::kBounces});
    EXPECT_EQ(world.backfill(ask()).value().status, RunStatus::kSucceeded);
  }

  Ask ask() const {
    Ask ask = world.ask();
    ask.window.last = day("2026-03-02");
    return ask;
  }
  void lose_events() {
    world.warehouse.remove_events([](const ModelEvent& event) { return event.at < day("2026-03-04").start(); });
    world.warehouse.set_targets(all_targets());
  }
  RunReport derive(const Ask& ask) {
    const RunReport report = world.backfill(ask).value();
    expect_nothing_left_over(world);
    expect_ledger_and_targets_agree(world);
    return report;
  }
  /// For that reason, with nothing published of it; the first goes well.
  void expect_second_day_fails(const RunReport& report, const char* why) {
    EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 published", "2026-03-02 failed"));
    EXPECT_THAT(report.error, HasSubstr(why));
    EXPECT_THAT(world.warehouse.rows(Target::kBreakdowns, days[1]), IsEmpty());
    expect_nothing_left_over(world);
  }
  std::vector<std::string> planned(const Ask& ask) { return to_derive(world.observe_and_plan(ask).value()); }

  /// The narrow rows of a day as they were built from events, but for those of views.
  std::vector<ModelGroup> expected(Day on) const {
    std::vector<ModelGroup> rows = groups_of(Target::kBreakdowns, sessions_of(events, on));
    std::erase_if(rows, [](const ModelGroup& row) { return row.dimension == "pathname"; });
    return rows;
  }
  void expect_derived() {
    for (const Day on : days) EXPECT_EQ(world.warehouse.rows(Target::kBreakdowns, on), expected(on)) << on.to_string();
    const Plan plan = world.observe_and_plan(ask()).value();
    EXPECT_EQ(plan.cells_due(), 0U) << plan.work_in_words();
    EXPECT_EQ(plan.summary(), (std::map<CellState, std::uint64_t>{{CellState::kExpired, 4}}));
  }
  std::vector<std::string> wide_parts() {
    std::vector<std::string> names;
    for (const Target target : {Target::kStats, Target::kBounces})
      for (const Day on : days) {
        const auto parts = live_parts(world.warehouse, target, {0, on, 0});
        for (const LivePart& part : parts) names.push_back(part.name);
      }
    return names;
  }

  RunWorld world;
  std::vector<ModelEvent> events;
  std::vector<Day> days;
};

TEST_F(Derivations, MakeWhatTheWideGroupsTellAndAreDoneOnce) {
  lose_events();
  EXPECT_THAT(planned(ask()), ElementsAre("team 1 on 2026-03-01: expired", "team 2 on 2026-03-01: expired",
                                          "team 1 on 2026-03-02: expired", "team 2 on 2026-03-02: expired"));
  const auto parts = wide_parts();
  const RunReport report = derive(ask());
  EXPECT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  EXPECT_EQ(report.cells_recomputed, 4U);
  EXPECT_EQ(wide_parts(), parts) << "nothing else was written";
  expect_derived();
  EXPECT_EQ(derive(ask()).status, RunStatus::kNothingToDo);
}

TEST_F(Derivations, AreToldFromOtherCellsInTheLedger) {
  lose_events();
  derive(ask());
  const auto rows = world.warehouse.ledger({days[0], days[1]}, std::nullopt, {}).value();
  EXPECT_EQ(rows.size(), 12U);
  for (std::size_t i = 0; i + 2 < rows.size(); i += 3) {
    const LedgerRow &bounces = rows[i + 1], &narrow = rows[i + 2];
    ASSERT_EQ(narrow.target, Target::kBreakdowns);
    EXPECT_EQ(narrow.definition, "wide:" + bounces.definition);
    EXPECT_EQ(narrow.window, bounces.window);
    EXPECT_EQ(narrow.owned, bounces.owned);
    EXPECT_EQ(narrow.content.measures, bounces.content.measures);
  }
}

TEST_F(Derivations, LeaveOtherTeamsAsTheyAre) {
  world.warehouse.set_targets(all_targets());
  Ask of_two = ask();
  of_two.teams = Teams{team(2)};
  EXPECT_EQ(world.backfill(of_two).value().status, RunStatus::kSucceeded);
  lose_events();
  const FakeWarehouseState before = world.warehouse.state();
  EXPECT_THAT(planned(ask()), ElementsAre("team 1 on 2026-03-01: expired", "team 1 on 2026-03-02: expired"));
  EXPECT_EQ(derive(ask()).status, RunStatus::kSucceeded);
  expect_rows_unchanged(world, before, {team(2)});
  EXPECT_THAT(world.warehouse.rows(Target::kBreakdowns, cell(1, "2026-03-02")), Not(IsEmpty()));
}

TEST_F(Derivations, AreForTheTeamsAskedFor) {
  lose_events();
  Ask of_two = ask();
  of_two.teams = Teams{team(2)};
  EXPECT_EQ(derive(of_two).status, RunStatus::kSucceeded);
  EXPECT_THAT(world.warehouse.rows(Target::kBreakdowns, cell(1, "2026-03-02")), IsEmpty());
  EXPECT_EQ(derive(ask()).status, RunStatus::kSucceeded);
  expect_derived();
}

TEST_F(Derivations, AreLookedForAtAnyAge) {
  lose_events();
  Ask late = world.ask();
  late.window.first = day("2026-03-04");
  late.beyond = Scope::Beyond{};
  EXPECT_EQ(planned(late).size(), 4U);
  EXPECT_EQ(derive(late).status, RunStatus::kSucceeded);
  expect_derived();
  EXPECT_THAT(planned(late), IsEmpty());
}

TEST_F(Derivations, AreNotMadeOfFiguresThatNobodyKeeps) {
  lose_events();
  Ask forgetful = ask();
  forgetful.options.kept.targets_from = day("2026-03-02");
  EXPECT_THAT(planned(forgetful), ElementsAre("team 1 on 2026-03-02: expired", "team 2 on 2026-03-02: expired"));
}

TEST_F(Derivations, AreNotMadeFromGroupsThatAreNotWhatTheyWere) {
  lose_events();
  world.warehouse.delete_rows(Target::kBounces, cell(1, "2026-03-02"));
  EXPECT_THAT(planned(ask()), ElementsAre("team 1 on 2026-03-01: expired", "team 2 on 2026-03-01: expired",
                                          "team 2 on 2026-03-02: expired"));
}

TEST_F(Derivations, PublishNothingWhereTheGroupsChangedSinceThePlan) {
  lose_events();
  const Plan plan = world.observe_and_plan(ask()).value();
  world.warehouse.double_rows(Target::kBounces, cell(1, "2026-03-02"));
  expect_second_day_fails(world.run(plan, ask()).value(),
                          "web_pre_aggregated_bounces no longer holds what the ledger says");
}

TEST_F(Derivations, AreRefusedByTheGateWhereTheGroupsChangeMeanwhile) {
  lose_events();
  world.faults.inject({.method = "stage_from_wide", .outcome = Outcome::kSuccess, .on_fire = [&] {
                         world.warehouse.double_rows(Target::kBounces, cell(1, "2026-03-02"));
                       }});
  expect_second_day_fails(world.backfill(ask()).value(), "the gate refused web_pre_aggregated_breakdowns: team 1");
}

TEST_F(Derivations, AreSplitWhereTheyDoNotFit) {
  lose_events();
  world.faults.inject({.method = "stage_from_wide", .effect = Effect::kHalf, .error = overloaded()});
  EXPECT_EQ(derive(ask()).status, RunStatus::kSucceeded);
  expect_derived();
}

TEST_F(Derivations, AreRecovered) {
  lose_events();
  const FakeWarehouseState before = world.warehouse.state();
  for (const char* method : {"create_staging", "stage_from_wide", "replace_partition", "record", "erase_journal"}) {
    world.warehouse.restore(before);
    world.faults.inject({.method = method, .effect = Effect::kHalf, .outcome = Outcome::kDeath});
    EXPECT_THROW((void)world.backfill(ask()), FakeDeath) << method;
    world.faults.revive();
    ASSERT_TRUE(world.recover(ask(), world.store)) << method;
    expect_nothing_left_over(world);
    expect_ledger_and_targets_agree(world);
    derive(ask());
    expect_derived();
  }
}

TEST_F(Derivations, GiveWayToEventsThatComeBack) {
  lose_events();
  derive(ask());
  world.warehouse.remove_events([](const ModelEvent&) { return true; });
  world.warehouse.put(events);
  Ask job = ask();
  job.plan.judge.accept_definition = false;
  const Plan plan = world.observe_and_plan(job).value();
  EXPECT_EQ(to_recompute(plan).size(), 4U);
  for (const PlannedCell& one : plan.cells) {
    EXPECT_EQ(one.judgement.state, CellState::kOutdated);
    EXPECT_THAT(one.judgement.why, HasSubstr("made from the wide groups of this cell, without host and pathname"));
  }
  const auto parts = wide_parts();
  EXPECT_EQ(derive(job).status, RunStatus::kSucceeded);
  EXPECT_EQ(wide_parts(), parts) << "the others are as they should be";
  expect_matches_model(world, ask().window, {team(1), team(2)});
  EXPECT_EQ(world.observe_and_plan(job).value().cells_due(), 0U);
}

TEST_F(Derivations, AreForgottenWithTheOthers) {
  lose_events();
  derive(ask());
  Ask forget = ask();
  forget.teams = Teams{team(2)};
  Plan plan = world.observe_and_plan(forget).value();
  for (PlannedCell& one : plan.cells) one.judgement.action = Action::kRecompute;
  forget.options.forget = forget.options.allow_shrink = true;
  ASSERT_EQ(world.run(plan, forget).value().status, RunStatus::kSucceeded);
  for (const Target target : kTargets)
    EXPECT_THAT(world.warehouse.rows(target, cell(2, "2026-03-02")), IsEmpty()) << name(target);
  EXPECT_THAT(planned(ask()), IsEmpty());
  EXPECT_THAT(world.warehouse.rows(Target::kBreakdowns, cell(1, "2026-03-02")), Not(IsEmpty()));
}

TEST_F(Derivations, AnswerReportsOfSessions) {
  const auto narrow = [&](std::string_view on) {
    const CoverageRequest request{
        .team = team(1), .days = {day("2026-03-01"), day("2026-03-04")}, .last_finished = day("2026-03-04")};
    return look_at_coverage(world.warehouse, world.store, request, world.definition, {})
        .value()
        .answers.at(day(on))
        .narrow;
  };
  EXPECT_EQ(narrow("2026-03-02"), NarrowPart::kNone);
  lose_events();
  EXPECT_EQ(narrow("2026-03-02"), NarrowPart::kNone);
  derive(ask());
  EXPECT_EQ(narrow("2026-03-02"), NarrowPart::kSessions);
  world.warehouse.put(events);
  EXPECT_EQ(narrow("2026-03-02"), NarrowPart::kSessions);
  EXPECT_EQ(world.backfill(ask()).value().status, RunStatus::kSucceeded);
  EXPECT_EQ(narrow("2026-03-02"), NarrowPart::kAll);
}

}  // namespace
}  // namespace gapless
