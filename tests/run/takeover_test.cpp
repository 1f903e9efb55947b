// A process is paused so long that another takes its place, and then goes on as if nothing had happened.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "run/tier.h"

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
  for (std::size_t call = 1; call <= calls && broken < 5; ++call) {
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
  std::cout << fmt::format("{} cases\n", calls);
}

constexpr auto kPauseName = [](const auto& info) { return std::string(info.param.name); };
void PrintTo(const Pause& pause, std::ostream* out) { *out << pause.name; }

INSTANTIATE_TEST_SUITE_P(Pauses, Takeover,
                         testing::Values(Pause{"taken_for_alive", getpid(), false},
                                         Pause{"taken_for_alive_with_more_events", getpid(), true},
                                         Pause{"taken_for_dead", kGonePid, false},
                                         Pause{"taken_for_dead_with_more_events", kGonePid, true}),
                         kPauseName);

}  // namespace
}  // namespace gapless
