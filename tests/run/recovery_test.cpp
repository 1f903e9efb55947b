// What a new process makes of what a dead one left.
#include <unistd.h>

#include <algorithm>

#include "run/journal.h"
#include "run/tier.h"
#include "support/live_parts.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using namespace std::chrono_literals;

/// A backfill that dies in a call of the method.
void die_in(TierWorld& world, const std::string& method, std::uint64_t call, Effect effect) {
  world.faults.inject({.at_call = call, .method = method, .effect = effect, .outcome = Outcome::kDeath});
  EXPECT_THROW((void)world.backfill(tier_ask(world)), FakeDeath);
  world.faults.revive();
}

struct Death {
  const char* method;
  std::uint64_t call;
  Effect effect;
  std::size_t redone;
  std::size_t discarded;
  std::size_t swept;
};
void PrintTo(const Death& death, std::ostream* out) { *out << death.method << " " << death.call; }

class RecoveryFrom : public testing::TestWithParam<Death> {};

TEST_P(RecoveryFrom, RedoesWhatWasBeingPublishedAndDiscardsTheRest) {
  TierWorld world;
  die_in(world, GetParam().method, GetParam().call, GetParam().effect);
  const std::string dead_run = world.kept.runs(1).value().at(0).id;
  EXPECT_EQ(world.kept.run(dead_run).value().value().status, RunStatus::kRunning);

  const RecoveryReport report = world.recover(tier_ask(world), world.store).value();
  EXPECT_EQ(report.redone, GetParam().redone);
  EXPECT_EQ(report.discarded, GetParam().discarded);
  EXPECT_EQ(report.swept, GetParam().swept);
  EXPECT_THAT(report.interrupted_runs, ElementsAre(dead_run));
  const RunRecord record = world.kept.run(dead_run).value().value();
  EXPECT_EQ(record.status, RunStatus::kInterrupted);
  EXPECT_TRUE(record.finished_at.has_value());
  EXPECT_THAT(record.error, HasSubstr("ended without finishing"));
  expect_good_after_recovery(world);
}

INSTANTIATE_TEST_SUITE_P(
    Deaths, RecoveryFrom,
    testing::Values(
        Death{"begin_run", 1, Effect::kWhole, 0, 0, 0}, Death{"create_staging", 1, Effect::kHalf, 0, 1, 0},
        Death{"build_sessions", 2, Effect::kHalf, 0, 1, 0}, Death{"staged", 3, Effect::kNone, 0, 1, 0},
        Death{"drop_partition", 1, Effect::kNone, 1, 0, 0}, Death{"drop_partition", 1, Effect::kWhole, 1, 0, 0},
        Death{"replace_partition", 1, Effect::kNone, 1, 0, 0}, Death{"replace_partition", 1, Effect::kHalf, 1, 0, 0},
        Death{"replace_partition", 1, Effect::kWhole, 1, 0, 0}, Death{"replace_partition", 2, Effect::kHalf, 1, 0, 0},
        Death{"record", 2, Effect::kNone, 1, 0, 0}, Death{"record", 2, Effect::kWhole, 1, 0, 0},
        Death{"erase_journal", 2, Effect::kNone, 1, 0, 0}, Death{"erase_journal", 2, Effect::kWhole, 0, 0, 1}));

TEST(Recovery, OfNothingDoesNothing) {
  TierWorld world;
  const RecoveryReport report = world.recover(tier_ask(world), world.store).value();
  EXPECT_EQ(report.redone + report.discarded + report.swept, 0U);
  EXPECT_THAT(report.interrupted_runs, testing::IsEmpty());
}

TEST(Recovery, ShowsNoReaderHalfAReplacementAfterwards) {
  TierWorld world;
  die_in(world, "replace_partition", 1, Effect::kHalf);
  const auto parts = [&] { return live_parts(world.warehouse, Target::kStats, {0, day("2026-03-02"), 0}); };
  EXPECT_THAT(parts(), SizeIs(testing::Gt(1))) << "old and new stand side by side";
  ASSERT_TRUE(world.recover(tier_ask(world), world.store));
  EXPECT_THAT(parts(), SizeIs(1));
}

