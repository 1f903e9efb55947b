// One backfill after another, with nothing failing: what is recomputed, what is left alone, what is refused.
#include <fmt/format.h>

#include <algorithm>

#include "run/run_world.h"

namespace gapless {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Backfill : public testing::Test {
 protected:
  Backfill() {
    world.warehouse.put({view(1, "2026-03-01T10:00:00Z", "a", 1), view(1, "2026-03-01T10:05:00Z", "a", 2, "/pricing"),
                         view(1, "2026-03-01T23:50:00Z", "night", 3), view(1, "2026-03-02T00:10:00Z", "night", 4),
                         view(1, "2026-03-02T10:00:00Z", "b", 5), view(2, "2026-03-01T11:00:00Z", "a", 6),
                         view(2, "2026-03-02T11:00:00Z", "c", 7, "/about"), view(2, "2026-03-02T12:00:00Z", "d", 8),
                         view(3, "2026-03-04T12:00:00Z", "e", 9)});
  }
  /// Publishes everything, and forgets the calls it took.
  void publish_all() {
    ASSERT_EQ(world.backfill(world.ask()).value().status, RunStatus::kSucceeded);
    world.faults.forget_calls();
  }
  std::vector<std::string> planned(const Ask& ask) { return to_recompute(world.observe_and_plan(ask).value()); }
  std::string why(const Ask& ask, Cell which) {
    const Plan plan = world.observe_and_plan(ask).value();
    for (const PlannedCell& one : plan.cells)
      if (one.cell() == which) return std::string(name(one.judgement.state)) + ": " + one.judgement.why;
    return "not looked at";
  }
  void expect_as_it_should_be(const Teams& teams = {team(1), team(2), team(3)}) {
    expect_matches_model(world, world.ask().window, teams);
    expect_ledger_and_targets_agree(world);
    expect_nothing_left_over(world);
  }

