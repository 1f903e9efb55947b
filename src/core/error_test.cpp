#include "core/error.h"

#include <gtest/gtest.h>

#include <string>

#include "support/case_name.h"

namespace gapless {
namespace {

struct Decision {
  const char* name;
  Error error;
  bool retryable;
  bool splittable;
  bool outcome_unknown;
};
class Decisions : public testing::TestWithParam<Decision> {};

TEST_P(Decisions, FollowFromFaultAndCode) {
  EXPECT_EQ(GetParam().error.retryable(), GetParam().retryable);
  EXPECT_EQ(GetParam().error.splittable(), GetParam().splittable);
  EXPECT_EQ(GetParam().error.outcome_unknown(), GetParam().outcome_unknown);
}

INSTANTIATE_TEST_SUITE_P(Error, Decisions,
                         testing::ValuesIn<Decision>({
                             {"unavailable", {Fault::kUnavailable, 0, ""}, true, false, false},
                             {"timeout", {Fault::kTimeout, 159, ""}, true, false, true},
                             {"overload", {Fault::kOverload, 202, ""}, true, false, false},
                             {"memory", {Fault::kOverload, 241, ""}, true, true, false},
                             {"allocation", {Fault::kOverload, 173, ""}, true, true, false},
                             {"large_result", {Fault::kOverload, 396, ""}, false, false, false},
                             {"full_disk", {Fault::kUnavailable, 243, ""}, false, false, false},
                             {"network", {Fault::kUnavailable, 210, ""}, true, false, true},
                             {"keeper", {Fault::kUnavailable, 999, ""}, true, false, true},
                             {"bad_query", {Fault::kBadQuery, 62, ""}, false, false, false},
                             {"conflict", {Fault::kConflict, 0, ""}, false, false, false},
                             {"corrupt", {Fault::kCorrupt, 27, ""}, false, false, false},
                             {"cancelled", {Fault::kCancelled, 394, ""}, false, false, false},
                             {"invalid_input", {Fault::kInvalidInput, 0, ""}, false, false, false},
                             {"internal", {Fault::kInternal, 0, ""}, false, false, false},
                         }),
                         kCaseName);

TEST(Error, KeepsFaultAndCodeUnderMoreContext) {
  const Error error = with_context("day 2026-03-01", {Fault::kOverload, 241, "memory limit exceeded"});
  EXPECT_EQ(error.fault, Fault::kOverload);
  EXPECT_EQ(error.code, 241);
  EXPECT_EQ(error.message, "day 2026-03-01: memory limit exceeded");
}

Status passes_on(Status status) {
  GAPLESS_TRY(status);
  return {};
}

Result<int> doubled(Result<int> number) {
  GAPLESS_ASSIGN(const int value, std::move(number));
  return 2 * value;
}

TEST(Error, IsPassedOnByTheMacros) {
  EXPECT_TRUE(passes_on({}));
  EXPECT_EQ(passes_on(fail(Fault::kConflict, "held")).error().message, "held");
  EXPECT_EQ(doubled(21).value(), 42);
  EXPECT_EQ(doubled(fail(Fault::kTimeout, "late", 159)).error().code, 159);
}

}  // namespace
}  // namespace gapless