TEST(Recovery, RedoesNothingInOtherTeamBucketsThanItWasStagedIn) {
  TierWorld world;
  die_in(world, "replace_partition", 1, Effect::kHalf);
  const auto entries = world.kept.journal().value();
  ASSERT_THAT(entries, SizeIs(1));
  Publication staged = decode_publication(entries[0].payload).value();
  EXPECT_EQ(staged.team_buckets, 1U);
  staged.team_buckets = 8;
  JournalEntry of_others = entries[0];
  of_others.payload = encode(staged);
  ASSERT_TRUE(world.kept.write_journal(of_others));
  const auto before = world.warehouse.state().parts_made;
  const auto refused = world.recover(tier_ask(world), world.store);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("in 8 team buckets, and the targets are in 1 now"));
  EXPECT_EQ(world.warehouse.state().parts_made, before);
  EXPECT_THAT(world.warehouse.list_staging({}).value(), SizeIs(1)) << "nothing is thrown away";
  ASSERT_TRUE(world.kept.write_journal(entries[0]));
  EXPECT_EQ(world.recover(tier_ask(world), world.store).value().redone, 1U);
}

TEST(Recovery, LeavesARunAloneThatIsStillAtWork) {
  TierWorld world;
  MortalStore alive(world.kept, world.faults, getpid());
  bool looked = false;
  world.faults.inject({.method = "replace_partition", .outcome = Outcome::kSuccess, .on_fire = [&] {
                         const auto staging = world.warehouse.state().staging.size();
                         FaultInjector none;
                         MortalStore other(world.kept, none, kGonePid);
                         const RecoveryReport report = world.recover(tier_ask(world), other).value();
                         EXPECT_EQ(report.redone + report.discarded + report.swept, 0U);
                         EXPECT_EQ(world.warehouse.state().staging.size(), staging);
                         EXPECT_THAT(world.kept.leases().value(), SizeIs(1));
                         looked = true;
                       }});
  EXPECT_EQ(world.backfill(tier_ask(world), alive).value().status, RunStatus::kSucceeded);
  EXPECT_TRUE(looked);
}

TEST(Recovery, LeavesTheStagingOfAnotherStoreAlone) {
  TierWorld world;
  const StagingId staging{"fedcba9876543210", 1, {0, day("2026-03-01"), 0}};
  ASSERT_TRUE(world.warehouse.create_staging(staging, {}));
  EXPECT_EQ(world.recover(tier_ask(world), world.store).value().swept, 0U);
  EXPECT_THAT(world.warehouse.list_staging({}).value(), ElementsAre(staging));
}

TEST(Recovery, IsVoidWhereTheDayWasPublishedAgainSince) {
  TierWorld world;
  die_in(world, "record", 2, Effect::kNone);
  // By another store, say, with higher fences: what it published is not undone.
  const std::vector<JournalEntry> journal = world.kept.journal().value();
  ASSERT_THAT(journal, SizeIs(1));
  std::vector<LedgerRow> newer =
      world.warehouse.ledger({day("2026-03-02"), day("2026-03-02")}, std::nullopt, {}).value();
  for (LedgerRow& row : newer) row.fence = journal.at(0).fence + 1;
  ASSERT_TRUE(world.warehouse.record(newer, world.definition, {}));
  const auto parts_made = world.warehouse.state().parts_made;
  const RecoveryReport report = world.recover(tier_ask(world), world.store).value();
  EXPECT_EQ(report.redone, 0U);
  EXPECT_EQ(report.discarded, 1U);
  EXPECT_EQ(world.warehouse.state().parts_made, parts_made);
  expect_nothing_left_over(world);
}

TEST(Recovery, WhoseStagingIsGoneLeavesItToTheNextBackfill) {
  TierWorld world;
  die_in(world, "replace_partition", 1, Effect::kWhole);  // stats hold what was staged, bounces do not
  const auto staging = world.warehouse.list_staging({}).value();
  ASSERT_THAT(staging, SizeIs(1));
  ASSERT_TRUE(world.warehouse.drop_staging(staging.at(0), {}));  // by hand
  const RecoveryReport report = world.recover(tier_ask(world), world.store).value();
  EXPECT_EQ(report.redone, 0U);
  EXPECT_EQ(report.discarded, 1U);
  const auto planned = to_recompute(world.observe_and_plan(tier_ask(world)).value());
  EXPECT_THAT(planned, testing::Contains("team 2 on 2026-03-02: damaged"));
  ASSERT_EQ(world.backfill(tier_ask(world)).value().status, RunStatus::kSucceeded);
  expect_matches_model(world, world.ask().window, kTierTeams);
  expect_ledger_and_targets_agree(world);
}