  RunWorld world;
};

TEST_F(Backfill, PublishesWhatIsMissing) {
  EXPECT_THAT(planned(world.ask()), ElementsAre("team 1 on 2026-03-01: missing", "team 2 on 2026-03-01: missing",
                                                "team 1 on 2026-03-02: missing", "team 2 on 2026-03-02: missing",
                                                "team 3 on 2026-03-04: missing"));
  const RunReport report = world.backfill(world.ask()).value();
  EXPECT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 published", "2026-03-02 published", "2026-03-04 published"));
  EXPECT_EQ(report.cells_recomputed, 5U);
  EXPECT_EQ(report.days.at(0).cells, 2U);
  EXPECT_EQ(report.days.at(0).measures, (Measures{5, 3, 1, 5 * 60 + 20 * 60}));
  expect_as_it_should_be();

  const RunRecord record = world.kept.run(report.run_id).value().value();
  EXPECT_EQ(record.status, RunStatus::kSucceeded);
  EXPECT_EQ(record.cells_planned, 5U);
  EXPECT_EQ(record.cells_recomputed, 5U);
  EXPECT_TRUE(record.finished_at.has_value());
  const auto steps = world.kept.steps(report.run_id).value();
  for (const StepRecord& step : steps) EXPECT_EQ(step.status, "done") << step.name;
}

TEST_F(Backfill, FindsEverythingFreshAfterwards) {
  publish_all();
  const Plan plan = world.observe_and_plan(world.ask()).value();
  EXPECT_EQ(plan.summary()[CellState::kFresh], 5U);
  EXPECT_EQ(plan.summary()[CellState::kEmpty], 7U);
  EXPECT_THAT(to_recompute(plan), IsEmpty());
}

TEST_F(Backfill, DoesNothingTheSecondTime) {
  publish_all();
  const FakeWarehouseState before = world.warehouse.state();
  const RunReport report = world.backfill(world.ask()).value();
  EXPECT_EQ(report.status, RunStatus::kNothingToDo);
  EXPECT_EQ(report.cells_recomputed, 0U);
  EXPECT_THAT(report.days, IsEmpty());
  EXPECT_THAT(world.faults.calls(), Not(Contains("create_staging")));
  EXPECT_EQ(world.warehouse.state().parts_made, before.parts_made);
  EXPECT_EQ(world.warehouse.state().ledger.size(), before.ledger.size());
}

TEST_F(Backfill, WritesItsEntriesAsWhatWasAggregated) {
  publish_all();
  const auto written = world.warehouse.state().ledger;
  for (const LedgerRow& row : written) {
    const auto owned = owned_cells_of(sessions_of(world.warehouse.events(), row.cell.day));
    const auto of_cell =
        std::find_if(owned.begin(), owned.end(), [&](const OwnedCell& one) { return one.cell == row.cell; });
    ASSERT_NE(of_cell, owned.end());
    EXPECT_EQ(row.owned, of_cell->owned);
    EXPECT_EQ(row.content.measures, of_cell->measures);
    EXPECT_EQ(row.definition, world.definition.hash());
    EXPECT_EQ(row.run_id, "run-1");
  }
  EXPECT_THAT(written, SizeIs(5 * kTargets.size()));
}

TEST_F(Backfill, LeavesTheOtherTeamsOfADayAsTheyAre) {
  publish_all();
  world.warehouse.put({view(1, "2026-03-02T15:00:00Z", "late", 20), view(2, "2026-03-02T15:00:00Z", "late", 21)});
  const FakeWarehouseState before = world.warehouse.state();
  Ask ask = world.ask();
  ask.teams = Teams{team(1)};
  EXPECT_EQ(world.backfill(ask).value().cells_recomputed, 1U);
  expect_rows_unchanged(world, before, {team(2), team(3)});
  expect_matches_model(world, ask.window, {team(1)});
  expect_ledger_and_targets_agree(world);
  EXPECT_EQ(why(world.ask(), cell(2, "2026-03-02")), "stale: 2 owned events then, 3 now");
}

TEST_F(Backfill, OfALateEventCostsTheCellsThatItChanges) {
  publish_all();
  const auto expect_cost = [&](const ModelEvent& late, const std::vector<std::string>& cells) {
    world.warehouse.put({late});
    EXPECT_EQ(planned(world.ask()), cells);
    EXPECT_EQ(world.backfill(world.ask()).value().cells_recomputed, cells.size());
    expect_as_it_should_be();
    EXPECT_THAT(planned(world.ask()), IsEmpty());
  };
  expect_cost(view(2, "2026-03-01T18:00:00Z", "late", 20), {"team 2 on 2026-03-01: stale"});
  // After midnight, in a session of the day before: that day owns it.
  expect_cost(view(1, "2026-03-02T00:20:00Z", "night", 21), {"team 1 on 2026-03-01: stale"});
  // Before midnight, in a session of the next day: it takes the session with it.
  expect_cost(view(1, "2026-03-01T23:59:00Z", "b", 22),
              {"team 1 on 2026-03-01: stale", "team 1 on 2026-03-02: orphaned"});
}

TEST_F(Backfill, LooksBySessionOnlyWhereTheWindowOfADayChanged) {
  const auto looks = [&] {
    world.faults.forget_calls();
    EXPECT_TRUE(world.observe_and_plan(world.ask()));
    const auto calls = world.faults.calls();
    return std::count(calls.begin(), calls.end(), "owned_cells");
  };
  for (const char* on : {"2026-03-03", "2026-03-04"})
    world.warehouse.put({view(1, std::string(on) + "T10:00:00Z", "x", 20)});
  publish_all();
  EXPECT_EQ(looks(), 0);
  world.warehouse.put({view(1, "2026-03-01T18:00:00Z", "late", 21)});
  EXPECT_EQ(looks(), 3) << "its own day and the two after it; the day before is not looked at";
  world.warehouse.put({view(1, "2026-03-04T18:00:00Z", "late", 22)});
  EXPECT_EQ(looks(), 3) << "and the day before it, but not the second, which was found unchanged";
  EXPECT_EQ(world.backfill(world.ask()).value().cells_recomputed, 2U);
  EXPECT_EQ(looks(), 0) << "what was found unchanged stays so";
}

TEST_F(Backfill, ReadsTheWindowsAnewOnlyWhereTheSourceChangedSinceThePlan) {
  const Ask ask = world.ask();
  for (const bool changes : {false, true}) {
    const Plan plan = world.observe_and_plan(ask).value();
    ASSERT_GT(plan.cells_due(), 0U);
    if (changes) world.warehouse.put({view(2, "2026-03-02T19:00:00Z", "late", 21)});
    world.faults.forget_calls();
    ASSERT_EQ(world.run(plan, ask).value().status, RunStatus::kSucceeded);
    EXPECT_EQ(std::ranges::count(world.faults.calls(), "source_counts") > 0, changes);
    EXPECT_EQ(world.observe_and_plan(ask).value().cells_due(), 0U);
    world.warehouse.put({view(2, "2026-03-02T18:00:00Z", "later", 22)});
  }
  expect_ledger_and_targets_agree(world);
}

TEST_F(Backfill, LeavesAnEntryWhereItFoundNothing) {
  world.warehouse.put({view(4, "2026-03-01T23:59:00Z", "x", 20), view(4, "2026-03-02T00:01:00Z", "x", 21)});
  ModelEvent leave = view(4, "2026-03-02T09:00:00Z", "y", 22);
  leave.kind = EventKind::kPageleave;
  world.warehouse.put({leave});
  EXPECT_EQ(why(world.ask(), cell(4, "2026-03-02")), "missing: 1 view event, never built");
  publish_all();
  EXPECT_EQ(why(world.ask(), cell(4, "2026-03-02")), "empty: no view events, as the ledger says");
  EXPECT_THAT(planned(world.ask()), IsEmpty());
}

TEST_F(Backfill, BeginsNoDayWhoseCopyWouldNotFitOnTheDisk) {
  world.warehouse.set_free_bytes(4 * 200 - 1);  // the first day has four events, the second four, the fourth one
  Ask one_at_a_time = world.ask();
  one_at_a_time.options.max_concurrent = 1;
  const RunReport report = world.backfill(one_at_a_time).value();
  EXPECT_EQ(report.status, RunStatus::kPartial);
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 failed", "2026-03-02 failed", "2026-03-04 published"));
  EXPECT_THAT(report.error, HasSubstr("2026-03-01 is not begun: its copy may take 1 MiB, and 0 MiB are free"));
  expect_nothing_left_over(world);
  world.warehouse.set_free_bytes(2 * 4 * 200);
  EXPECT_EQ(world.backfill(one_at_a_time).value().status, RunStatus::kSucceeded);
  expect_as_it_should_be();
}

TEST_F(Backfill, ComesLastToDaysThatFailedAndLeavesThemAloneInTheEnd) {
  Ask job = world.ask();
  job.options.retry.attempts = 1;
  job.options.max_concurrent = 1;
  job.options.rest_after_failures = true;
  std::vector<std::string> order;
  job.events.on_day = [&](const DayReport& report, std::size_t, std::size_t) {
    order.push_back(fmt::format("{} {}", report.partition.to_string(), name(report.status)));
  };
  FaultPlan broken;
  broken.method = "create_staging";
  broken.error = refused();
  world.faults.inject(broken);  // of the newest day, which is the first
  EXPECT_EQ(world.backfill(job).value().status, RunStatus::kPartial);
  EXPECT_THAT(order, ElementsAre("2026-03-04 failed", "2026-03-02 published", "2026-03-01 published"));

  world.warehouse.put({view(1, "2026-03-01T18:00:00Z", "late", 21)});
  broken.persistent = true;
  broken.at_call = 2;
  for (std::uint32_t failures = 2; failures <= kFailuresBeforeRest; ++failures) {
    order.clear();
    world.faults.clear();
    if (failures > 2) broken.at_call = 1;
    world.faults.inject(broken);
    EXPECT_TRUE(world.backfill(job));
    EXPECT_EQ(order.back(), "2026-03-04 failed");
    if (failures == 2) {
      EXPECT_EQ(order.front(), "2026-03-01 published") << "before the one that failed";
    }
  }
  world.faults.clear();
  order.clear();
  EXPECT_EQ(world.backfill(job).value().status, RunStatus::kSkipped);
  EXPECT_THAT(order, ElementsAre("2026-03-04 skipped"));
  Ask by_hand = job;
  by_hand.options.rest_after_failures = false;
  world.clock.advance(std::chrono::hours(23));
  order.clear();
  EXPECT_EQ(world.backfill(job).value().status, RunStatus::kSkipped);
  EXPECT_EQ(world.backfill(by_hand).value().status, RunStatus::kSucceeded);
  EXPECT_TRUE(world.kept.failing_partitions().value().empty());
  expect_as_it_should_be();
}

TEST_F(Backfill, TakesCellsOutThatAreToBeForgotten) {
  publish_all();
  const auto before = world.warehouse.state();
  Ask ask = world.ask();
  ask.plan.judge.force = true;
  ask.teams = Teams{team(2)};
  ask.options.forget = ask.options.allow_shrink = true;
  const RunReport report = world.run(world.observe_and_plan(ask).value(), ask).value();
  EXPECT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 published", "2026-03-02 published"));
  expect_rows_unchanged(world, before, {team(1), team(3)});
  for (const Target target : kTargets)
    for (const char* on : {"2026-03-01", "2026-03-02"})
      EXPECT_THAT(world.warehouse.rows(target, cell(2, on)), IsEmpty());
  EXPECT_THAT(world.kept.journal().value(), IsEmpty());
  expect_ledger_and_targets_agree(world);
  expect_nothing_left_over(world);
  EXPECT_THAT(planned(world.ask()), ElementsAre("team 2 on 2026-03-01: missing", "team 2 on 2026-03-02: missing"));
  publish_all();
  expect_as_it_should_be();
}

TEST_F(Backfill, EmptiesWhatTheSourceForgot) {
  publish_all();
  world.warehouse.remove_events([](const ModelEvent& event) { return event.team == team(3); });
  EXPECT_EQ(why(world.ask(), cell(3, "2026-03-04")), "orphaned: held 1 view event, the source has none now");
  const RunReport report = world.backfill(world.ask()).value();
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-04 published"));
  for (const Target target : kTargets) EXPECT_THAT(world.warehouse.rows(target, day("2026-03-04")), IsEmpty());
  expect_as_it_should_be();
  EXPECT_THAT(planned(world.ask()), IsEmpty());
}

TEST_F(Backfill, IsRefusedWhereTooMuchWouldBeLost) {
  std::vector<ModelEvent> more;
  for (std::uint64_t id = 10; id < 16; ++id) more.push_back(view(id, "2026-03-03T10:00:00Z", "s", id * 100));
  world.warehouse.put(more);
  publish_all();
  const FakeWarehouseState before = world.warehouse.state();
  world.warehouse.remove_events([](const ModelEvent& event) { return event.team >= team(10); });
  world.warehouse.put({view(1, "2026-03-03T10:00:00Z", "new", 20)});

  const RunReport refused = world.backfill(world.ask()).value();
  EXPECT_EQ(refused.status, RunStatus::kFailed);
  EXPECT_THAT(refused.error, HasSubstr("6 cells"));
  EXPECT_THAT(refused.error, HasSubstr("team 10 on 2026-03-03"));
  EXPECT_THAT(refused.error, HasSubstr("--allow-shrink"));
  EXPECT_EQ(world.warehouse.state().parts_made, before.parts_made);
  EXPECT_EQ(world.kept.run(refused.run_id).value().value().status, RunStatus::kFailed);
  expect_nothing_left_over(world);

  Ask ask = world.ask();
  ask.options.allow_shrink = true;
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kSucceeded);
  expect_as_it_should_be({team(1), team(2), team(3), team(10), team(15)});
}

