#include "run/pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless {
namespace {

using testing::DoubleNear;
using testing::Optional;

std::map<Partition, std::uint64_t> days_with(std::vector<std::uint64_t> cells) {
  std::map<Partition, std::uint64_t> days;
  Day day = Day::parse("2026-03-01", "test").value();
  for (const std::uint64_t count : cells) {
    days.emplace(Partition{0, day, 0}, count);
    day = day + 1;
  }
  return days;
}

TEST(Pace, IsNotKnownBeforeAnythingWasPublished) { EXPECT_EQ(seconds_to_build(days_with({1}), {}, 1), std::nullopt); }

struct Case {
  const char* what;
  std::vector<PartitionCost> past;
  std::vector<std::uint64_t> cells;
  std::size_t at_once;
  double seconds;
};

TEST(Pace, FollowsTheDaysOfLate) {
  const Case cases[] = {
      {"nothing to do", {{10, 2}}, {}, 1, 0},
      {"a day like the one before", {{10, 2}}, {10}, 1, 2},
      {"days that all took alike", {{10, 2}, {10, 4}}, {1, 100}, 1, 6},
      {"half a second a day and a tenth a cell", {{10, 1.5}, {30, 3.5}}, {1, 50}, 1, 0.6 + 5.5},
      {"two at a time", {{10, 1.5}, {30, 3.5}}, {10, 10, 10, 10}, 2, 3},
      {"fewer days than may be built at once", {{10, 1.5}, {30, 3.5}}, {10}, 4, 1.5},
      {"larger days that were quicker tell nothing of cells", {{10, 3}, {30, 1}}, {10, 30}, 1, 4},
      {"no time below zero", {{10, 0.1}, {20, 3.1}}, {10}, 1, 3.2 / 2 / 15 * 10},
  };
  for (const Case& one : cases)
    EXPECT_THAT(seconds_to_build(days_with(one.cells), one.past, one.at_once), Optional(DoubleNear(one.seconds, 1e-9)))
        << one.what;
}

}  // namespace
}  // namespace gapless
