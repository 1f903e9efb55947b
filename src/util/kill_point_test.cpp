#include "util/kill_point.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <thread>

namespace gapless {
namespace {

constexpr int kLived = 7;

/// Runs in a process of its own, which ends with kLived if nothing kills it.
[[noreturn]] void pass_points(const char* asked) {
  if (asked != nullptr) setenv("GAPLESS_KILL_AT", asked, 1);
  kill_point("first");
  kill_point("each_", "stats");
  std::jthread([] { kill_point("each_", "bounces"); }).join();
  kill_point("first");
  std::_Exit(kLived);
}

TEST(KillPointDeathTest, KillsAtTheNamedPoint) {
  for (const char* asked : {"first", "first:1", "first:2", "each_stats", "each_bounces"})
    EXPECT_EXIT(pass_points(asked), testing::KilledBySignal(SIGKILL), "") << asked;
}

TEST(KillPointDeathTest, PassesByWhatIsNotNamed) {
  for (const char* asked : {"", "first:3", "first:0", "firs", "first_", "each_", "stats", "each_stats:2"})
    EXPECT_EXIT(pass_points(asked), testing::ExitedWithCode(kLived), "") << asked;
  EXPECT_EXIT(pass_points(nullptr), testing::ExitedWithCode(kLived), "");
}

}  // namespace
}  // namespace gapless
