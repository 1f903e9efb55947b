// Teams spread over several servers: each has its own, all are worked on at once, and what moves is never without figures.
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "query/coverage.h"
#include "run/shards_world.h"
#include "run/take_over.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kTeams = 12;
const DayRange kDays{Day::from_sys_days(std::chrono::year{2026} / 3 / 1),
                     Day::from_sys_days(std::chrono::year{2026} / 3 / 2)};

void put_views_of_all(ShardsWorld& world, DayRange days = kDays) {
  std::uint64_t number = 0;
  for (Day on = days.first; on <= days.last; on = on + 1)
    for (std::uint64_t id = 1; id <= kTeams; ++id)
      world.put({view(id, on.to_string() + "T10:00:00Z", "s", ++number + id),
                 view(id, on.to_string() + "T10:05:00Z", "s", 1000 + number, "/more")});
}

Teams all_teams() {
  Teams teams;
  for (std::uint64_t id = 1; id <= kTeams; ++id) teams.push_back(team(id));
  return teams;
}

Ask ask_of(const RunWorld& world) {
  Ask made = world.ask();
  made.window = kDays;
  return made;
}

/// Those that are the third's where there are three.
Teams moving_to_the_third() {
  Teams moving = all_teams();
  std::erase_if(moving, [](TeamId one) { return Shards::of(3, "test").value().shard_of(one) != 2; });
  return moving;
}

/// Published over two.
struct Grown : ShardsWorld {
  explicit Grown(Failing failing = Failing::kAlone) : ShardsWorld(2, failing) {
    EXPECT_TRUE(worked_on->write_meta({kept.store_id().value(), "here", 2}, {}));
    put_views_of_all(*this);
    EXPECT_EQ(backfill(ask_of(*this)).value().status, RunStatus::kSucceeded);
    expect_teams_on_their_shards(*this, kDays);
  }
};

std::vector<std::string> states_of(const Plan& plan, TeamId team) {
  std::vector<std::string> states;
  for (const PlannedCell& planned : plan.cells)
    if (planned.cell().team == team)
      states.push_back(fmt::format("{} {} {}{}", planned.cell().day.to_string(), planned.cell().shard,
                                   name(planned.judgement.state), planned.judgement.is_due() ? ", due" : ""));
  return states;
}

TEST(ShardedRuns, GiveEachShardItsTeamsAndSayWhatEachDid) {
  ShardsWorld world(3);
  put_views_of_all(world);
  const RunReport report = world.backfill(ask_of(world)).value();
  EXPECT_EQ(report.status, RunStatus::kSucceeded);
  EXPECT_THAT(days_of(report),
              ElementsAre("2026-03-01 published", "2026-03-02 published", "2026-03-01/1/0 published",
                          "2026-03-02/1/0 published", "2026-03-01/2/0 published", "2026-03-02/2/0 published"));
  expect_teams_on_their_shards(world, kDays);
  ASSERT_THAT(report.shards, SizeIs(3));
  std::uint64_t cells = 0;
  for (const ShardShare& share : report.shards) {
    EXPECT_EQ(share.partitions, 2U);
    cells += share.cells;
  }
  EXPECT_EQ(cells, 2 * kTeams);
  expect_nothing_left_over(world);
  EXPECT_EQ(world.backfill(ask_of(world)).value().status, RunStatus::kNothingToDo);
  EXPECT_THAT(world.kept.cached_partitions("web_pre_aggregated_stats").value(), SizeIs(2))
      << "each is kept by its own name";
  EXPECT_THAT(world.kept.cached_partitions("web_pre_aggregated_stats of shard 2").value(), SizeIs(2));
}

TEST(ShardedRuns, KeepEachShardBusyWithAsManyPartitionsAsOneServer) {
  ShardsWorld world(3);
  const DayRange days{kDays.first, kDays.first + 3};
  put_views_of_all(world, days);
  Ask ask = world.ask();
  std::mutex mutex;
  std::condition_variable all_are_busy;
  std::size_t now = 0, most = 0;
  ask.events.on_step = [&](Day, std::string_view step) {
    if (step != "look") return;
    std::unique_lock lock(mutex);
    most = std::max(most, ++now);
    all_are_busy.notify_all();
    all_are_busy.wait_for(lock, std::chrono::seconds(10), [&] { return most == 3; });
  };
  ask.events.on_day = [&](const DayReport&, std::size_t, std::size_t) {
    const std::lock_guard lock(mutex);
    --now;
  };
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kSucceeded);
  EXPECT_EQ(most, 3U) << "one partition on each at a time";
  expect_teams_on_their_shards(world, days);
}