TEST_F(Backfill, TakesAnEmptySourceForAFailureToLook) {
  publish_all();
  const FakeWarehouseState before = world.warehouse.state();
  world.warehouse.remove_events([](const ModelEvent&) { return true; });
  const auto report = world.backfill(world.ask());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().fault, Fault::kUnavailable);
  EXPECT_THAT(report.error().message, HasSubstr("no events at all"));
  expect_rows_unchanged(world, before, {team(1), team(2), team(3)});
}

struct Damage {
  const char* name;
  void (*inflict)(FakeWarehouse&);
};
void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

class DamagedBackfill : public Backfill, public testing::WithParamInterface<Damage> {};

TEST_P(DamagedBackfill, IsRepaired) {
  publish_all();
  GetParam().inflict(world.warehouse);
  EXPECT_THAT(planned(world.ask()), Contains("team 1 on 2026-03-02: damaged"));
  EXPECT_EQ(world.backfill(world.ask()).value().status, RunStatus::kSucceeded);
  expect_as_it_should_be();
  EXPECT_THAT(planned(world.ask()), IsEmpty());
}

TEST_P(DamagedBackfill, IsRepairedInAnotherTeamThatIsNotSelected) {
  publish_all();
  GetParam().inflict(world.warehouse);
  world.warehouse.put({view(2, "2026-03-02T15:00:00Z", "late", 21)});
  Ask ask = world.ask();
  ask.teams = Teams{team(2)};
  EXPECT_THAT(planned(ask), Contains("team 2 on 2026-03-02: " +
                                     std::string(GetParam().name == std::string("dropped") ? "damaged" : "stale")));
  EXPECT_EQ(world.backfill(ask).value().cells_recomputed, 2U);
  expect_as_it_should_be();
}

