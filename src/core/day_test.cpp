#include "core/day.h"

#include <date/date.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/case_name.h"

namespace gapless {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Day day(std::string_view text) { return Day::parse(text, "test").value(); }
Instant instant(std::string_view text) { return parse_instant(text, "test").value(); }

struct AcceptedDayCase {
  const char* text;
  int number;
  const char* partition_id;
};
class AcceptedDay : public testing::TestWithParam<AcceptedDayCase> {};

TEST_P(AcceptedDay, IsTheDay) {
  const auto parsed = Day::parse(GetParam().text, "--from");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->number(), GetParam().number);
  EXPECT_EQ(parsed->to_string(), GetParam().text);
  EXPECT_EQ(parsed->partition_id(), GetParam().partition_id);
  EXPECT_EQ(parsed->start(), Instant(std::chrono::days(GetParam().number)));
}

INSTANTIATE_TEST_SUITE_P(Day, AcceptedDay,
                         testing::ValuesIn<AcceptedDayCase>({
                             {"1970-01-03", 2, "19700103"},
                             {"1972-02-29", 789, "19720229"},
                             {"2000-02-29", 11016, "20000229"},
                             {"2024-02-29", 19782, "20240229"},
                             {"2026-03-01", 20513, "20260301"},
                             {"2026-12-31", 20818, "20261231"},
                             {"2106-02-04", 49707, "21060204"},
                         }));

struct RejectedText {
  const char* name;
  std::string_view text;
  const char* why = "is not";
};
class RejectedDay : public testing::TestWithParam<RejectedText> {};

