// A backfill fails at every call that it makes, of warehouse and of store, in every way; then recovery; then what must
// be true.
#include <fmt/format.h>

#include "run/tier.h"
#include "support/case_name.h"

namespace gapless {
namespace {

struct Way {
  const char* name;
  Effect effect;
  Outcome outcome;
  Error error;
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

/// Starts a backfill that may fail, die, or go well in spite of it all.
void backfill_until_it_fails(TierWorld& world) {
  try {
    const auto report = world.backfill(tier_ask(world));
    EXPECT_TRUE(report || !report.error().message.empty());
  } catch (const FakeDeath&) {
  }
}

class FaultTier : public testing::TestWithParam<Way> {
 protected:
  /// One case a call of the backfill that goes well. Later calls that only a failing one makes are met by those that
  /// fail persistently.
  void at_every_call(bool persistent) {
    const std::size_t calls = tier().calls.size();
    ASSERT_GT(calls, 50U);
    const std::vector<std::size_t> chosen = calls_to_fail(calls, GetParam().name);
    int broken = 0;
    for (const std::size_t call : chosen) {
      if (broken == kShown) break;
      const int failures_before = failures_so_far();
      SCOPED_TRACE(fmt::format("{} at call {} ({}) of {}{}", GetParam().name, call, tier().calls[call - 1], calls,
                               persistent ? ", and ever after" : ""));
      TierWorld world;
      world.faults.inject({.at_call = call,
                           .effect = GetParam().effect,
                           .outcome = GetParam().outcome,
                           .error = GetParam().error,
                           .persistent = persistent});
      backfill_until_it_fails(world);
      // Half a REPLACE shows old and new side by side until it is redone; nothing else shows a reader a mixture.
      if (GetParam().effect != Effect::kHalf) expect_each_partition_old_or_new(world, tier().was, tier().will_be);
      expect_good_after_recovery(world);
      broken += failures_so_far() > failures_before ? 1 : 0;
    }
    count_cases(chosen.size());
  }

 private:
  static constexpr int kShown = 5;  ///< broken cases, before it gives up
};

TEST_P(FaultTier, Once) { at_every_call(false); }

/// One dies once: these ways are of the others.
class PersistentFaults : public FaultTier {};

TEST_P(PersistentFaults, AtEveryCall) { at_every_call(true); }

const std::vector<Way> kFailures = {
    {"unavailable", Effect::kNone, Outcome::kError, {Fault::kUnavailable, 0, "unreachable"}},
    {"unavailable_after_the_effect", Effect::kWhole, Outcome::kError, {Fault::kUnavailable, 0, "unreachable"}},
    {"overloaded", Effect::kNone, Outcome::kError, overloaded()},
    {"overloaded_half_way", Effect::kHalf, Outcome::kError, overloaded()},
    {"refused", Effect::kNone, Outcome::kError, refused()},
    {"timed_out_after_the_effect", Effect::kWhole, Outcome::kError, timed_out()},
    {"connection_lost_after_the_effect", Effect::kWhole, Outcome::kError, connection_lost()},
    {"connection_lost_half_way", Effect::kHalf, Outcome::kError, connection_lost()},
    {"hangs", Effect::kNone, Outcome::kHangToDeadline, {}}};
const std::vector<Way> kDeaths = {{"dies", Effect::kNone, Outcome::kDeath, {}},
                                  {"dies_half_way", Effect::kHalf, Outcome::kDeath, {}},
                                  {"dies_after_the_effect", Effect::kWhole, Outcome::kDeath, {}}};

INSTANTIATE_TEST_SUITE_P(Failures, FaultTier, testing::ValuesIn(kFailures), kCaseName);
INSTANTIATE_TEST_SUITE_P(Deaths, FaultTier, testing::ValuesIn(kDeaths), kCaseName);
INSTANTIATE_TEST_SUITE_P(Failures, PersistentFaults, testing::ValuesIn(kFailures), kCaseName);

/// Two days at once: which call fails is a matter of luck, what holds afterwards is not.
TEST(FaultTierOfTwoWorkers, FailsHereAndThere) {
  std::size_t cases = 0;
  for (const Effect effect : {Effect::kNone, Effect::kHalf, Effect::kWhole})
    for (const bool persistent : {false, true})
      for (std::size_t call = 20; call <= tier().calls.size() && !testing::Test::HasFailure(); call += 7, ++cases) {
        SCOPED_TRACE(fmt::format("effect {}, call {}, {}", static_cast<int>(effect), call,
                                 persistent ? "persistently" : "once"));
        TierWorld world;
        world.faults.inject({.at_call = call, .effect = effect, .error = connection_lost(), .persistent = persistent});
        Ask ask = tier_ask(world);
        ask.options.max_concurrent = 2;
        (void)world.backfill(ask);
        if (effect != Effect::kHalf) expect_each_partition_old_or_new(world, tier().was, tier().will_be);
        expect_good_after_recovery(world);
      }
  count_cases(cases);
}

/// The moments of a death that leave the most behind.
class RecoveryTier : public testing::TestWithParam<Way> {
 protected:
  /// The process that recovers meets the same fate, at every call of its own; then a third one comes.
  void die_again(const char* first_method, std::uint64_t first_call) {
    for (std::size_t call = 1;; call += kFaultEvery) {
      SCOPED_TRACE(fmt::format("dead in {} {}, then {} at call {} of recovery", first_method, first_call,
                               GetParam().name, call));
      TierWorld world;
      world.faults.inject(
          {.at_call = first_call, .method = first_method, .effect = Effect::kHalf, .outcome = Outcome::kDeath});
      backfill_until_it_fails(world);
      ASSERT_TRUE(world.faults.dead());
      world.faults.revive();
      world.faults.forget_calls();
      world.faults.inject(
          {.at_call = call, .effect = GetParam().effect, .outcome = GetParam().outcome, .error = GetParam().error});
      try {
        world.recover(tier_ask(world), world.store).has_value();
      } catch (const FakeDeath&) {
      }
      const bool reached = world.faults.calls().size() >= call;
      expect_good_after_recovery(world);
      if (!reached || HasFailure()) return;
      ++cases_;
    }
  }
  void TearDown() override { count_cases(cases_); }

 private:
  std::size_t cases_ = 0;
};

TEST_P(RecoveryTier, FailsAtEveryCallOfRecovery) {
  for (std::uint64_t call = 1; call <= 4; ++call) die_again("replace_partition", call);
  for (std::uint64_t call = 1; call <= 2; ++call) die_again("drop_partition", call);
  for (std::uint64_t call = 1; call <= 3; ++call) die_again("record", call);
  for (std::uint64_t call = 1; call <= 3; ++call) die_again("stage_cells", call);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, RecoveryTier,
    testing::Values(Way{"dies", Effect::kNone, Outcome::kDeath, {}},
                    Way{"dies_half_way", Effect::kHalf, Outcome::kDeath, {}},
                    Way{"dies_after_the_effect", Effect::kWhole, Outcome::kDeath, {}},
                    Way{"connection_lost_half_way", Effect::kHalf, Outcome::kError, connection_lost()},
                    Way{"unavailable", Effect::kNone, Outcome::kError, {Fault::kUnavailable, 0, "unreachable"}}),
    kCaseName);

}  // namespace
}  // namespace gapless
