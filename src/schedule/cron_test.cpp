#include "schedule/cron.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "schedule/schedule_test_support.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using testing::HasSubstr;

/// Wall clocks are written as instants are: "2026-03-01T04:00".
LocalMinute wall(std::string_view text) {
  return LocalMinute(std::chrono::floor<std::chrono::minutes>(at(text).time_since_epoch()));
}

std::string first_ones(const CronExpression& expression, LocalMinute from, int count) {
  std::string text;
  for (int index = 0; index < count; ++index) {
    const LocalMinute found = expression.first_from(from);
    text += (text.empty() ? "" : " ") + shown(Instant(found.time_since_epoch()));
    from = found + std::chrono::minutes(1);
  }
  return text;
}

struct AcceptedCron {
  const char* text;
  const char* from;
  const char* first_three;
};
void PrintTo(const AcceptedCron& one, std::ostream* out) { *out << one.text; }
class Cron : public testing::TestWithParam<AcceptedCron> {};

TEST_P(Cron, FitsTheseMinutes) {
  const auto parsed = CronExpression::parse(GetParam().text, "test");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(first_ones(*parsed, wall(GetParam().from), 3), GetParam().first_three);
}

// 2026-03-01 is a Sunday.
INSTANTIATE_TEST_SUITE_P(
    Times, Cron,
    testing::ValuesIn<AcceptedCron>({
        {"* * * * *", "2026-03-01T23:58", "2026-03-01T23:58 2026-03-01T23:59 2026-03-02T00:00"},
        {"0 1 * * *", "2026-03-01T01:00", "2026-03-01T01:00 2026-03-02T01:00 2026-03-03T01:00"},
        {"0 1 * * *", "2026-03-01T01:01", "2026-03-02T01:00 2026-03-03T01:00 2026-03-04T01:00"},
        {"*/20 * * * *", "2026-03-01T23:21", "2026-03-01T23:40 2026-03-02T00:00 2026-03-02T00:20"},
        {"*/35 * * * *", "2026-03-01T00:01", "2026-03-01T00:35 2026-03-01T01:00 2026-03-01T01:35"},
        {"*/60 * * * *", "2026-03-01T00:01", "2026-03-01T01:00 2026-03-01T02:00 2026-03-01T03:00"},
        {"10-50/7 0 * * *", "2026-03-01T00:20", "2026-03-01T00:24 2026-03-01T00:31 2026-03-01T00:38"},
        {"59 23 * * *", "2026-02-28T23:59", "2026-02-28T23:59 2026-03-01T23:59 2026-03-02T23:59"},
        {"30 0-4,20-23/2 * * *", "2026-03-01T04:00", "2026-03-01T04:30 2026-03-01T20:30 2026-03-01T22:30"},
        {"05 08,007 * * *", "2026-03-01T00:00", "2026-03-01T07:05 2026-03-01T08:05 2026-03-02T07:05"},
        {"5,5,1-5 0 * * *", "2026-03-01T00:04", "2026-03-01T00:04 2026-03-01T00:05 2026-03-02T00:01"},
        {" 0\t1 *  * * ", "2026-03-01T00:00", "2026-03-01T01:00 2026-03-02T01:00 2026-03-03T01:00"},
    }));

