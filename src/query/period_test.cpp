#include "query/period.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace gapless {
namespace {

Instant instant_at(const char* text) { return parse_instant(text, "test").value(); }
TimeZone zone_named(const char* name) { return TimeZone::parse(name, "test").value(); }

struct PeriodCase {
  const char* zone;
  PeriodWish wish;
  const char* from;
  const char* until;
  const char* previous_from;
};

class Periods : public testing::TestWithParam<PeriodCase> {};

TEST_P(Periods, AreFullHours) {
  const PeriodCase& one = GetParam();
  const TimeZone zone = zone_named(one.zone);
  const Period period = period_of(one.wish, zone, instant_at("2026-03-30T12:34:56Z")).value();
  EXPECT_EQ(format_instant(period.from), one.from);
  EXPECT_EQ(format_instant(period.until), one.until);
  EXPECT_EQ(format_instant(previous(period, zone).from), one.previous_from);
  EXPECT_EQ(previous(period, zone).until, period.from);
}

INSTANTIATE_TEST_SUITE_P(
    All, Periods,
    testing::ValuesIn<PeriodCase>({
        {"UTC", {"2026-03-01", "2026-03-02"}, "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z", "2026-02-27T00:00:00Z"},
        {"UTC", {"", "", 7}, "2026-03-24T00:00:00Z", "2026-03-31T00:00:00Z", "2026-03-17T00:00:00Z"},
        {"UTC", {"2026-03-30", ""}, "2026-03-30T00:00:00Z", "2026-03-31T00:00:00Z", "2026-03-29T00:00:00Z"},
        {"UTC", {"", "2026-03-02", 2}, "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z", "2026-02-27T00:00:00Z"},
        // Clocks go forward on the 29th: a day of 23 hours.
        {"Europe/Berlin",
         {"2026-03-29", "2026-03-29"},
         "2026-03-28T23:00:00Z",
         "2026-03-29T22:00:00Z",
         "2026-03-27T23:00:00Z"},
        {"Pacific/Auckland", {"", "", 1}, "2026-03-30T11:00:00Z", "2026-03-31T11:00:00Z", "2026-03-29T11:00:00Z"},
        {"Asia/Kolkata",
         {"2026-03-02", "2026-03-02"},
         "2026-03-01T18:00:00Z",
         "2026-03-02T18:00:00Z",
         "2026-02-28T18:00:00Z"},
        // Midnight is left out there on that day.
        {"America/Sao_Paulo",
         {"2018-11-04", "2018-11-04"},
         "2018-11-04T03:00:00Z",
         "2018-11-05T02:00:00Z",
         "2018-11-03T03:00:00Z"},
        {"Europe/Berlin",
         {"2026-03-01T10:00:00Z", "2026-03-01T15:00:00+01:00"},
         "2026-03-01T10:00:00Z",
         "2026-03-01T14:00:00Z",
         "2026-03-01T06:00:00Z"},
        {"UTC",
         {"", "2026-03-02T06:00:00Z", 1},
         "2026-03-01T06:00:00Z",
         "2026-03-02T06:00:00Z",
         "2026-02-28T06:00:00Z"},
        {"Pacific/Auckland",
         {"1970-01-03", "1970-01-03"},
         "1970-01-03T00:00:00Z",
         "1970-01-03T12:00:00Z",
         "1970-01-03T00:00:00Z"},
        // Days begin with 1970-01-03, as far back as one asks.
        {"UTC",
         {"", "1970-01-05T06:00:00Z", 30},
         "1970-01-03T00:00:00Z",
         "1970-01-05T06:00:00Z",
         "1970-01-03T00:00:00Z"},
        {"UTC", {"", "1970-01-05", 30}, "1970-01-03T00:00:00Z", "1970-01-06T00:00:00Z", "1970-01-03T00:00:00Z"},
    }));

TEST(PeriodErrors, NameTheOption) {
  const auto message = [](PeriodWish wish) {
    return period_of(wish, TimeZone(), instant_at("2026-03-30T12:00:00Z")).error().message;
  };
  EXPECT_THAT(message({"2026-02-30", ""}), testing::HasSubstr("--from"));
  EXPECT_THAT(message({"2026-03-02", "2026-03-01"}),
              testing::HasSubstr("--from 2026-03-02 is not before --to 2026-03-01"));
  EXPECT_THAT(message({"2027-03-02", ""}), testing::HasSubstr("is not before the end of 2026-03-30"));
  EXPECT_THAT(message({"2026-03-01T10:30:00Z", ""}), testing::HasSubstr("not a full hour"));
  EXPECT_THAT(message({"2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"}), testing::HasSubstr("not before"));
  EXPECT_THAT(message({"1999-01-01", ""}), testing::HasSubstr("ten years"));
  constexpr const char* kOutside = "is outside 1970-01-03 to 2106-02-04 (from --";
  for (const char* time : {"1969-12-31", "1969-12-31T23:00:00Z", "2106-02-05T01:00:00Z"}) {
    EXPECT_THAT(message({time, ""}), testing::HasSubstr(kOutside)) << time;
    EXPECT_THAT(message({"", time}), testing::HasSubstr(kOutside)) << time;
  }
}

TEST(Buckets, AreHoursWithTheirOffsetOrDays) {
  const TimeZone berlin = zone_named("Europe/Berlin");
  const Period night = period_of({"2026-03-29", "2026-03-29"}, berlin, {}).value();
  const auto hours = buckets_of(night, BucketSize::kHour, berlin);
  ASSERT_EQ(hours.size(), 23u);
  EXPECT_EQ(hours[1].name, "2026-03-29T01:00:00+01:00");
  EXPECT_EQ(hours[2].name, "2026-03-29T03:00:00+02:00");
  const Period days = period_of({"2026-03-28", "2026-03-30"}, berlin, {}).value();
  const auto names = buckets_of(days, BucketSize::kDay, berlin);
  ASSERT_EQ(names.size(), 3u);
  EXPECT_EQ(names[1].name, "2026-03-29");
  EXPECT_EQ(names[1].number, Day::parse("2026-03-29", "test").value().number());
  EXPECT_EQ(usual_size(night), BucketSize::kHour);
  EXPECT_EQ(usual_size(days), BucketSize::kDay);
}

/// Where midnight is within an hour, the whole hour is the new day's.
TEST(Buckets, OfOddZonesBeginAtTheFullHourBefore) {
  const TimeZone kolkata = zone_named("Asia/Kolkata");
  const Period period = period_of({"2026-03-01T17:00:00Z", "2026-03-01T19:00:00Z"}, kolkata, {}).value();
  const auto days = buckets_of(period, BucketSize::kDay, kolkata);
  ASSERT_EQ(days.size(), 2u);
  EXPECT_EQ(days[0].name, "2026-03-01");
  EXPECT_EQ(days[1].name, "2026-03-02");
  EXPECT_EQ(day_shifts(period, kolkata).front().seconds, 6 * 3600);
  EXPECT_EQ(buckets_of(period, BucketSize::kHour, kolkata)[1].name, "2026-03-01T23:30:00+05:30");
}

/// A day that clocks went past has no bucket.
TEST(Buckets, LeaveOutDaysThatThereWereNot) {
  const TimeZone apia = zone_named("Pacific/Apia");
  const Period days = period_of({"2011-12-29", "2011-12-31"}, apia, {}).value();
  const auto buckets = buckets_of(days, BucketSize::kDay, apia);
  ASSERT_EQ(buckets.size(), 2u);
  EXPECT_EQ(buckets[0].name, "2011-12-29");
  EXPECT_EQ(buckets[1].name, "2011-12-31");
}

TEST(Zones, AreAtFullHoursOrNot) {
  const auto is_exact = [](const char* name, const char* day) {
    const TimeZone zone = zone_named(name);
    return is_at_full_hours(period_of({day, day}, zone, {}).value(), zone);
  };
  EXPECT_TRUE(is_exact("UTC", "2026-03-01"));
  EXPECT_TRUE(is_exact("Europe/Berlin", "2026-03-29"));
  EXPECT_FALSE(is_exact("Asia/Kolkata", "2026-03-01"));
  EXPECT_TRUE(is_exact("Australia/Lord_Howe", "2026-01-10"));
  EXPECT_FALSE(is_exact("Australia/Lord_Howe", "2026-07-10"));
}

}  // namespace
}  // namespace gapless
