#include "schedule/schedule.h"

#include <date/tz.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <ostream>
#include <set>

#include "schedule/schedule_test_support.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAreArray;

std::vector<std::string> shown_ticks(const Schedule& one, Instant after, std::size_t count) {
  std::vector<std::string> found;
  for (auto tick = one.next_after(after); tick && found.size() < count; tick = one.next_after(*tick))
    found.push_back(shown(*tick));
  return found;
}

struct TickCase {
  const char* name;
  const char* zone;
  const char* expression;
  const char* after;
  std::vector<std::string> ticks;
};
void PrintTo(const TickCase& one, std::ostream* out) { *out << one.expression << " in " << one.zone; }
class Ticks : public testing::TestWithParam<TickCase> {};

TEST_P(Ticks, Are) {
  const TickCase& one = GetParam();
  EXPECT_THAT(shown_ticks(schedule(one.expression, one.zone), at(one.after), one.ticks.size()),
              ElementsAreArray(one.ticks));
}

INSTANTIATE_TEST_SUITE_P(
    Offsets, Ticks,
    testing::ValuesIn<TickCase>({
        {"utc", "UTC", "0 1 * * *", "2026-03-01T01:00", {"2026-03-02T01:00", "2026-03-03T01:00"}},
        {"either_day", "UTC", "0 1 1,15 * fri", "2026-02-28T00:00", {"2026-03-01T01:00", "2026-03-06T01:00"}},
        {"winter", "Europe/Berlin", "0 1 * * *", "2026-01-01T00:00", {"2026-01-02T00:00", "2026-01-03T00:00"}},
        {"summer", "Europe/Berlin", "0 1 * * *", "2026-07-01T00:00", {"2026-07-01T23:00", "2026-07-02T23:00"}},
        {"day_and_month_are_local",
         "Asia/Kathmandu",
         "0 1 1 * *",
         "2026-01-01T00:00",
         {"2026-01-31T19:15", "2026-02-28T19:15"}},
        {"weekday_is_local", "America/New_York", "0 22 * * sun", "2026-01-04T00:00", {"2026-01-05T03:00"}},
        {"leap_days", "Europe/Berlin", "0 0 29 2 *", "2026-03-01T00:00", {"2028-02-28T23:00", "2032-02-28T23:00"}},
    }),
    kCaseName);

// 2026-03-29 in Berlin: 02:00 becomes 03:00, at 01:00 UTC. 2026-10-25: 03:00 becomes 02:00, at 01:00 UTC.
INSTANTIATE_TEST_SUITE_P(Berlin, Ticks,
                         testing::ValuesIn<TickCase>({
                             {"skipped_time_comes_after_the_gap",
                              "Europe/Berlin",
                              "30 2 * * *",
                              "2026-03-28T00:00",
                              {"2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"}},
                             {"skipped_time_of_that_day_alone",
                              "Europe/Berlin",
                              "30 2 29 3 *",
                              "2026-03-01T00:00",
                              {"2026-03-29T01:00", "2027-03-29T00:30"}},
                             {"skipped_times_are_one_tick_with_the_first_after_the_gap",
                              "Europe/Berlin",
                              "0,30 2-3 * * *",
                              "2026-03-28T02:00",
                              {"2026-03-28T02:30", "2026-03-29T01:00", "2026-03-29T01:30", "2026-03-30T00:00"}},
                             {"first_time_after_the_gap_is_not_skipped",
                              "Europe/Berlin",
                              "0 3 * * *",
                              "2026-03-28T00:00",
                              {"2026-03-28T02:00", "2026-03-29T01:00", "2026-03-30T01:00"}},
                             {"wildcard_leaves_the_skipped_hour_out",
                              "Europe/Berlin",
                              "*/30 2 * * *",
                              "2026-03-28T00:00",
                              {"2026-03-28T01:00", "2026-03-28T01:30", "2026-03-30T00:00", "2026-03-30T00:30"}},
                             {"hourly_goes_on_every_hour_in_spring",
                              "Europe/Berlin",
                              "30 * * * *",
                              "2026-03-29T00:00",
                              {"2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T02:30"}},
                             {"repeated_time_comes_the_first_time",
                              "Europe/Berlin",
                              "30 2 * * *",
                              "2026-10-24T00:00",
                              {"2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"}},
                             {"repeated_time_is_past_between_its_two",
                              "Europe/Berlin",
                              "30 2 * * *",
                              "2026-10-25T00:45",
                              {"2026-10-26T01:30"}},
                             {"time_of_the_change_back_comes_once",
                              "Europe/Berlin",
                              "0 2,3 * * *",
                              "2026-10-24T12:00",
                              {"2026-10-25T00:00", "2026-10-25T02:00", "2026-10-26T01:00"}},
                             {"wildcard_comes_in_both_hours",
                              "Europe/Berlin",
                              "*/30 2 * * *",
                              "2026-10-24T12:00",
                              {"2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30",
                               "2026-10-26T01:00"}},
                             {"wildcard_once_a_year_comes_in_both_hours",
                              "Europe/Berlin",
                              "*/30 2 25 10 *",
                              "2026-10-25T00:30",
                              {"2026-10-25T01:00", "2026-10-25T01:30", "2027-10-25T00:00"}},
                             {"once_a_year_shortly_before_a_change_of_clocks",
                              "Europe/Berlin",
                              "30 1 29 3 *",
                              "2025-08-01T00:00",
                              {"2026-03-29T00:30", "2027-03-28T23:30"}},
                             {"hourly_goes_on_every_hour_in_autumn",
                              "Europe/Berlin",
                              "30 * * * *",
                              "2026-10-25T00:00",
                              {"2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"}},
                         }),
                         kCaseName);

