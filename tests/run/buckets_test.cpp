// Where the teams of a day lie in several partitions: each is leased, built, published and recovered by itself.
#include <algorithm>

#include "run/lease_keeper.h"
#include "run/run_world.h"
#include "support/live_parts.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

/// Teams 1 to 4 on two days, in three buckets: 1 and 4 share one.
class Buckets : public testing::Test {
 protected:
  Buckets() {
    world.warehouse.set_team_buckets(TeamBuckets::of(3, "test").value());
    std::uint64_t number = 0;
    for (const char* on : {"2026-03-01", "2026-03-02"})
      for (std::uint64_t id = 1; id <= 4; ++id)
        world.warehouse.put({view(id, std::string(on) + "T10:00:00Z", "s", ++number),
                             view(id, std::string(on) + "T10:05:00Z", "s", ++number, "/more")});
  }

  Ask ask() const {
    Ask made = world.ask();
    made.window = {day("2026-03-01"), day("2026-03-02")};
    return made;
  }
  RunReport backfill(const Ask& how) { return world.backfill(how).value(); }
  std::vector<std::vector<LivePart>> parts(std::string_view on) {
    std::vector<std::vector<LivePart>> all;
    for (const Partition& one : world.warehouse.team_buckets().partitions_of(day(on)))
      all.push_back(live_parts(world.warehouse, Target::kStats, one));
    return all;
  }

  RunWorld world;
};

TEST_F(Buckets, AreBuiltOneByOneAndHoldWhatADayWouldHold) {
  const RunReport report = backfill(ask());
  EXPECT_THAT(days_of(report),
              ElementsAre("2026-03-01 published", "2026-03-01/0/1 published", "2026-03-01/0/2 published",
                          "2026-03-02 published", "2026-03-02/0/1 published", "2026-03-02/0/2 published"));
  EXPECT_EQ(report.cells_recomputed, 8U);
  expect_matches_model(world, ask().window, {team(1), team(2), team(3), team(4)});
  expect_ledger_and_targets_agree(world);
  expect_nothing_left_over(world);
  EXPECT_EQ(backfill(ask()).status, RunStatus::kNothingToDo);
}

TEST_F(Buckets, OfOtherTeamsAreNotTouchedByARepair) {
  backfill(ask());
  const auto before = parts("2026-03-01");
  world.warehouse.put({view(4, "2026-03-01T20:00:00Z", "late", 900)});
  const RunReport report = backfill(ask());
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01/0/1 published"));
  EXPECT_EQ(report.cells_recomputed, 1U);
  const auto after = parts("2026-03-01");
  EXPECT_EQ(after.at(0), before.at(0));
  EXPECT_NE(after.at(1), before.at(1));
  EXPECT_EQ(after.at(2), before.at(2));
  expect_matches_model(world, ask().window, {team(1), team(2), team(3), team(4)});
}

TEST_F(Buckets, CountAsOneDayWhereDaysAreLimited) {
  Ask few = ask();
  few.options.max_days = 1;
  EXPECT_THAT(days_of(backfill(few)),
              ElementsAre("2026-03-02 published", "2026-03-02/0/1 published", "2026-03-02/0/2 published"));
}

TEST_F(Buckets, AreEstimatedByWhatEachCopies) {
  backfill(ask());
  world.warehouse.put({view(4, "2026-03-01T20:00:00Z", "late", 900)});
  const Plan plan = world.observe_and_plan(ask()).value();
  const Partition partition{0, day("2026-03-01"), 1};
  EXPECT_THAT(estimate(plan).cells_by_partition, ElementsAre(std::pair(partition, 1U)));
  EXPECT_EQ(estimate(plan).most_bytes, bytes_to_build(plan.live_bytes.at(partition), 3));
}

/// What was published of another bucket of the day since says nothing of this one.
TEST_F(Buckets, AreRedoneWhateverWasPublishedOfOthersSince) {
  world.faults.inject({.method = "record", .effect = Effect::kNone, .outcome = Outcome::kDeath});
  Ask first = ask();
  first.teams = Teams{team(4)};
  first.window = {day("2026-03-01"), day("2026-03-01")};
  EXPECT_THROW((void)world.backfill(first), FakeDeath);
  world.faults.revive();
  Executor executor(world.warehouse, world.kept, world.clock, world.definition);
  Ask other = first;
  other.teams = Teams{team(2)};
  const Plan plan = world.observe_and_plan(other, world.kept).value();
  ASSERT_EQ(executor.run(plan, {"other", "manual", "command"}, other.options, {}).value().status,
            RunStatus::kSucceeded);
  EXPECT_EQ(world.recover(first, world.store).value().redone, 1U);
  expect_matches_model(world, first.window, {team(2), team(4)});
  expect_ledger_and_targets_agree(world);
}

TEST_F(Buckets, AreNotBegunWhileSomebodyHasAllOfThem) {
  const Lease all = std::get<Lease>(world.kept.take_lease(resource_of(Partition::all()), "rebuild-1", 1h).value());
  const Plan plan = world.observe_and_plan(ask()).value();
  const RunReport report = world.run(plan, ask()).value();
  EXPECT_EQ(report.status, RunStatus::kSkipped);
  EXPECT_THAT(report.days.at(0).error, HasSubstr("held by run rebuild-1"));
  EXPECT_EQ(world.kept.leases().value().size(), 1U) << "what was taken for a moment is given back";
  Ask all_or_none = ask();
  all_or_none.options.on_conflict = OnConflict::kFail;
  EXPECT_THAT(world.run(plan, all_or_none).value().error, HasSubstr("rebuild-1"));
  ASSERT_TRUE(world.kept.release_lease(all));
  EXPECT_EQ(backfill(ask()).status, RunStatus::kSucceeded);
}

/// A rebuild that was stopped for so long that it lost its lease finds its tables gone: it cannot exchange them any more.
TEST_F(Buckets, AreBegunWithoutWhatALostRebuildHasStaged) {
  const StagingId staging{world.kept.store_id().value(), 1, Partition::all()};
  ASSERT_TRUE(world.warehouse.create_staging(staging, {}));
  RunRecord rebuild;
  rebuild.id = "rebuild-1";
  rebuild.job = "rebuild";
  rebuild.pid = getpid();
  rebuild.host = "elsewhere";
  ASSERT_TRUE(world.kept.begin_run(rebuild));
  ASSERT_TRUE(world.kept.write_journal(
      {"rebuild-1", std::string(kRollup), Partition::all(), 1, JournalPhase::kBuilding, "", ""}));
  const Plan plan = world.observe_and_plan(ask()).value();
  EXPECT_EQ(world.run(plan, ask()).value().status, RunStatus::kSucceeded);
  EXPECT_THAT(world.warehouse.state().staging, IsEmpty());
  EXPECT_THAT(world.kept.journal().value(), IsEmpty());
}

TEST_F(Buckets, ThatWereRebuiltSinceAreRefused) {
  const Plan plan = world.observe_and_plan(ask()).value();
  world.faults.inject({.method = "check_partitioning",
                       .outcome = Outcome::kError,
                       .error = Error{Fault::kConflict, 0, "rebuilt since"}});
  const RunReport report = world.run(plan, ask()).value();
  EXPECT_EQ(report.status, RunStatus::kPartial);
  EXPECT_THAT(report.error, HasSubstr("rebuilt since"));
  EXPECT_THAT(world.kept.journal().value(), IsEmpty());
}

}  // namespace
}  // namespace gapless