INSTANTIATE_TEST_SUITE_P(
    Days, Cron,
    testing::ValuesIn<AcceptedCron>({
        {"0 0 31 * *", "2026-02-01T00:00", "2026-03-31T00:00 2026-05-31T00:00 2026-07-31T00:00"},
        {"0 0 29 2 *", "2026-03-01T00:00", "2028-02-29T00:00 2032-02-29T00:00 2036-02-29T00:00"},
        {"0 0 29 2 *", "2096-03-01T00:00", "2104-02-29T00:00 2108-02-29T00:00 2112-02-29T00:00"},
        {"0 0 29 2 */7", "2032-03-01T00:00", "2060-02-29T00:00 2088-02-29T00:00 2128-02-29T00:00"},
        {"0 0 1 jan,jul *", "2026-03-01T00:00", "2026-07-01T00:00 2027-01-01T00:00 2027-07-01T00:00"},
        {"0 0 1 MAR-May *", "2026-03-02T00:00", "2026-04-01T00:00 2026-05-01T00:00 2027-03-01T00:00"},
        {"0 0 1 */5 *", "2026-03-01T00:00", "2026-06-01T00:00 2026-11-01T00:00 2027-01-01T00:00"},
        {"0 0 1 dec *", "2026-12-01T00:01", "2027-12-01T00:00 2028-12-01T00:00 2029-12-01T00:00"},
        {"0 0 * * 0", "2026-02-28T00:00", "2026-03-01T00:00 2026-03-08T00:00 2026-03-15T00:00"},
        {"0 0 * * 7", "2026-02-28T00:00", "2026-03-01T00:00 2026-03-08T00:00 2026-03-15T00:00"},
        {"0 0 * * Sun", "2026-02-28T00:00", "2026-03-01T00:00 2026-03-08T00:00 2026-03-15T00:00"},
        {"0 0 * * mon-fri", "2026-03-06T00:00", "2026-03-06T00:00 2026-03-09T00:00 2026-03-10T00:00"},
        {"0 0 * * fri-sun", "2026-03-01T00:00", "2026-03-01T00:00 2026-03-06T00:00 2026-03-07T00:00"},
        {"0 0 * * 5-7", "2026-03-01T00:00", "2026-03-01T00:00 2026-03-06T00:00 2026-03-07T00:00"},
        {"0 0 * * sun-tue", "2026-03-01T00:00", "2026-03-01T00:00 2026-03-02T00:00 2026-03-03T00:00"},
        {"0 0 * * fri-sun/2", "2026-03-01T00:00", "2026-03-01T00:00 2026-03-06T00:00 2026-03-08T00:00"},
        {"0 0 * * 0-7/7", "2026-02-28T00:00", "2026-03-01T00:00 2026-03-08T00:00 2026-03-15T00:00"},
        {"0 0 * * wed,0", "2026-03-01T00:00", "2026-03-01T00:00 2026-03-04T00:00 2026-03-08T00:00"},
    }));

INSTANTIATE_TEST_SUITE_P(
    DayOfMonthAndDayOfWeek, Cron,
    testing::ValuesIn<AcceptedCron>({
        // Both are restricted: either is enough.
        {"30 4 1,15 * 5", "2026-03-01T00:00", "2026-03-01T04:30 2026-03-06T04:30 2026-03-13T04:30"},
        {"0 0 13 * fri", "2026-03-01T00:00", "2026-03-06T00:00 2026-03-13T00:00 2026-03-20T00:00"},
        {"0 0 1-31 * 1", "2026-03-01T00:00", "2026-03-01T00:00 2026-03-02T00:00 2026-03-03T00:00"},
        {"0 0 31 2 mon", "2026-03-01T00:00", "2027-02-01T00:00 2027-02-08T00:00 2027-02-15T00:00"},
        // One begins with a star: both must fit.
        {"0 0 */2 * mon", "2026-03-01T00:00", "2026-03-09T00:00 2026-03-23T00:00 2026-04-13T00:00"},
        {"0 0 13 * */5", "2026-03-01T00:00", "2026-03-13T00:00 2026-09-13T00:00 2026-11-13T00:00"},
        {"0 0 *,13 * fri", "2026-03-01T00:00", "2026-03-06T00:00 2026-03-13T00:00 2026-03-20T00:00"},
        // The star stands not at the beginning, so that the field counts as restricted though it allows every day.
        {"0 0 13,* * fri", "2026-03-01T00:00", "2026-03-01T00:00 2026-03-02T00:00 2026-03-03T00:00"},
    }));

