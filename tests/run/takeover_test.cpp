// A process is paused so long that another takes its place, and then goes on as if nothing had happened.
#include <fmt/format.h>
#include <unistd.h>

#include "run/take_over.h"
#include "run/tier.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using namespace std::chrono_literals;

/// The other process: its own calls never fail.
class Other {
 public:
  explicit Other(RunWorld& world) : store(world.kept, faults_, kGonePid - 1) {}

 private:
  FaultInjector faults_;

 public:
  MortalStore store;
};

/// More events in every day that the paused run works on, so that what it would publish is out of date.
void put_more_events(FakeWarehouse& warehouse) {
  warehouse.put({view(1, "2026-03-01T20:00:00Z", "more", 70), view(2, "2026-03-02T20:00:00Z", "more", 71),
                 view(3, "2026-03-04T20:00:00Z", "more", 72)});
}

struct Pause {
  const char* name;
  std::int64_t pid;  ///< of the process that is paused
  bool more_events;  ///< arrive while it sleeps
};

class Takeover : public testing::TestWithParam<Pause> {};

TEST_P(Takeover, AtAnyMomentIsNotUndoneByTheOneThatWakesUp) {
  const std::size_t calls = tier().calls.size();
  int broken = 0;
  const std::vector<std::size_t> chosen = calls_to_fail(calls, GetParam().name);
  for (const std::size_t call : chosen) {
    if (broken == 5) break;
    const int failures_before = failures_so_far();
    SCOPED_TRACE(fmt::format("paused before call {} ({}) of {}", call, tier().calls[call - 1], calls));
    TierWorld world;
    Other other(world);
    MortalStore paused(world.kept, world.faults, GetParam().pid);
    bool taken_over = false;
    FakeWarehouseState after_takeover;
    world.faults.inject({.at_call = call, .outcome = Outcome::kSuccess, .on_fire = [&] {
                           world.store_clock.advance(2h);
                           if (GetParam().more_events) put_more_events(world.warehouse);
                           const auto report = world.backfill(tier_ask(world), other.store);
                           ASSERT_TRUE(report) << report.error().message;
                           ASSERT_TRUE(report->error.empty()) << report->error;
                           taken_over = true;
                           after_takeover = world.warehouse.state();
                         }});
    (void)world.backfill(tier_ask(world), paused);
    ASSERT_TRUE(taken_over);
    expect_matches_model(world, world.ask().window, kTierTeams);
    expect_rows_unchanged(world, tier().before, kTierOthers);
    expect_ledger_and_targets_agree(world);

    ASSERT_TRUE(world.recover(tier_ask(world), other.store));
    expect_matches_model(world, world.ask().window, kTierTeams);
    expect_ledger_and_targets_agree(world);
    EXPECT_EQ(world.warehouse.state().staging.size(), 0U);
    EXPECT_EQ(world.kept.journal().value().size(), 0U);
    EXPECT_THAT(to_recompute(world.observe_and_plan(tier_ask(world)).value()), testing::IsEmpty());
    broken += failures_so_far() > failures_before ? 1 : 0;
  }
  count_cases(chosen.size());
}

/// The process dies, and its state store is lost with all that it knew.
TEST(LostStore, IsFollowedByOneThatTakesOverAtAnyMoment) {
  const std::size_t calls = tier().calls.size();
  for (const Effect effect : {Effect::kNone, Effect::kWhole})
    for (const std::size_t call : calls_to_fail(calls)) {
      if (testing::Test::HasFailure()) break;
      SCOPED_TRACE(fmt::format("lost at call {} ({}) of {}, effect {}", call, tier().calls[call - 1], calls,
                               static_cast<int>(effect)));
      TierWorld world;
      world.faults.inject({.at_call = call, .effect = effect, .outcome = Outcome::kDeath});
      try {
        (void)world.backfill(tier_ask(world));
      } catch (const FakeDeath&) {
      }
      world.faults.revive();
      MemoryStateStore fresh([&] { return world.store_clock.now(); });
      const auto taken = take_over(world.warehouse, fresh, 1, {});
      ASSERT_TRUE(taken) << taken.error().message;
      EXPECT_EQ(world.warehouse.meta({}).value()->store_id, fresh.store_id().value());
      EXPECT_EQ(world.warehouse.state().staging.size(), 0U);

      // A new team's first cell, published in one table and not in the other, looks as if somebody else wrote it.
      Ask ask = tier_ask(world);
      ask.plan.judge.take_over = true;
      const auto report = world.backfill(ask, fresh);
      ASSERT_TRUE(report) << report.error().message;
      EXPECT_TRUE(report->error.empty()) << report->error;
      EXPECT_TRUE(partitions_of(world.warehouse.state()) == tier().will_be);
      expect_ledger_and_targets_agree(world);
      EXPECT_THAT(to_recompute(world.observe_and_plan(ask).value()), testing::IsEmpty());
    }
  count_cases(2 * calls_to_fail(calls).size());
}

TEST(LostStore, TwiceTakenOverHasNothingToTake) {
  TierWorld world;
  MemoryStateStore fresh([&] { return world.store_clock.now(); });
  ASSERT_TRUE(world.warehouse.write_meta({"0123456789abcdef", "elsewhere", 1}, {}));
  const TakeOverReport first = take_over(world.warehouse, fresh, 1, {}).value();
  EXPECT_EQ(first.previous.value().host, "elsewhere");
  EXPECT_FALSE(take_over(world.warehouse, fresh, 1, {}).value().previous);
}

TEST(LostStore, OfANewerLayoutIsLeftAlone) {
  TierWorld world;
  const WarehouseMeta newer{"0123456789abcdef", "elsewhere", 2};
  ASSERT_TRUE(world.warehouse.write_meta(newer, {}));
  EXPECT_EQ(take_over(world.warehouse, world.kept, 1, {}).error().fault, Fault::kConflict);
  EXPECT_EQ(world.warehouse.meta({}).value()->store_id, newer.store_id);
}

void PrintTo(const Pause& pause, std::ostream* out) { *out << pause.name; }

INSTANTIATE_TEST_SUITE_P(Pauses, Takeover,
                         testing::Values(Pause{"taken_for_alive", getpid(), false},
                                         Pause{"taken_for_alive_with_more_events", getpid(), true},
                                         Pause{"taken_for_dead", kGonePid, false},
                                         Pause{"taken_for_dead_with_more_events", kGonePid, true}),
                         kCaseName);

}  // namespace
}  // namespace gapless