// 2026-03-08 in New York: 02:00 becomes 03:00, at 07:00 UTC. 2026-11-01: 02:00 becomes 01:00, at 06:00 UTC.
INSTANTIATE_TEST_SUITE_P(NewYork, Ticks,
                         testing::ValuesIn<TickCase>({
                             {"skipped_time_comes_after_the_gap",
                              "America/New_York",
                              "30 2 * * *",
                              "2026-03-07T00:00",
                              {"2026-03-07T07:30", "2026-03-08T07:00", "2026-03-09T06:30"}},
                             {"wildcard_leaves_the_skipped_hour_out",
                              "America/New_York",
                              "*/30 2 * * *",
                              "2026-03-07T00:00",
                              {"2026-03-07T07:00", "2026-03-07T07:30", "2026-03-09T06:00"}},
                             {"repeated_time_comes_the_first_time",
                              "America/New_York",
                              "30 1 * * *",
                              "2026-10-31T00:00",
                              {"2026-10-31T05:30", "2026-11-01T05:30", "2026-11-02T06:30"}},
                             {"wildcard_comes_in_both_hours",
                              "America/New_York",
                              "*/30 1 * * *",
                              "2026-10-31T12:00",
                              {"2026-11-01T05:00", "2026-11-01T05:30", "2026-11-01T06:00", "2026-11-01T06:30",
                               "2026-11-02T06:00"}},
                             {"wildcard_once_a_year_comes_in_both_hours",
                              "America/New_York",
                              "*/30 1 1 11 *",
                              "2026-11-01T05:30",
                              {"2026-11-01T06:00", "2026-11-01T06:30", "2027-11-01T05:00"}},
                         }),
                         kCaseName);

INSTANTIATE_TEST_SUITE_P(
    OtherChanges, Ticks,
    testing::ValuesIn<TickCase>({
        // 2026-10-04 on Lord Howe: 02:00 becomes 02:30, at 15:30 UTC the day before. 2026-04-05: 02:00 becomes 01:30.
        {"half_an_hour_is_skipped",
         "Australia/Lord_Howe",
         "15 2 * * *",
         "2026-10-02T00:00",
         {"2026-10-02T15:45", "2026-10-03T15:30", "2026-10-04T15:15"}},
        {"wildcard_leaves_the_skipped_half_hour_out",
         "Australia/Lord_Howe",
         "15,45 * * * *",
         "2026-10-03T15:00",
         {"2026-10-03T15:15", "2026-10-03T15:45", "2026-10-03T16:15"}},
        {"half_an_hour_comes_twice",
         "Australia/Lord_Howe",
         "45 1 * * *",
         "2026-04-03T00:00",
         {"2026-04-03T14:45", "2026-04-04T14:45", "2026-04-05T15:15"}},
        {"wildcard_comes_in_both_half_hours",
         "Australia/Lord_Howe",
         "45 * * * *",
         "2026-04-04T14:00",
         {"2026-04-04T14:45", "2026-04-04T15:15", "2026-04-04T16:15"}},
        {"two_hours_are_skipped",
         "Antarctica/Troll",
         "30 1,2 * * *",
         "2026-03-28T02:30",
         {"2026-03-29T01:00", "2026-03-29T23:30", "2026-03-30T00:30"}},
        {"midnight_is_skipped",
         "America/Sao_Paulo",
         "0 0 * * *",
         "2018-11-03T00:00",
         {"2018-11-03T03:00", "2018-11-04T03:00", "2018-11-05T02:00"}},
        {"three_hours_are_a_correction",
         "Antarctica/Casey",
         "0 1 * * *",
         "2020-10-02T00:00",
         {"2020-10-02T17:00", "2020-10-04T14:00"}},
        {"three_hours_back_are_a_correction",
         "Antarctica/Casey",
         "0 22 * * *",
         "2021-03-12T00:00",
         {"2021-03-12T11:00", "2021-03-13T11:00", "2021-03-13T14:00", "2021-03-14T14:00"}},
        {"a_day_that_is_left_out",
         "Pacific/Apia",
         "0 12 * * *",
         "2011-12-29T00:00",
         {"2011-12-29T22:00", "2011-12-30T22:00", "2011-12-31T22:00"}},
        {"a_job_on_the_day_that_is_left_out", "Pacific/Apia", "0 12 30 12 *", "2010-12-31T00:00", {"2012-12-29T22:00"}},
    }),
    kCaseName);