INSTANTIATE_TEST_SUITE_P(Nicknames, Cron,
                         testing::ValuesIn<AcceptedCron>({
                             {"@yearly", "2026-03-01T00:00", "2027-01-01T00:00 2028-01-01T00:00 2029-01-01T00:00"},
                             {"@annually", "2026-03-01T00:00", "2027-01-01T00:00 2028-01-01T00:00 2029-01-01T00:00"},
                             {"@monthly", "2026-03-02T00:00", "2026-04-01T00:00 2026-05-01T00:00 2026-06-01T00:00"},
                             {"@weekly", "2026-03-02T00:00", "2026-03-08T00:00 2026-03-15T00:00 2026-03-22T00:00"},
                             {"@daily", "2026-03-01T00:00", "2026-03-01T00:00 2026-03-02T00:00 2026-03-03T00:00"},
                             {"@midnight", "2026-03-01T00:00", "2026-03-01T00:00 2026-03-02T00:00 2026-03-03T00:00"},
                             {"@hourly", "2026-03-01T23:01", "2026-03-02T00:00 2026-03-02T01:00 2026-03-02T02:00"},
                         }));

TEST(Cron, IsWrittenAsGivenButForSpaces) {
  EXPECT_EQ(cron(" */20\t1  * JAN mon-fri ").to_string(), "*/20 1 * JAN mon-fri");
  EXPECT_EQ(cron("@daily").to_string(), "@daily");
}

TEST(Cron, IsAtFixedTimesWhereNeitherMinuteNorHourBeginsWithAStar) {
  for (const char* text : {"0 1 * * *", "0-59 2 * * *", "0 0-23 * * *", "5,* 1 * * *", "@daily", "@weekly"})
    EXPECT_TRUE(cron(text).is_at_fixed_times()) << text;
  for (const char* text : {"* 1 * * *", "*/20 1 * * *", "0 * * * *", "0 */6 * * *", "*,5 1 * * *", "@hourly"})
    EXPECT_FALSE(cron(text).is_at_fixed_times()) << text;
}

struct RejectedCron {
  const char* name;
  std::string_view text;
  const char* why;
};
void PrintTo(const RejectedCron& one, std::ostream* out) { *out << one.text; }
class NoCron : public testing::TestWithParam<RejectedCron> {};