const Cell kDamaged = cell(1, "2026-03-02");
INSTANTIATE_TEST_SUITE_P(
    Ways, DamagedBackfill,
    testing::Values(Damage{"dropped", [](FakeWarehouse& it) { it.drop_rows(Target::kStats, kDamaged.day); }},
                    Damage{"deleted", [](FakeWarehouse& it) { it.delete_rows(Target::kBounces, kDamaged); }},
                    Damage{"doubled_stats", [](FakeWarehouse& it) { it.double_rows(Target::kStats, kDamaged); }},
                    Damage{"doubled_bounces", [](FakeWarehouse& it) { it.double_rows(Target::kBounces, kDamaged); }}));

/// Rows of team 9 that no entry speaks of.
std::vector<ModelGroup> foreign_rows() {
  return {{team(9), day("2026-03-02").start() + std::chrono::hours(3), "written by hand", {40, 4, 2, 100}, {1}, {"?"}}};
}

TEST_F(Backfill, LeavesForeignRowsAlone) {
  for (const Target target : kTargets) world.warehouse.put_rows(target, foreign_rows());
  world.warehouse.put({view(9, "2026-03-02T09:00:00Z", "z", 30)});
  const FakeWarehouseState before = world.warehouse.state();
  EXPECT_THAT(why(world.ask(), cell(9, "2026-03-02")), HasSubstr("foreign: "));
  publish_all();
  expect_rows_unchanged(world, before, {team(9)});
  expect_as_it_should_be();
  EXPECT_THAT(world.warehouse.rows(Target::kStats, cell(9, "2026-03-02")), SizeIs(1));
}

