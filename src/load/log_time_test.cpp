#include "load/log_time.h"

#include <gtest/gtest.h>

#include "load/load_test_support.h"

namespace gapless {
namespace {

struct LogTimeCase {
  const char* name;
  const char* text;
  const char* instant = nullptr;  ///< RFC 3339; nullptr where the text is no time
};
class LogTime : public testing::TestWithParam<LogTimeCase> {};

TEST_P(LogTime, IsReadAsUtc) {
  const auto parsed = parse_log_time(GetParam().text);
  ASSERT_EQ(parsed.has_value(), GetParam().instant != nullptr);
  if (parsed) {
    EXPECT_EQ(format_instant(*parsed), GetParam().instant);
  }
}

INSTANTIATE_TEST_SUITE_P(Accepted, LogTime,
                         testing::ValuesIn<LogTimeCase>({
                             {"utc", "17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03Z"},
                             {"east", "17/May/2015:01:05:03 +0530", "2015-05-16T19:35:03Z"},
                             {"west", "31/Dec/2015:23:59:59 -0130", "2016-01-01T01:29:59Z"},
                             {"leap_day", "29/Feb/2016:00:00:00 +0000", "2016-02-29T00:00:00Z"},
                             {"before_1970", "31/Dec/1969:23:59:59 +0000", "1969-12-31T23:59:59Z"},
                             {"far_future", "31/Dec/9999:23:59:59 +0000", "9999-12-31T23:59:59Z"},
                             {"single_digits", "5/May/2015:1:2:3 +0000", "2015-05-05T01:02:03Z"},
                             {"padded_day", " 5/May/2015:01:02:03 +0000", "2015-05-05T01:02:03Z"},
                             {"any_case", "05/mAY/2015:01:02:03 +0000", "2015-05-05T01:02:03Z"},
                             {"more_space", "05/May/2015:01:02:03 \t +0000", "2015-05-05T01:02:03Z"},
                             {"zulu", "05/May/2015:01:02:03 Z", "2015-05-05T01:02:03Z"},
                             {"colon", "05/May/2015:01:02:03 -01:30", "2015-05-05T02:32:03Z"},
                             {"offset_seconds", "05/May/2015:01:02:03 +000001", "2015-05-05T01:02:02Z"},
                             {"offset_fraction", "05/May/2015:01:02:03 +00:00:01.25", "2015-05-05T01:02:01.750000Z"},
                             {"largest_offset", "05/May/2015:23:59:00 +2359", "2015-05-05T00:00:00Z"},
                         }),
                         kCaseName);

INSTANTIATE_TEST_SUITE_P(Refused, LogTime,
                         testing::ValuesIn<LogTimeCase>({
                             {"empty", ""},
                             {"no_offset", "17/May/2015:10:05:03"},
                             {"space_at_the_end", "17/May/2015:10:05:03 +0000 "},
                             {"no_space", "17/May/2015:10:05:03+0000"},
                             {"leap_second", "17/May/2015:23:59:60 +0000"},
                             {"hour_24", "17/May/2015:24:00:00 +0000"},
                             {"minute_60", "17/May/2015:10:60:00 +0000"},
                             {"february_30", "30/Feb/2016:10:05:03 +0000"},
                             {"no_leap_year", "29/Feb/2015:10:05:03 +0000"},
                             {"day_0", "00/May/2015:10:05:03 +0000"},
                             {"two_padded_digits", " 05/May/2015:10:05:03 +0000"},
                             {"year_0", "17/May/0000:10:05:03 +0000"},
                             {"short_year", "17/May/15:10:05:03 +0000"},
                             {"month_number", "17/05/2015:10:05:03 +0000"},
                             {"long_month", "17/June/2015:10:05:03 +0000"},
                             {"iso", "2015-05-17T10:05:03Z"},
                             {"zulu_small", "17/May/2015:10:05:03 z"},
                             {"offset_of_a_day", "17/May/2015:10:05:03 +2400"},
                             {"offset_minutes_60", "17/May/2015:10:05:03 +0060"},
                             {"offset_half_colon", "17/May/2015:10:05:03 +00:0000"},
                             {"offset_late_colon", "17/May/2015:10:05:03 +0000:00"},
                             {"offset_fraction_7", "17/May/2015:10:05:03 +000000.1234567"},
                             {"offset_bare_point", "17/May/2015:10:05:03 +000000."},
                             {"offset_short", "17/May/2015:10:05:03 +000"},
                             {"no_sign", "17/May/2015:10:05:03 0000"},
                         }),
                         kCaseName);

}  // namespace
}  // namespace gapless
