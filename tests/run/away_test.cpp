// The state store is away, for longer than leases last, at any moment of a backfill; then it is back, and the run goes on.
#include <fmt/format.h>

#include <algorithm>

#include "run/tier.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using namespace std::chrono_literals;

struct Away {
  const char* name;
  Effect effect;
  Outcome outcome;
};
void PrintTo(const Away& away, std::ostream* out) { *out << away.name; }

class AwayTier : public testing::TestWithParam<Away> {
 protected:
  /// Nothing that a reader sees changes without a lease. Plans of later injections go before these.
  static void watch_publications(TierWorld& world) {
    for (const char* method : {"replace_partition", "drop_partition", "record"})
      world.faults.inject(
          {.method = method, .outcome = Outcome::kSuccess, .persistent = true, .on_fire = [&world, method] {
             EXPECT_FALSE(world.kept.leases().value().empty()) << method << " without a lease";
           }});
  }
};

TEST_P(AwayTier, IsMadeGoodByTheRunItself) {
  const auto& calls = tier().calls;
  const auto first_lease = static_cast<std::size_t>(std::ranges::find(calls, "take_lease") - calls.begin());
  int broken = 0;
  const std::vector<std::size_t> chosen = calls_to_fail(calls.size(), GetParam().name);
  for (const std::size_t call : chosen) {
    if (broken == 5) break;
    const int failures_before = failures_so_far();
    SCOPED_TRACE(fmt::format("away at call {} ({}) of {}", call, calls[call - 1], calls.size()));
    TierWorld world;
    watch_publications(world);
    world.faults.inject({.at_call = call,
                         .effect = GetParam().effect,
                         .outcome = GetParam().outcome,
                         .error = {Fault::kUnavailable, 0, "the store cannot be reached"},
                         .on_fire = [&] { world.store_clock.advance(2h); }});
    const auto report = world.backfill(tier_ask(world));
    // A call that waited until the store was back: the run has lost its lease, and does not mind.
    if (GetParam().outcome == Outcome::kSuccess && call > first_lease) {
      ASSERT_TRUE(report) << report.error().message;
      EXPECT_EQ(report->error, "");
      EXPECT_EQ(report->status, RunStatus::kSucceeded) << report->reason;
      EXPECT_TRUE(partitions_of(world.warehouse.state()) == tier().will_be);
      EXPECT_EQ(world.kept.journal().value().size(), 0U);
      EXPECT_EQ(world.warehouse.state().staging.size(), 0U);
    }
    expect_each_partition_old_or_new(world, tier().was, tier().will_be);
    expect_good_after_recovery(world);
    broken += failures_so_far() > failures_before ? 1 : 0;
  }
  count_cases(chosen.size());
}

INSTANTIATE_TEST_SUITE_P(Ways, AwayTier,
                         testing::Values(Away{"and_waited_for", Effect::kWhole, Outcome::kSuccess},
                                         Away{"and_said_so", Effect::kNone, Outcome::kError},
                                         Away{"after_the_effect", Effect::kWhole, Outcome::kError}),
                         kCaseName);

}  // namespace
}  // namespace gapless
