#include "util/retry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

namespace gapless {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct CeilingCase {
  std::uint32_t attempt;
  milliseconds base;
  milliseconds max;
  milliseconds ceiling;
};
void PrintTo(const CeilingCase& one, std::ostream* out) {
  *out << "attempt " << one.attempt << " of base " << one.base.count() << " ms, at most " << one.max.count() << " ms";
}

class RetryCeiling : public testing::TestWithParam<CeilingCase> {};

TEST_P(RetryCeiling, DoublesFromTheBaseUpToTheLongestDelay) {
  RetryPolicy policy;
  policy.base_delay = GetParam().base;
  policy.max_delay = GetParam().max;
  EXPECT_EQ(policy.ceiling(GetParam().attempt), GetParam().ceiling);
}

INSTANTIATE_TEST_SUITE_P(
    Attempts, RetryCeiling,
    testing::Values(CeilingCase{2, 60s, 15min, 60s}, CeilingCase{3, 60s, 15min, 2min}, CeilingCase{4, 60s, 15min, 4min},
                    CeilingCase{5, 60s, 15min, 8min}, CeilingCase{6, 60s, 15min, 15min},
                    CeilingCase{7, 60s, 15min, 15min}, CeilingCase{UINT32_MAX, 60s, 15min, 15min},
                    CeilingCase{1, 60s, 15min, 60s}, CeilingCase{2, 60s, 10s, 10s}, CeilingCase{9, 0s, 15min, 0s},
                    CeilingCase{3, 1ms, 15min, 2ms},
                    CeilingCase{200, 1ms, milliseconds(INT64_MAX / 2), milliseconds(INT64_MAX / 2)}));

TEST(RetryPolicy, WaitsByDefaultAsTheManualSays) {
  const RetryPolicy policy;
  EXPECT_EQ(policy.attempts, 3U);
  EXPECT_EQ(policy.base_delay, 60s);
  EXPECT_EQ(policy.max_delay, 15min);
}

TEST(RetryPolicy, SpreadsItsDelaysOverTheWholeRange) {
  RetryPolicy policy;
  policy.base_delay = 1000ms;
  std::mt19937 generator(7);
  milliseconds shortest = milliseconds::max();
  milliseconds longest = milliseconds::min();
  for (int i = 0; i < 2000; ++i) {
    const milliseconds delay = policy.delay(3, generator);
    shortest = std::min(shortest, delay);
    longest = std::max(longest, delay);
  }
  EXPECT_GE(shortest, 0ms);
  EXPECT_LT(shortest, 20ms);
  EXPECT_LE(longest, 2000ms);
  EXPECT_GT(longest, 1980ms);
}

TEST(RetryPolicy, WithoutABaseDelayDoesNotWait) {
  RetryPolicy policy;
  policy.base_delay = 0ms;
  std::mt19937 generator(7);
  for (std::uint32_t attempt = 2; attempt < 10; ++attempt) EXPECT_EQ(policy.delay(attempt, generator), 0ms);
}

}  // namespace
}  // namespace gapless