TEST(ShardedRuns, AreTheSourcesOnce) {
  ShardsWorld world(3);
  put_views_of_all(world);
  world.backfill(ask_of(world)).value();
  for (std::uint32_t shard = 0; shard < 3; ++shard) world.on(shard).faults().forget_calls();
  world.faults.forget_calls();
  world.observe_and_plan(ask_of(world)).value();
  const auto first = world.faults.calls(), second = world.on(1).faults().calls(), third = world.on(2).faults().calls();
  EXPECT_EQ(std::ranges::count(first, "source_inventory"), 1);
  EXPECT_THAT(second, Each(testing::AnyOf("ledger", "target_inventory")));
  EXPECT_EQ(second, third);
  EXPECT_EQ(std::ranges::count(first, "ledger"), std::ranges::count(second, "ledger"));
  EXPECT_EQ(std::ranges::count(first, "target_inventory"), std::ranges::count(second, "target_inventory"));
}

TEST(AnotherShard, IsGivenWhatIsItsAndNothingElseChanges) {
  Grown world;
  const FakeWarehouseState before[] = {world.on(0).state(), world.on(1).state()};
  world.spread_over(3);
  const Plan plan = world.observe_and_plan(ask_of(world)).value();
  const Teams moving = moving_to_the_third();
  ASSERT_THAT(moving, testing::Not(IsEmpty()));
  for (const TeamId team : all_teams()) {
    const std::uint32_t was = Shards::of(2, "test").value().shard_of(team);
    if (std::ranges::find(moving, team) == moving.end())
      EXPECT_THAT(states_of(plan, team), Each(testing::EndsWith(" fresh"))) << team.value();
    else
      EXPECT_THAT(states_of(plan, team),
                  ElementsAre(fmt::format("2026-03-01 {} orphaned, due", was), "2026-03-01 2 missing, due",
                              fmt::format("2026-03-02 {} orphaned, due", was), "2026-03-02 2 missing, due"));
  }
  EXPECT_THAT(shrinking_cells(plan, 10), IsEmpty()) << "nothing is lost";

  EXPECT_EQ(world.backfill(ask_of(world)).value().status, RunStatus::kSucceeded);
  expect_teams_on_their_shards(world, kDays);
  for (std::uint32_t shard = 0; shard < 2; ++shard)
    for (const TeamId team : all_teams())
      if (std::ranges::find(moving, team) == moving.end())
        for (Day on = kDays.first; on <= kDays.last; on = on + 1) {
          FakeWarehouse was;
          was.set_shard(shard, Shards::of(2, "test").value());
          was.restore(before[shard]);
          EXPECT_TRUE(world.on(shard).rows(Target::kStats, Cell{team, on, shard}) ==
                      was.rows(Target::kStats, Cell{team, on, shard}));
        }
  expect_nothing_left_over(world);
  const Plan after = world.observe_and_plan(ask_of(world)).value();
  EXPECT_EQ(after.cells.size(), plan.cells.size() - 2 * moving.size()) << "of what went no trace is judged";
  EXPECT_EQ(after.summary().at(CellState::kFresh), 2 * kTeams);
  EXPECT_EQ(world.backfill(ask_of(world)).value().status, RunStatus::kNothingToDo);
}

TEST(AnotherShard, IsFilledFromAllOfThemWhereThereAreManyMore) {
  ShardsWorld world(1);
  put_views_of_all(world);
  world.backfill(ask_of(world)).value();
  world.spread_over(4);
  Ask ask = ask_of(world);
  ask.options.max_concurrent = 2;
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kSucceeded) << "most of the cells go, and none is lost";
  expect_teams_on_their_shards(world, kDays);
  expect_nothing_left_over(world);
}

TEST(AnotherShard, ThatFailsLeavesEverythingWhereItWas) {
  Grown world;
  world.spread_over(3);
  world.on(2).faults().inject({.at_call = 1, .method = "record", .error = refused(), .persistent = true});
  const RunReport report = world.backfill(ask_of(world)).value();
  EXPECT_EQ(report.status, RunStatus::kFailed);
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 skipped", "2026-03-02 skipped", "2026-03-01/1/0 skipped",
                                           "2026-03-02/1/0 skipped", "2026-03-01/2/0 failed", "2026-03-02/2/0 failed"));
  EXPECT_THAT(report.days.front().error, HasSubstr("what moved from here stays: 2026-03-01/2/0 was not published"));
  expect_nobody_without_figures(world, kDays, all_teams());
  world.on(2).faults().revive();
  EXPECT_EQ(world.backfill(ask_of(world)).value().status, RunStatus::kSucceeded);
  expect_teams_on_their_shards(world, kDays);
}

