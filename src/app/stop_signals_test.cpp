#include "app/stop_signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <future>

namespace gapless {
namespace {

/// In a process of its own: the signals stay blocked there, and a second one ends it.
void receive(int signals) {
  std::promise<int> first;
  StopSignals stop([&](int signal) { first.set_value(signal); });
  if (stop.received() || stop.token().stop_requested()) _exit(1);
  kill(getpid(), SIGTERM);
  if (first.get_future().get() != SIGTERM || stop.received() != SIGTERM || !stop.token().stop_requested()) _exit(2);
  if (signals == 2) {
    kill(getpid(), SIGINT);
    pause();
  }
  _exit(0);
}

TEST(StopSignals, turn_the_first_signal_into_a_request) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(receive(1), testing::ExitedWithCode(0), "");
}

TEST(StopSignals, end_the_process_at_the_second) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(receive(2), testing::ExitedWithCode(130), "");
}

TEST(StopSignals, end_without_a_signal) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        {
          const StopSignals stop([](int) {});
        }
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace gapless