TEST_P(NoCron, IsAnErrorThatNamesTheTextTheProblemAndTheOrigin) {
  const auto parsed = CronExpression::parse(GetParam().text, "jobs.daily.schedule");
  ASSERT_FALSE(parsed) << "accepted as " << parsed->to_string();
  EXPECT_EQ(parsed.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(parsed.error().message, HasSubstr("'" + std::string(GetParam().text) + "' is not a cron expression: "));
  EXPECT_THAT(parsed.error().message, HasSubstr(GetParam().why));
  EXPECT_THAT(parsed.error().message, HasSubstr("(from jobs.daily.schedule)"));
}

INSTANTIATE_TEST_SUITE_P(
    Rejected, NoCron,
    testing::ValuesIn<RejectedCron>({
        {"empty", "", "it has 0 fields, and five are needed"},
        {"blank", "  ", "it has 0 fields"},
        {"word", "daily", "it has 1 field, and five are needed: minute, hour, day of month, month and day of week"},
        {"four_fields", "0 1 * *", "it has 4 fields"},
        {"six_fields", "0 0 1 * * *", "it has 6 fields"},
        {"minute_60", "60 * * * *", "in the minute '60', '60' is not allowed; allowed are 0-59,"},
        {"hour_24", "0 24 * * *", "in the hour '24', '24' is not allowed; allowed are 0-23,"},
        {"day_0", "0 0 0 * *", "in the day of month '0', '0' is not allowed; allowed are 1-31,"},
        {"day_32", "0 0 1-32 * *", "in the day of month '1-32', '32' is not allowed"},
        {"month_0", "0 0 * 0 *", "in the month '0', '0' is not allowed; allowed are 1-12 or jan-dec,"},
        {"month_13", "0 0 * 13 *", "in the month '13', '13' is not allowed"},
        {"weekday_8", "0 0 * * 8",
         "in the day of week '8', '8' is not allowed; allowed are 0-7 (0 and 7 are Sunday) or"},
        {"too_large_for_any_number", "99999999999999999999 * * * *", "'99999999999999999999' is not allowed"},
        {"sign", "+5 * * * *", "'+5' is not allowed"},
        {"negative", "-5 * * * *", "in the minute '-5', a number is missing"},
        {"no_end_of_range", "5- * * * *", "a number is missing"},
        {"long_range", "1-2-3 * * * *", "'2-3' is not allowed"},
        {"fraction", "1.5 * * * *", "'1.5' is not allowed"},
        {"letters_after_a_number", "5x * * * *", "'5x' is not allowed"},
        {"full_name_of_a_month", "0 0 * january *", "'january' is not allowed"},
        {"full_name_of_a_weekday", "0 0 * * monday", "'monday' is not allowed"},
        {"month_as_weekday", "0 0 * * jan", "in the day of week 'jan', 'jan' is not allowed"},
        {"name_as_minute", "mon * * * *", "in the minute 'mon', 'mon' is not allowed"},
        {"backwards", "50-10 * * * *", "the range '50-10' ends before it begins"},
        {"backwards_to_0", "5-0 * * * *", "the range '5-0' ends before it begins"},
        {"backwards_by_name", "0 0 * * sat-mon", "the range 'sat-mon' ends before it begins"},
        {"step_without_range", "5/15 * * * *", "the step of '5/15' has no range: write '5-59/15'"},
        {"step_0", "*/0 * * * *", "the step '0' is not a positive number"},
        {"step_missing", "*/ * * * *", "the step '' is not a positive number"},
        {"step_negative", "*/-5 * * * *", "the step '-5' is not a positive number"},
        {"step_by_name", "0 0 * * */tue", "the step 'tue' is not a positive number"},
        {"two_steps", "*/5/2 * * * *", "the step '5/2' is not a positive number"},
        {"range_from_a_star", "*-5 * * * *", "'*' is not allowed"},
        {"number_after_a_star", "*5 * * * *", "'*5' is not allowed"},
        {"comma_at_the_end", "1, * * * *", "in the minute '1,', an entry of the list is empty"},
        {"comma_at_the_beginning", ",1 * * * *", "an entry of the list is empty"},
        {"two_commas", "1,,2 * * * *", "an entry of the list is empty"},
        {"random", "6~15 * * * *", "'6~15' asks for a time at random"},
        {"question_mark", "0 0 ? * 1", "'?' is not allowed"},
        {"last_day", "0 0 L * *", "'L' is not allowed"},
        {"second_monday", "0 0 * * 1#2", "'1#2' is not allowed"},
        {"line_break", "0 1 * *\n*", "it has 4 fields"},
        {"zero_byte", std::string_view("0\0 1 * * *", 10), "in the minute"},
        {"february_31", "0 0 31 2 *", "no year has such a day"},
        {"february_30", "0 0 30 feb *", "no year has such a day"},
        {"31_in_short_months", "0 0 31 2,4,6,9,11 *", "no year has such a day"},
        {"february_31_on_some_weekdays", "0 0 31 2 */2", "no year has such a day"},
        {"reboot", "@reboot", "a start is none; name one, as in '0 4 * * *'"},
        {"other_nickname", "@fortnightly",
         "of names there are @yearly, @annually, @monthly, @weekly, @daily, @midnight"},
        {"nickname_in_capitals", "@Daily", "of names there are"},
        {"nickname_and_more", "@daily 5", "of names there are"},
    }),
    kCaseName);

TEST(CronOrOff, TurnsOffByThatWordAlone) {
  const auto off = parse_cron_or_off("off", "test");
  ASSERT_TRUE(off) << off.error().message;
  EXPECT_EQ(*off, std::nullopt);
  const auto on = parse_cron_or_off("0 1 * * *", "test");
  ASSERT_TRUE(on) << on.error().message;
  ASSERT_TRUE(on->has_value());
  EXPECT_EQ((*on)->to_string(), "0 1 * * *");
  for (const char* text : {"", "OFF", "no", "off *"}) {
    const auto wrong = parse_cron_or_off(text, "jobs.daily.schedule");
    ASSERT_FALSE(wrong) << text;
    EXPECT_THAT(wrong.error().message, HasSubstr("(from jobs.daily.schedule)"));
  }
}

}  // namespace
}  // namespace gapless
