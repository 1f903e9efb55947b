#include "cli/progress.h"

#include <gtest/gtest.h>

#include "cli/memory_file.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;
using Unit = ProgressState::Unit;

TEST(ShownProgress, shows_share_rate_and_time_left) {
  const ProgressState state{"backfill", Unit::kDays, 12, 30, milliseconds(4000), "2026-03-01 build"};
  EXPECT_EQ(progress_bar(state),
            "backfill  ████████░░░░░░░░░░░░  12 of 30 days  40 %  3.0 days/s  0:06 left  2026-03-01 build");
  EXPECT_EQ(progress_line(state), "backfill: 12 of 30 days, 40 %, 3.0 days/s, 0:06 left");
}

TEST(ShownProgress, counts_bytes_of_an_unknown_number) {
  const ProgressState state{"-", Unit::kBytes, 3 << 20, std::nullopt, milliseconds(1000), ""};
  EXPECT_EQ(progress_bar(state), "-  3.0 MiB  3.0 MiB/s");
}

TEST(ShownProgress, has_no_rate_before_anything_is_done) {
  EXPECT_EQ(progress_bar({"backfill", Unit::kDays, 0, 1, milliseconds(9000), ""}),
            "backfill  ░░░░░░░░░░░░░░░░░░░░  0 of 1 day  0 %");
}

TEST(ShownProgress, names_slow_days_by_their_time) {
  EXPECT_EQ(progress_line({"backfill", Unit::kDays, 2, 4, milliseconds(24'000), ""}),
            "backfill: 2 of 4 days, 50 %, 12.0 s a day, 0:24 left");
}

TEST(ShownProgress, leaves_the_terminal_as_it_was) {
  MemoryFile file;
  Console console(file.get(), {true, false, 80});
  {
    ProgressDisplay progress(console, "load", Unit::kBytes, ProgressDisplay::Lines::kNowAndThen);
    progress.update(0, 1024, "");
  }
  EXPECT_EQ(file.content(), "load  ░░░░░░░░░░░░░░░░░░░░  0 B of 1.0 KiB  0 %\r\x1b[2K");
}

TEST(ShownProgress, is_silent_elsewhere_when_it_is_quick) {
  MemoryFile file;
  Console console(file.get(), {});
  ProgressDisplay progress(console, "load", Unit::kBytes, ProgressDisplay::Lines::kNowAndThen);
  progress.update(1024, 1024, "");
  EXPECT_EQ(file.content(), "");
}

}  // namespace
}  // namespace gapless
