#include "run/expiry.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

Day day(const char* text) { return *Day::parse(text, "test"); }
DayRange range(const char* first, const char* last) { return {day(first), day(last)}; }

struct ExpiryCase {
  const char* name;
  const char* day;
  std::optional<DayRange> source;
  std::optional<DayRange> published;
  bool expired;
  Retention kept = {};
};

class Expiry : public testing::TestWithParam<ExpiryCase> {};

TEST_P(Expiry, IsDecidedByWhatTheSourceStillHolds) {
  const auto& one = GetParam();
  const auto why = expired_because(day(one.day), {one.source, 10}, one.published, one.kept);
  EXPECT_EQ(why.has_value(), one.expired);
  if (why) {
    EXPECT_NE(why->find("2026-03-10"), std::string::npos) << *why;
  }
}

const auto kSource = range("2026-03-10", "2026-03-20");

INSTANTIATE_TEST_SUITE_P(
    Days, Expiry,
    testing::ValuesIn<ExpiryCase>({
        {"nothing_published", "2026-03-10", kSource, std::nullopt, false},
        {"source_begins_where_the_rollup_does", "2026-03-10", kSource, range("2026-03-10", "2026-03-20"), false},
        {"rollup_begins_later", "2026-03-10", kSource, range("2026-03-15", "2026-03-20"), false},
        {"first_day_of_a_cut_source", "2026-03-10", kSource, range("2026-03-09", "2026-03-20"), true},
        {"second_day_of_a_cut_source", "2026-03-11", kSource, range("2026-03-09", "2026-03-20"), true},
        {"third_day_is_whole", "2026-03-12", kSource, range("2026-03-09", "2026-03-20"), false},
        {"before_the_source", "2026-03-01", kSource, range("2026-02-01", "2026-03-20"), true},
        {"before_what_is_kept", "2026-03-11", kSource, kSource, true, {day("2026-03-10"), {}}},
        {"needs_no_more_than_is_kept", "2026-03-12", kSource, kSource, false, {day("2026-03-10"), {}}},
        {"kept_from_counts_for_what_was_never_built",
         "2026-03-11",
         kSource,
         std::nullopt,
         true,
         {day("2026-03-10"), {}}},
        {"before_the_figures_that_are_kept", "2026-03-09", std::nullopt, std::nullopt, true, {{}, day("2026-03-10")}},
        {"first_of_the_figures_that_are_kept", "2026-03-10", kSource, std::nullopt, false, {{}, day("2026-03-10")}},
        {"no_source", "2026-03-10", std::nullopt, range("2026-02-01", "2026-03-20"), false},
    }),
    [](const auto& test) { return test.param.name; });

TEST(Keeping, IsPastForItsAgeAndNothingElse) {
  EXPECT_FALSE(is_past_keeping(day("2026-03-09"), {day("2026-03-20"), {}}));
  EXPECT_TRUE(is_past_keeping(day("2026-03-09"), {{}, day("2026-03-10")}));
  EXPECT_FALSE(is_past_keeping(day("2026-03-10"), {{}, day("2026-03-10")}));
}

}  // namespace
}  // namespace gapless