TEST_F(Backfill, TakesForeignCellsOverWhereAsked) {
  for (const Target target : kTargets) world.warehouse.put_rows(target, foreign_rows());
  world.warehouse.put({view(9, "2026-03-02T09:00:00Z", "z", 30)});
  Ask ask = world.ask();
  ask.plan.judge.take_over = true;
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kSucceeded);
  expect_as_it_should_be({team(1), team(2), team(3), team(9)});
}

TEST_F(Backfill, LeavesDaysAloneThatTheSourceNoLongerHoldsWhole) {
  publish_all();
  world.warehouse.remove_events([](const ModelEvent& event) { return event.at < day("2026-03-02").start(); });
  const FakeWarehouseState before = world.warehouse.state();
  Ask ask = world.ask();
  ask.plan.judge.force = true;
  ask.options.allow_shrink = true;
  for (const char* kept : {"2026-03-01", "2026-03-02", "2026-03-03"})
    EXPECT_THAT(why(ask, cell(1, kept)), HasSubstr("expired: the source begins on 2026-03-02")) << kept;
  EXPECT_THAT(planned(ask), ElementsAre("team 3 on 2026-03-04: fresh"));
  EXPECT_EQ(world.backfill(ask).value().cells_recomputed, 1U);
  expect_rows_unchanged(world, before, {team(1), team(2), team(3)});
}

TEST_F(Backfill, RecomputesWhatAnotherDefinitionMade) {
  publish_all();
  world.definition = Definition("rules: 2\n");
  EXPECT_EQ(why(world.ask(), cell(1, "2026-03-01")), "outdated: made by another definition; changed: rules");
  Ask ask = world.ask();
  ask.plan.judge.accept_definition = false;
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kNothingToDo);
  EXPECT_EQ(world.backfill(world.ask()).value().cells_recomputed, 5U);
  EXPECT_THAT(planned(world.ask()), IsEmpty());
  expect_as_it_should_be();
}

