#include "core/clock.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace gapless {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, TellsTheTimeOfThisMachine) {
  const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const Instant now = SystemClock().now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

TEST(ManualClock, StandsStillUntilItIsMoved) {
  const Instant start{1'772'323'200s};
  ManualClock clock(start);
  EXPECT_EQ(clock.now(), start);
  EXPECT_EQ(clock.now(), start);
  clock.advance(1h);
  EXPECT_EQ(clock.now(), start + 1h);
  clock.advance(1us);
  EXPECT_EQ(clock.now(), start + 1h + 1us);
  clock.set(start - 1s);
  EXPECT_EQ(clock.now(), start - 1s);
}

TEST(ManualClock, LosesNoMoveOfAnyThread) {
  const Instant start{};
  ManualClock clock(start);
  std::vector<std::jthread> movers;
  for (int thread = 0; thread < 4; ++thread) {
    movers.emplace_back([&clock] {
      for (int move = 0; move < 1000; ++move) clock.advance(1us);
    });
  }
  movers.clear();
  EXPECT_EQ(clock.now(), start + 4000us);
}

}  // namespace
}  // namespace gapless
