// A target that joins a rollup, leaves it and comes back.
#include "run/run_world.h"
#include "support/live_parts.h"

namespace gapless {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Targets kWide = {Target::kStats, Target::kBounces};
const Day kChanged = Day::parse("2026-03-02", "test").value();

/// The wide targets hold two teams on two days; the narrow one was not kept.
class JoiningTarget : public testing::Test {
 protected:
  JoiningTarget() {
    world.warehouse.put({view(1, "2026-03-01T10:00:00Z", "a", 1), view(2, "2026-03-01T11:00:00Z", "b", 2, "/b"),
                         view(1, "2026-03-02T10:00:00Z", "c", 3), view(1, "2026-03-02T10:05:00Z", "c", 4, "/c"),
                         view(2, "2026-03-02T12:00:00Z", "d", 5, "/b")});
    world.warehouse.set_targets(kWide);
    backfill();
  }

  void backfill() { backfill(world.ask()); }
  void backfill(const Ask& ask) {
    const auto report = world.backfill(ask);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->status, RunStatus::kSucceeded) << report->error;
    expect_nothing_left_over(world);
    expect_ledger_and_targets_agree(world);
  }
  void keep_all() { world.warehouse.set_targets(all_targets()); }
  void keep_wide() { world.warehouse.set_targets(kWide); }

  std::vector<std::string> planned() { return to_recompute(world.observe_and_plan(world.ask()).value()); }
  /// The names of the wide targets' parts.
  std::vector<std::string> wide_parts(Day on) {
    std::vector<std::string> names;
    for (const Target target : kWide) {
      const auto parts = live_parts(world.warehouse, target, {0, on, 0});
      for (const LivePart& part : parts) names.push_back(std::string(name(target)) + " " + part.name);
    }
    return names;
  }
  std::vector<std::string> wide_parts() {
    std::vector<std::string> names = wide_parts(day("2026-03-01"));
    for (const std::string& name : wide_parts(kChanged)) names.push_back(name);
    return names;
  }
  void expect_as_it_should_be() {
    expect_matches_model(world, world.ask().window, {team(1), team(2)});
    EXPECT_THAT(planned(), IsEmpty());
  }

  RunWorld world;
};

TEST_F(JoiningTarget, WasNotLookedAtBefore) {
  for (const auto& [which, rows] : partitions_of(world.warehouse.state())) EXPECT_NE(which.first, Target::kBreakdowns);
  for (const LedgerRow& row : world.warehouse.state().ledger) EXPECT_NE(row.target, Target::kBreakdowns);
  EXPECT_THAT(planned(), IsEmpty());
}

TEST_F(JoiningTarget, IsBuiltAloneAndByJobsThatWaitForConsentToo) {
  keep_all();
  Ask ask = world.ask();
  ask.plan.judge.accept_definition = false;
  const Plan plan = world.observe_and_plan(ask).value();
  EXPECT_THAT(to_recompute(plan), ElementsAre("team 1 on 2026-03-01: outdated", "team 2 on 2026-03-01: outdated",
                                              "team 1 on 2026-03-02: outdated", "team 2 on 2026-03-02: outdated"));
  EXPECT_EQ(estimate_of_outdated(plan).cells, 0U) << "there is nothing to agree to";
  for (const PlannedCell& one : plan.cells)
    if (one.judgement.action == Action::kRecompute) {
      EXPECT_EQ(one.judgement.why, "web_pre_aggregated_breakdowns was never built for this cell");
    }
  const auto parts = wide_parts();
  const auto entries = world.warehouse.state().ledger.size();
  backfill(ask);
  EXPECT_EQ(wide_parts(), parts) << "no figure that anybody has was written anew";
  EXPECT_EQ(world.warehouse.state().ledger.size(), entries + 4);
  expect_as_it_should_be();
}

TEST_F(JoiningTarget, IsBuiltForTheTeamsAskedForAndLackedByOthers) {
  keep_all();
  Ask ask = world.ask();
  ask.teams = Teams{team(2)};
  backfill(ask);
  expect_matches_model(world, ask.window, {team(2)});
  EXPECT_THAT(planned(), ElementsAre("team 1 on 2026-03-01: outdated", "team 1 on 2026-03-02: outdated"));
  backfill();
  expect_as_it_should_be();
}

TEST_F(JoiningTarget, TakesTheOthersWithItWhereOneOfThemIsNotAsItShouldBe) {
  const auto untouched = wide_parts(day("2026-03-01"));
  const auto changes = std::to_array<void (*)(RunWorld&)>(
      {[](RunWorld& it) { it.warehouse.put({view(2, "2026-03-02T13:00:00Z", "late", 20)}); },
       [](RunWorld& it) {
         it.warehouse.delete_rows(Target::kBounces, {team(1), kChanged});
       },
       [](RunWorld& it) { it.warehouse.remove_events([](const ModelEvent& event) { return event.number == 4; }); }});
  const FakeWarehouseState before = world.warehouse.state();
  for (const auto& change : changes) {
    world.warehouse.restore(before);
    keep_all();
    change(world);
    const auto parts = wide_parts(kChanged);
    backfill();
    EXPECT_NE(wide_parts(kChanged), parts);
    EXPECT_EQ(wide_parts(day("2026-03-01")), untouched);
    expect_as_it_should_be();
  }
}