TEST_P(RejectedDay, IsAnErrorThatNamesTheTextAndItsOrigin) {
  const auto parsed = Day::parse(GetParam().text, "--from");
  ASSERT_FALSE(parsed) << "accepted as " << parsed->to_string();
  EXPECT_EQ(parsed.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(parsed.error().message, HasSubstr("'" + std::string(GetParam().text) + "'"));
  EXPECT_THAT(parsed.error().message, HasSubstr("(from --from)"));
  EXPECT_THAT(parsed.error().message, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Day, RejectedDay,
                         testing::ValuesIn<RejectedText>({
                             {"empty", ""},
                             {"word", "yesterday"},
                             {"no_leap_day", "2023-02-29"},
                             {"no_leap_day_in_2100", "2100-02-29"},
                             {"april_31", "2026-04-31"},
                             {"month_0", "2026-00-10"},
                             {"month_13", "2026-13-01"},
                             {"day_0", "2026-03-00"},
                             {"day_32", "2026-03-32"},
                             {"short_month", "2026-3-01"},
                             {"short_day", "2026-03-1"},
                             {"long_year", "02026-03-01"},
                             {"sign", "+2026-03-01"},
                             {"slashes", "2026/03/01"},
                             {"no_dashes", "20260301"},
                             {"only_a_month", "2026-03"},
                             {"dash_at_the_end", "2026-03-"},
                             {"trailing_text", "2026-03-01x"},
                             {"trailing_space", "2026-03-01 "},
                             {"leading_space", " 2026-03-01"},
                             {"trailing_time", "2026-03-01T00:00:00Z"},
                             {"zero_byte", std::string_view("2026-03-01\0", 11)},
                             {"full_width_digits", "２０２６-03-01"},
                             {"before_the_range", "1970-01-02", "outside 1970-01-03 to 2106-02-04"},
                             {"before_the_epoch", "1969-12-31", "outside 1970-01-03 to 2106-02-04"},
                             {"after_the_range", "2106-02-05", "outside 1970-01-03 to 2106-02-04"},
                             {"year_0", "0000-01-01", "outside 1970-01-03 to 2106-02-04"},
                             {"year_9999", "9999-12-31", "outside 1970-01-03 to 2106-02-04"},
                         }),
                         kCaseName);

TEST(Day, HoldsItsInstantsFromTheFirstMicrosecondToTheLast) {
  EXPECT_EQ(Day::of(day("2026-03-01").start()), day("2026-03-01"));
  EXPECT_EQ(Day::of(day("2026-03-02").start() - 1us), day("2026-03-01"));
  EXPECT_EQ(Day::of(day("2026-03-02").start()), day("2026-03-02"));
}

TEST(Day, OfAnInstantOutsideTheRangeIsTheNearestDayInIt) {
  EXPECT_EQ(Day::of(Instant{}), day("1970-01-03"));
  EXPECT_EQ(Day::of(Instant{-1us}), day("1970-01-03"));
  EXPECT_EQ(Day::of(Instant::min()), day("1970-01-03"));
  EXPECT_EQ(Day::of(instant("2106-02-05T00:00:00Z")), day("2106-02-04"));
  EXPECT_EQ(Day::of(Instant::max()), day("2106-02-04"));
}

TEST(Day, CountsAcrossMonthsAndYears) {
  EXPECT_EQ(day("2024-02-28") + 2, day("2024-03-01"));
  EXPECT_EQ(day("2026-01-01") - 1, day("2025-12-31"));
  EXPECT_EQ(day("2026-03-01") - day("2026-02-01"), 28);
  EXPECT_LT(day("2025-12-31"), day("2026-01-01"));
}

RC_GTEST_PROP(Day, ReadsWhatItWritesAsTheDateLibraryDoes, ()) {
  const int number = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(2, 49708));
  const Day one = Day::from_sys_days(std::chrono::sys_days(std::chrono::days(number)));
  RC_ASSERT(one.to_string() == date::format("%F", date::sys_days(date::days(number))));
  RC_ASSERT(Day::parse(one.to_string(), "text").value() == one);
}

TEST(DayRange, HoldsBothEnds) {
  const auto range = DayRange::make(day("2026-02-27"), day("2026-03-02"));
  ASSERT_TRUE(range);
  EXPECT_EQ(range->size(), 4);
  EXPECT_TRUE(range->contains(day("2026-02-27")));
  EXPECT_TRUE(range->contains(day("2026-03-02")));
  EXPECT_FALSE(range->contains(day("2026-02-26")));
  EXPECT_FALSE(range->contains(day("2026-03-03")));
  EXPECT_EQ(range->to_string(), "2026-02-27 to 2026-03-02");
}

TEST(DayRange, OfOneDayIsThatDay) {
  const auto range = DayRange::make(day("2026-03-01"), day("2026-03-01"));
  ASSERT_TRUE(range);
  EXPECT_EQ(range->size(), 1);
  EXPECT_EQ(range->to_string(), "2026-03-01");
}

TEST(DayRange, CannotEndBeforeItBegins) {
  const auto range = DayRange::make(day("2026-03-02"), day("2026-03-01"));
  ASSERT_FALSE(range);
  EXPECT_EQ(range.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(range.error().message, HasSubstr("2026-03-01 is before the first day 2026-03-02"));
}

struct AcceptedInstantCase {
  const char* text;
  const char* written;
};
class AcceptedInstant : public testing::TestWithParam<AcceptedInstantCase> {};

TEST_P(AcceptedInstant, IsWrittenInUtc) {
  const auto parsed = parse_instant(GetParam().text, "GAPLESS_NOW");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(format_instant(*parsed), GetParam().written);
}

INSTANTIATE_TEST_SUITE_P(Instant, AcceptedInstant,
                         testing::ValuesIn<AcceptedInstantCase>({
                             {"2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"},
                             {"2026-03-01T23:59:59Z", "2026-03-01T23:59:59Z"},
                             {"2026-03-01t12:30:00z", "2026-03-01T12:30:00Z"},
                             {"2026-03-01T12:30:00.5Z", "2026-03-01T12:30:00.500000Z"},
                             {"2026-03-01T12:30:00.000001Z", "2026-03-01T12:30:00.000001Z"},
                             {"2026-03-01T12:30:00.999999Z", "2026-03-01T12:30:00.999999Z"},
                             {"2026-03-01T12:30:00.000000Z", "2026-03-01T12:30:00Z"},
                             {"2026-03-01T12:30:00+00:00", "2026-03-01T12:30:00Z"},
                             {"2026-03-01T12:30:00-00:00", "2026-03-01T12:30:00Z"},
                             {"2026-03-01T01:00:00+05:45", "2026-02-28T19:15:00Z"},
                             {"2025-12-31T22:00:00-03:00", "2026-01-01T01:00:00Z"},
                             {"2026-03-01T01:00:00.25+01:00", "2026-03-01T00:00:00.250000Z"},
                             {"2026-03-01T00:00:00+23:59", "2026-02-28T00:01:00Z"},
                             {"1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.900000Z"},
                             {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
                             {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
                         }));

class RejectedInstant : public testing::TestWithParam<RejectedText> {};

TEST_P(RejectedInstant, IsAnErrorThatNamesTheTextAndItsOrigin) {
  const auto parsed = parse_instant(GetParam().text, "GAPLESS_NOW");
  ASSERT_FALSE(parsed) << "accepted as " << format_instant(*parsed);
  EXPECT_EQ(parsed.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(parsed.error().message, HasSubstr("'" + std::string(GetParam().text) + "' is not an instant"));
  EXPECT_THAT(parsed.error().message, HasSubstr("(from GAPLESS_NOW)"));
}

INSTANTIATE_TEST_SUITE_P(Instant, RejectedInstant,
                         testing::ValuesIn<RejectedText>({
                             {"empty", ""},
                             {"only_a_day", "2026-03-01"},
                             {"no_zone", "2026-03-01T12:30:00"},
                             {"no_seconds", "2026-03-01T12:30Z"},
                             {"space_for_t", "2026-03-01 12:30:00Z"},
                             {"no_real_date", "2026-02-30T12:30:00Z"},
                             {"hour_24", "2026-03-01T24:00:00Z"},
                             {"minute_60", "2026-03-01T12:60:00Z"},
                             {"leap_second", "2016-12-31T23:59:60Z"},
                             {"short_hour", "2026-03-01T1:30:00Z"},
                             {"point_without_fraction", "2026-03-01T12:30:00.Z"},
                             {"seven_digits", "2026-03-01T12:30:00.1234567Z"},
                             {"comma_fraction", "2026-03-01T12:30:00,5Z"},
                             {"offset_without_colon", "2026-03-01T12:30:00+0100"},
                             {"offset_of_a_day", "2026-03-01T12:30:00+24:00"},
                             {"offset_minute_60", "2026-03-01T12:30:00+01:60"},
                             {"zone_name", "2026-03-01T12:30:00UTC"},
                             {"zone_twice", "2026-03-01T12:30:00Z+01:00"},
                             {"trailing_text", "2026-03-01T12:30:00Zx"},
                             {"trailing_space", "2026-03-01T12:30:00Z "},
                             {"leading_space", " 2026-03-01T12:30:00Z"},
                             {"seconds_since_1970", "1772323200"},
                         }),
                         kCaseName);

RC_GTEST_PROP(Instant, ReadsWhatItWrites, ()) {
  // The years 0 to 9999, which four digits can write.
  const auto micros = rc::gen::inRange(-62'167'219'200'000'000, 253'402'300'800'000'000);
  const Instant one{std::chrono::microseconds(*rc::gen::resize(rc::kNominalSize, micros))};
  RC_ASSERT(parse_instant(format_instant(one), "text").value() == one);
}

}  // namespace
}  // namespace gapless