TEST(Schedule, ComesAfterTheInstantEvenWithinAMinute) {
  const Schedule minutely = schedule("* * * * *");
  EXPECT_EQ(minutely.next_after(at("2026-03-01T00:00") - 1us), at("2026-03-01T00:00"));
  EXPECT_EQ(minutely.next_after(at("2026-03-01T00:00")), at("2026-03-01T00:01"));
  EXPECT_EQ(minutely.next_after(at("2026-03-01T00:00") + 1us), at("2026-03-01T00:01"));
}

TEST(Schedule, HasNoTicksOutsideTheDaysThatThereAre) {
  for (const char* name : {"UTC", "Europe/Berlin"}) {
    const Schedule minutely = schedule("* * * * *", name);
    const Instant last = at("2106-02-04T23:59");
    EXPECT_EQ(minutely.next_after(Instant::min()), at("1970-01-03T00:00"));
    EXPECT_EQ(minutely.next_after(last - 1us), last);
    EXPECT_EQ(minutely.next_after(last), std::nullopt);
    EXPECT_EQ(minutely.next_after(Instant::max()), std::nullopt);
    EXPECT_EQ(minutely.latest_until(Instant::min(), Instant::max()), last);
  }
}

TEST(Schedule, LatestIsAfterTheOneInstantAndUpToTheOther) {
  const Schedule daily = schedule("0 1 * * *");
  EXPECT_EQ(daily.latest_until(at("2026-03-01T01:00"), at("2026-03-02T01:00")), at("2026-03-02T01:00"));
  EXPECT_EQ(daily.latest_until(at("2026-03-01T01:00"), at("2026-03-02T01:00") - 1us), std::nullopt);
  EXPECT_EQ(daily.latest_until(at("2026-03-01T01:00") - 1us, at("2026-03-01T01:00")), at("2026-03-01T01:00"));
  EXPECT_EQ(daily.latest_until(at("2026-03-01T01:00"), at("2026-03-01T01:00")), std::nullopt);
  EXPECT_EQ(daily.latest_until(at("2026-03-05T00:00"), at("2026-03-01T00:00")), std::nullopt);
}

/// Minute by minute, in UTC.
std::vector<Instant> ticks_minute_by_minute(const MadeUpCron& expression, Day first, int days) {
  std::vector<Instant> found;
  for (Day day = first; day < first + days; day = day + 1) {
    if (!expression.fits(day.sys_days(), day.sys_days())) continue;
    for (unsigned minute = 0; minute < 24 * 60; ++minute)
      if (expression.hour.values[minute / 60] && expression.minute.values[minute % 60])
        found.push_back(day.start() + std::chrono::minutes(minute));
  }
  return found;
}

bool has_a_day(const MadeUpCron& expression) {
  const Day first = Day::of(at("2000-01-01T00:00"));
  for (int days = 0; days < 28 * 366; ++days)
    if (expression.fits((first + days).sys_days(), (first + days).sys_days())) return true;
  return false;
}

RC_GTEST_PROP(Schedule, HasTheTicksThatAreFoundMinuteByMinute, ()) {
  const MadeUpCron expression = make_up_cron();
  const auto parsed = CronExpression::parse(expression.text(), "test");
  RC_ASSERT(parsed.has_value() == has_a_day(expression));
  if (!parsed) return;
  const Day first = Day::of(at("2023-01-01T00:00")) + *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 1500));
  const int days = *rc::gen::inRange(3, 62);
  const auto found = walk({*parsed, TimeZone()}, first.start() - 1us, (first + days).start() - 1us);
  RC_ASSERT(found == ticks_minute_by_minute(expression, first, days));
}

const std::vector<std::string> kZones = {"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                         "Pacific/Apia"};

RC_GTEST_PROP(Schedule, FindsTheLatestTickThatAWalkComesTo, ()) {
  const auto parsed = CronExpression::parse(make_up_cron().text(), "test");
  if (!parsed) return;
  const Schedule one{*parsed, zone(*rc::gen::elementOf(kZones))};
  // The week in which a change of clocks may be, as often as any other.
  const auto changes = std::vector<Instant>{at("2011-12-30T10:00"), at("2026-03-29T01:00"), at("2026-10-25T01:00"),
                                            at("2026-11-01T06:00"), at("2026-04-04T15:00"), at("2027-01-01T00:00")};
  const auto within = [](std::chrono::hours span) {
    return std::chrono::microseconds(
        *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::int64_t>(0, std::chrono::microseconds(span).count())));
  };
  const Instant after = *rc::gen::elementOf(changes) - within(48h);
  const Instant until = after + within(96h);
  const auto all = walk(one, after, until);
  RC_ASSERT(one.latest_until(after, until) == (all.empty() ? std::nullopt : std::optional(all.back())));
}