TEST_F(JoiningTarget, TakesTheOthersWithItByForce) {
  keep_all();
  const auto parts = wide_parts();
  Ask ask = world.ask();
  ask.plan.judge.force = true;
  backfill(ask);
  EXPECT_NE(wide_parts(), parts);
  expect_as_it_should_be();
}

TEST_F(JoiningTarget, ThatLeftIsLeftAsItIsAndCatchesUp) {
  keep_all();
  backfill();
  const auto rows = [&] { return world.warehouse.rows(Target::kBreakdowns, kChanged); };
  const auto narrow = rows();
  keep_wide();
  EXPECT_THAT(planned(), IsEmpty());
  world.warehouse.put({view(1, "2026-03-02T20:00:00Z", "e", 20), view(2, "2026-03-03T10:00:00Z", "f", 21)});
  backfill();  // team 1 on the 2nd changes, team 2 on the 3rd is new
  Ask forced = world.ask();
  forced.plan.judge.force = true;
  forced.window = {day("2026-03-01"), day("2026-03-01")};
  forced.teams = Teams{team(2)};
  backfill(forced);  // the same events, but figures that may be others
  EXPECT_EQ(rows(), narrow);
  keep_all();
  EXPECT_THAT(planned(), ElementsAre("team 2 on 2026-03-01: outdated", "team 1 on 2026-03-02: outdated",
                                     "team 2 on 2026-03-03: outdated"));
  const auto parts = wide_parts();
  backfill();
  EXPECT_EQ(wide_parts(), parts);
  expect_as_it_should_be();
}

TEST_F(JoiningTarget, IsRecoveredAlone) {
  keep_all();
  const auto parts = wide_parts();
  for (const char* method : {"stage_cells", "replace_partition", "record", "erase_journal"}) {
    world.faults.inject({.method = method, .effect = Effect::kHalf, .outcome = Outcome::kDeath});
    EXPECT_THROW((void)world.backfill(world.ask()), FakeDeath) << method;
    world.faults.revive();
    ASSERT_TRUE(world.recover(world.ask(), world.store));
    expect_nothing_left_over(world);
    expect_ledger_and_targets_agree(world);
    EXPECT_EQ(wide_parts(), parts) << method;
    world.warehouse.drop_rows(Target::kBreakdowns, day("2026-03-01"));
    world.warehouse.drop_rows(Target::kBreakdowns, kChanged);
    FakeWarehouseState state = world.warehouse.state();
    std::erase_if(state.ledger, [](const LedgerRow& row) { return row.target == Target::kBreakdowns; });
    world.warehouse.restore(state);
  }
  backfill();
  EXPECT_EQ(wide_parts(), parts);
  expect_as_it_should_be();
}

TEST_F(JoiningTarget, WhosePublicationHadBegunIsFinishedThoughItIsNoLongerKept) {
  keep_all();
  world.faults.inject({.at_call = 2, .method = "replace_partition", .outcome = Outcome::kDeath});
  EXPECT_THROW((void)world.backfill(world.ask()), FakeDeath);
  world.faults.revive();
  keep_wide();
  ASSERT_TRUE(world.recover(world.ask(), world.store));
  expect_nothing_left_over(world);
  EXPECT_THAT(world.warehouse.rows(Target::kBreakdowns, day("2026-03-01")), testing::Not(IsEmpty()));
  keep_all();
  expect_as_it_should_be();
}

TEST_F(JoiningTarget, IsFoundBuiltBySomebodyElse) {
  keep_all();
  const Plan plan = world.observe_and_plan(world.ask()).value();
  backfill();
  const RunReport late = world.run(plan, world.ask()).value();
  EXPECT_THAT(days_of(late), Each(HasSubstr("unchanged")));
  EXPECT_THAT(days_of(late), SizeIs(2));
}

TEST_F(JoiningTarget, IsStillDueWhereSomebodyRebuiltTheOthersAlone) {
  keep_all();
  const Plan plan = world.observe_and_plan(world.ask()).value();
  keep_wide();
  Ask forced = world.ask();
  forced.plan.judge.force = true;
  backfill(forced);
  keep_all();
  ASSERT_EQ(world.run(plan, world.ask()).value().status, RunStatus::kSucceeded);
  expect_as_it_should_be();
}

TEST_F(JoiningTarget, IsForgottenWithTheOthers) {
  keep_all();
  backfill();
  Ask ask = world.ask();
  ask.teams = Teams{team(2)};
  ask.options.forget = ask.options.allow_shrink = true;
  ask.plan.judge.force = true;
  ASSERT_EQ(world.backfill(ask).value().status, RunStatus::kSucceeded);
  for (const Target target : kTargets)
    EXPECT_THAT(world.warehouse.rows(target, cell(2, "2026-03-02")), IsEmpty()) << name(target);
  expect_matches_model(world, ask.window, {team(1)});
}

}  // namespace
}  // namespace gapless