TEST(AnotherShard, KeepsNothingThatTheSourceNoLongerHasWithoutAWord) {
  Grown world;
  world.spread_over(3);
  const Teams moving = moving_to_the_third();
  ASSERT_GE(2 * moving.size(), 5U);
  world.remove_events([&](const ModelEvent& event) { return std::ranges::binary_search(moving, event.team); });
  const Plan plan = world.observe_and_plan(ask_of(world)).value();
  EXPECT_THAT(shrinking_cells(plan, 10), SizeIs(2 * moving.size())) << "orphaned there, and nothing to build here";
  EXPECT_EQ(world.backfill(ask_of(world)).value().status, RunStatus::kFailed);
  expect_nobody_without_figures(world, kDays, all_teams());
  Ask ask = ask_of(world);
  ask.options.allow_shrink = true;
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kSucceeded);
  expect_teams_on_their_shards(world, kDays);
}

TEST(AnotherShard, TakesNothingAwayThatAChoiceOfStatesLeavesUnbuilt) {
  Grown world;
  world.spread_over(3);
  Ask ask = ask_of(world);
  ask.plan.states = {CellState::kOrphaned};
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kNothingToDo);
  ask.plan.states = {CellState::kMissing};
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kSucceeded);
  expect_nobody_without_figures(world, kDays, all_teams());
  ask.plan.states = {CellState::kOrphaned};
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kSucceeded);
  expect_teams_on_their_shards(world, kDays);
}

TEST(AnotherShard, DoesNotHaveTheFiguresWhoseEventsAreGoneAndReportsReadThemWhereTheyAre) {
  ShardsWorld world(2);
  const DayRange days{kDays.first, kDays.first + 3};
  put_views_of_all(world, days);
  world.backfill(world.ask()).value();
  world.remove_events([](const ModelEvent& event) { return Day::of(event.at) == kDays.first; });
  world.spread_over(3);
  EXPECT_EQ(world.backfill(world.ask()).value().status, RunStatus::kSucceeded);
  const TeamId moved = moving_to_the_third().front();
  const std::uint32_t was = Shards::of(2, "test").value().shard_of(moved);
  // The window of a day reaches two days back.
  const Plan plan = world.observe_and_plan(world.ask()).value();
  EXPECT_THAT(states_of(plan, moved),
              ElementsAre(fmt::format("2026-03-01 {} expired", was), "2026-03-01 2 expired",
                          fmt::format("2026-03-02 {} expired", was), "2026-03-02 2 expired",
                          fmt::format("2026-03-03 {} expired", was), "2026-03-03 2 expired", "2026-03-04 2 fresh"));

  const CoverageRequest request{moved, days, days.last};
  const Coverage seen = look_at_coverage(*world.worked_on, world.store, request, world.definition, {}).value();
  const Coverage read = on_one_shard(seen, 2).value();
  EXPECT_EQ(read.shard, was);
  EXPECT_THAT(read.of(DaySource::kTarget), ElementsAre(days.first, days.first + 1, days.first + 2));
  EXPECT_THAT(read.of(DaySource::kRaw), ElementsAre(days.last)) << "its events are on every server";
  Coverage last = seen;
  std::erase_if(last.answers, [&](const auto& one) { return one.first != days.last; });
  EXPECT_EQ(on_one_shard(last, 2).value().shard, 2U);
  EXPECT_THAT(on_one_shard(last, 2).value().of(DaySource::kRaw), IsEmpty());
  Coverage torn = seen;
  torn.answers[days.first].shard = 1 - was;
  EXPECT_THAT(on_one_shard(torn, 2).error().message,
              AllOf(HasSubstr("shard 0"), HasSubstr("shard 1"), HasSubstr("apart")));
}