TEST(Schedule, FindsTheLatestTickOfTenYears) {
  const Instant after = at("2016-03-01T00:00"), until = at("2026-03-01T00:00");
  for (const std::string& name : kZones)
    for (const char* text :
         {"0 1 * * *", "30 2 29 3 *", "0 0 29 2 *", "0 0 29 2 */7", "0 0 1 1 mon", "*/30 2 25 10 *"}) {
      const Schedule one = schedule(text, name);
      const auto all = walk(one, after, until);
      EXPECT_EQ(one.latest_until(after, until), all.empty() ? std::nullopt : std::optional(all.back()))
          << text << " in " << name;
    }
}

struct LongCase {
  const char* name;
  const char* zone;
  const char* expression;
  std::set<unsigned> hours;
  std::set<unsigned> minutes;
  bool fixed;
};
void PrintTo(const LongCase& one, std::ostream* out) { *out << one.expression << " in " << one.zone; }
class TenThousandDays : public testing::TestWithParam<LongCase> {};

/// When a local time happens, as crond(8) wants it, asked of the date library for this one time.
void add_ticks_of(date::local_seconds local, bool fixed, const date::time_zone& in_zone, std::set<Instant>& into) {
  const date::local_info info = in_zone.get_info(local);
  const auto by = [&](const date::sys_info& clock) { return Instant(local.time_since_epoch() - clock.offset); };
  const bool corrected = std::chrono::abs(info.second.offset - info.first.offset) >= 3h;
  if (info.result == date::local_info::nonexistent) {
    if (fixed && !corrected) into.insert(Instant(info.second.begin.time_since_epoch()));
    return;
  }
  into.insert(by(info.first));
  if (info.result == date::local_info::ambiguous && (!fixed || corrected)) into.insert(by(info.second));
}

TEST_P(TenThousandDays, HaveEachTickOnce) {
  const LongCase& one = GetParam();
  const date::time_zone& in_zone = *date::locate_zone(one.zone);
  const date::local_days first = date::local_days(date::year{2010} / 1 / 1);
  std::set<Instant> expected;
  for (int day = -1; day <= 10'000; ++day)
    for (const unsigned hour : one.hours)
      for (const unsigned minute : one.minutes)
        add_ticks_of(first + date::days(day) + std::chrono::hours(hour) + std::chrono::minutes(minute), one.fixed,
                     in_zone, expected);
  const Instant begin = at("2010-01-01T00:00"), end = begin + std::chrono::days(10'000) - 24h;
  expected.erase(expected.begin(), expected.upper_bound(begin));
  expected.erase(expected.upper_bound(end), expected.end());

  const auto found = walk(schedule(one.expression, one.zone), begin, end);
  EXPECT_TRUE(std::ranges::equal(found, expected)) << found.size() << " ticks, and " << expected.size() << " expected";
  EXPECT_EQ(std::ranges::adjacent_find(found, std::ranges::greater_equal()), found.end());
}

const std::set<unsigned> kEveryHour = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                       12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};

INSTANTIATE_TEST_SUITE_P(
    Schedule, TenThousandDays,
    testing::ValuesIn<LongCase>({
        {"daily", "UTC", "0 1 * * *", {1}, {0}, true},
        {"skipped", "Europe/Berlin", "30 2 * * *", {2}, {30}, true},
        {"skipped_by_halves", "Europe/Berlin", "*/30 2 * * *", {2}, {0, 30}, false},
        {"around", "America/New_York", "0,45 1-3 * * *", {1, 2, 3}, {0, 45}, true},
        {"hourly", "America/New_York", "15 * * * *", kEveryHour, {15}, false},
        {"half_hours", "Australia/Lord_Howe", "15,45 1,2 * * *", {1, 2}, {15, 45}, true},
        {"two_hours", "Antarctica/Troll", "30 0-3 * * *", {0, 1, 2, 3}, {30}, true},
        {"corrections", "Antarctica/Casey", "0 0-3,21-23 * * *", {0, 1, 2, 3, 21, 22, 23}, {0}, true},
        {"a_day_left_out", "Pacific/Apia", "10 */8 * * *", {0, 8, 16}, {10}, false},
    }),
    kCaseName);

}  // namespace
}  // namespace gapless