TEST_F(Backfill, LeavesOpenDaysToThoseWhoAskForThem) {
  world.clock.set(parse_instant("2026-03-05T00:29:59Z", "test").value());
  EXPECT_EQ(why(world.ask(), cell(3, "2026-03-04")), "open: the day is not over");
  EXPECT_EQ(world.backfill(world.ask()).value().cells_recomputed, 4U);
  Ask ask = world.ask();
  ask.include_open_days = ask.plan.judge.include_open_days = true;
  EXPECT_EQ(world.backfill(ask).value().cells_recomputed, 1U);
  expect_as_it_should_be();
}

TEST_F(Backfill, WorksOffDaysInTheOrderAskedFor) {
  for (const bool newest_first : {true, false}) {
    RunWorld other;
    other.warehouse.put(world.warehouse.events());
    std::vector<std::string> order;
    Ask ask = other.ask();
    ask.options.newest_first = newest_first;
    ask.events.on_day = [&](const DayReport& report, std::size_t done, std::size_t total) {
      order.push_back(fmt::format("{} {}/{}", report.partition.to_string(), done, total));
    };
    ASSERT_TRUE(other.backfill(ask));
    if (newest_first)
      EXPECT_THAT(order, ElementsAre("2026-03-04 1/3", "2026-03-02 2/3", "2026-03-01 3/3"));
    else
      EXPECT_THAT(order, ElementsAre("2026-03-01 1/3", "2026-03-02 2/3", "2026-03-04 3/3"));
  }
}

TEST_F(Backfill, GoesOnWithTheOtherDaysWhenOneFails) {
  world.faults.inject({.at_call = 2, .method = "stage_cells", .error = refused()});  // in the newest day
  const RunReport report = world.backfill(world.ask()).value();
  EXPECT_EQ(report.status, RunStatus::kPartial);
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 published", "2026-03-02 published", "2026-03-04 failed"));
  EXPECT_THAT(report.error, HasSubstr("2026-03-04: "));
  EXPECT_THAT(report.error, HasSubstr("the statement is wrong"));
  expect_nothing_left_over(world);
  EXPECT_THAT(planned(world.ask()), ElementsAre("team 3 on 2026-03-04: missing"));
}

TEST_F(Backfill, PublishesNothingWhenTheLiveRowsChangeUnderIt) {
  publish_all();
  world.warehouse.put({view(1, "2026-03-02T15:00:00Z", "late", 20)});
  const auto ledger_before = world.warehouse.state().ledger.size();
  world.faults.inject({.method = "stage_cells", .outcome = Outcome::kSuccess, .on_fire = [&] {
                         world.warehouse.delete_rows(Target::kStats, cell(2, "2026-03-02"));
                       }});
  const RunReport report = world.backfill(world.ask()).value();
  EXPECT_EQ(report.status, RunStatus::kFailed);
  EXPECT_THAT(report.error, HasSubstr("the gate refused web_pre_aggregated_stats: team 2"));
  EXPECT_EQ(world.warehouse.state().ledger.size(), ledger_before);
  expect_nothing_left_over(world);
  EXPECT_EQ(world.backfill(world.ask()).value().status, RunStatus::kSucceeded);
  expect_as_it_should_be();
}

TEST_F(Backfill, CountsAnEventThatArrivesMeanwhileNextTime) {
  for (const char* moment :
       {"counts_by_partition", "ledger", "build_sessions", "stage_cells", "replace_partition", "record"}) {
    RunWorld other;
    other.warehouse.put(world.warehouse.events());
    other.faults.inject({.method = moment, .outcome = Outcome::kSuccess, .on_fire = [&] {
                           other.warehouse.put({view(1, "2026-03-01T16:00:00Z", "meanwhile", 40)});
                         }});
    ASSERT_EQ(other.backfill(other.ask()).value().status, RunStatus::kSucceeded) << moment;
    ASSERT_TRUE(other.backfill(other.ask())) << moment;
    expect_matches_model(other, other.ask().window, {team(1), team(2), team(3)});
    expect_ledger_and_targets_agree(other);
  }
}

}  // namespace
}  // namespace gapless