TEST(AnotherShard, IsWrittenDownByTheFirstRunThatPublishes) {
  Grown world;
  world.spread_over(3);
  EXPECT_FALSE(world.worked_on->meta({}).value()->is_on_every_shard);
  world.observe_and_plan(ask_of(world)).value();
  EXPECT_EQ(world.worked_on->meta({}).value()->shards, 2U) << "to look changes nothing";
  world.backfill(ask_of(world)).value();
  EXPECT_TRUE(world.worked_on->meta({}).value()->is_on_every_shard);
  world.on(0).set_shard(0, Shards::of(2, "test").value());
  EXPECT_EQ(world.on(0).meta({}).error().fault, Fault::kConflict) << "who knows of fewer is refused";
}

TEST(OneShardDown, IsAFailureToLookThatNamesIt) {
  Grown world;
  world.on(1).faults().inject({.at_call = 1, .error = {Fault::kUnavailable, 0, "unreachable"}, .persistent = true});
  const auto plan = world.observe_and_plan(ask_of(world));
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, AllOf(HasSubstr("shard 1 (ch1)"), HasSubstr("unreachable")));
  EXPECT_THAT(world.recover(ask_of(world), world.store).error().message, HasSubstr("shard 1 (ch1)"));
}

TEST(OneShardDown, DuringARunLeavesTheOthersAtWork) {
  ShardsWorld world(2);
  put_views_of_all(world);
  world.on(1).faults().inject(
      {.at_call = 1, .method = "create_staging", .error = {Fault::kUnavailable, 0, "unreachable"}, .persistent = true});
  const RunReport report = world.backfill(ask_of(world)).value();
  EXPECT_EQ(report.status, RunStatus::kPartial);
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 published", "2026-03-02 published", "2026-03-01/1/0 failed",
                                           "2026-03-02/1/0 failed"));
  world.on(1).faults().revive();
  EXPECT_EQ(world.backfill(ask_of(world)).value().status, RunStatus::kSucceeded);
  expect_teams_on_their_shards(world, kDays);
}

TEST(SeveralShards, AreOneStoresOrNobodys) {
  Grown world;
  ASSERT_TRUE(world.on(1).write_meta({"another", "there", 2}, {}));
  const auto meta = world.worked_on->meta({});
  ASSERT_FALSE(meta);
  EXPECT_EQ(meta.error().fault, Fault::kConflict);
  EXPECT_THAT(meta.error().message, AllOf(HasSubstr("shard 1 (ch1)"), HasSubstr("store another")));
  const TakeOverReport taken = take_over(*world.worked_on, world.store, 2, {}).value();
  EXPECT_EQ(world.worked_on->meta({}).value()->store_id, taken.store_id);
}

TEST(SeveralShards, InAnotherOrderAreRefused) {
  Grown world;
  ShardedWarehouse turned({{&world.on(1), "ch1"}, {&world.on(0), "ch0"}});
  world.on(1).set_shard(0, world.shards());
  world.on(0).set_shard(1, world.shards());
  const auto meta = turned.meta({});
  ASSERT_FALSE(meta);
  EXPECT_EQ(meta.error().fault, Fault::kConflict);
}

/// From two to three, failing at every call: nobody is ever without figures, and the next backfill finishes it.
TEST(FaultsWhileTeamsMove, LoseNothing) {
  std::size_t calls = 0;
  {
    Grown world(Failing::kTogether);
    world.spread_over(3);
    world.faults.forget_calls();
    world.backfill(ask_of(world)).value();
    calls = world.faults.calls().size();
    ASSERT_GT(calls, 100U);
  }
  // Workers are several, so that none may die: a failure that does not end is as good.
  for (const Effect effect : {Effect::kNone, Effect::kWhole})
    for (std::size_t call = 1; call <= calls && !testing::Test::HasFailure(); call += 9) {
      SCOPED_TRACE(fmt::format("call {}", call));
      Grown world(Failing::kTogether);
      world.spread_over(3);
      world.faults.forget_calls();
      world.faults.inject({.at_call = call, .effect = effect, .error = connection_lost(), .persistent = true});
      (void)world.backfill(ask_of(world));
      world.faults.revive();
      expect_nobody_without_figures(world, kDays, all_teams());
      ASSERT_TRUE(world.recover(ask_of(world), world.store));
      expect_nobody_without_figures(world, kDays, all_teams());
      const auto report = world.backfill(ask_of(world));
      ASSERT_TRUE(report) << report.error().message;
      EXPECT_TRUE(report->status == RunStatus::kSucceeded || report->status == RunStatus::kNothingToDo)
          << report->error;
      expect_teams_on_their_shards(world, kDays);
      expect_nothing_left_over(world);
    }
}

}  // namespace
}  // namespace gapless