TEST(Recovery, WhoseStagingIsGoneDropsTheOldPartsBesideTheNew) {
  TierWorld world;
  die_in(world, "replace_partition", 3, Effect::kHalf);  // the last target: old and new side by side, all of the new
  const Partition partition{0, day("2026-03-02"), 0};
  ASSERT_THAT(live_parts(world.warehouse, Target::kBreakdowns, partition), SizeIs(2));
  ASSERT_TRUE(world.warehouse.drop_staging(world.warehouse.list_staging({}).value().at(0), {}));  // by hand
  ASSERT_TRUE(world.recover(tier_ask(world), world.store));
  EXPECT_THAT(live_parts(world.warehouse, Target::kBreakdowns, partition), SizeIs(1));
  EXPECT_THAT(to_recompute(world.observe_and_plan(tier_ask(world)).value()),
              testing::Not(testing::Contains(testing::HasSubstr("2026-03-02"))))
      << "nothing is left to do, since all that was staged was there";
  expect_ledger_and_targets_agree(world);
}

TEST(Recovery, OfOneDayThatFailsDoesNotKeepTheOthersFromIt) {
  TierWorld world;
  Ask ask = tier_ask(world);
  world.faults.inject({.method = "record", .error = refused(), .persistent = true});
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kFailed);
  EXPECT_THAT(world.kept.journal().value(), SizeIs(3)) << "every day was replaced, and none recorded";
  world.faults.clear();
  world.faults.inject({.method = "record", .error = refused()});  // of the first, once
  EXPECT_FALSE(world.recover(ask, world.store));
  EXPECT_THAT(world.kept.journal().value(), SizeIs(1)) << "what could be done was done";
  expect_good_after_recovery(world);
}

TEST(Recovery, IsPartOfTakingTheDay) {
  TierWorld world;
  const Plan plan = world.observe_and_plan(tier_ask(world)).value();
  die_in(world, "replace_partition", 1, Effect::kHalf);
  world.store_clock.advance(2h);  // its lease expires; nobody calls recover()
  const RunReport report = world.run(plan, tier_ask(world)).value();
  EXPECT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  expect_matches_model(world, world.ask().window, kTierTeams);
  expect_rows_unchanged(world, tier().before, kTierOthers);
  expect_ledger_and_targets_agree(world);
  EXPECT_THAT(world.kept.journal().value(), testing::IsEmpty());
}

TEST(Recovery, LeavesAloneWhatWasLeftInAnotherWarehouseOfTheStore) {
  TierWorld world;
  const std::string store_id = world.kept.store_id().value();
  ASSERT_TRUE(world.warehouse.write_meta({store_id, "host", 1, "one"}, {}));
  die_in(world, "replace_partition", 1, Effect::kHalf);
  ASSERT_EQ(world.kept.journal().value().at(0).warehouse, "one");
  ASSERT_TRUE(world.warehouse.write_meta({store_id, "host", 1, "another"}, {}));
  const RecoveryReport elsewhere = world.recover(tier_ask(world), world.store).value();
  EXPECT_EQ(elsewhere.redone + elsewhere.discarded, 0U);
  EXPECT_THAT(elsewhere.interrupted_runs, SizeIs(1)) << "the run is over all the same";
  EXPECT_THAT(world.kept.journal().value(), SizeIs(1));

  ASSERT_TRUE(world.warehouse.write_meta({store_id, "host", 1, "one"}, {}));
  EXPECT_EQ(world.recover(tier_ask(world), world.store).value().redone, 1U);
  expect_good_after_recovery(world);
}

TEST(Recovery, ByTheOnlyOneAtWorkTakesEveryOtherForDead) {
  TierWorld world;
  FaultInjector faults;
  MortalStore with_a_pid_that_lives(world.kept, world.faults, getppid());
  world.faults.inject({.method = "replace_partition", .effect = Effect::kHalf, .outcome = Outcome::kDeath});
  EXPECT_THROW((void)world.backfill(tier_ask(world), with_a_pid_that_lives), FakeDeath);
  world.faults.revive();
  Ask ask = tier_ask(world);
  EXPECT_EQ(world.recover(ask, world.store).value().redone, 0U) << "it may be at work";
  ask.options.exclusive = true;
  EXPECT_EQ(world.recover(ask, world.store).value().redone, 1U);
  expect_good_after_recovery(world);
}

}  // namespace
}  // namespace gapless
