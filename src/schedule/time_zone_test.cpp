#include "schedule/time_zone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "schedule/schedule_test_support.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(TimeZone, IsUtcByDefault) {
  EXPECT_EQ(TimeZone().name(), "UTC");
  EXPECT_EQ(TimeZone().period_at(at("2026-07-01T00:00")).offset, 0min);
}

struct OffsetCase {
  const char* name;
  const char* zone;
  const char* instant;
  std::chrono::minutes offset;
};
void PrintTo(const OffsetCase& one, std::ostream* out) { *out << one.name; }
class Offset : public testing::TestWithParam<OffsetCase> {};

TEST_P(Offset, IsThatOfTheZoneThen) {
  const TimeZone tested = zone(GetParam().zone);
  EXPECT_EQ(tested.name(), GetParam().zone);
  const OffsetPeriod period = tested.period_at(at(GetParam().instant));
  EXPECT_EQ(period.offset, GetParam().offset);
  EXPECT_LE(period.begin, at(GetParam().instant));
  EXPECT_GT(period.end, at(GetParam().instant));
}

INSTANTIATE_TEST_SUITE_P(TimeZone, Offset,
                         testing::ValuesIn<OffsetCase>({
                             {"utc", "UTC", "2026-07-01T00:00", 0min},
                             {"another_name_of_utc", "Etc/UTC", "2026-07-01T00:00", 0min},
                             {"winter", "Europe/Berlin", "2026-03-29T00:59", 60min},
                             {"summer", "Europe/Berlin", "2026-03-29T01:00", 120min},
                             {"the_last_summer_listed", "Europe/Berlin", "2037-07-01T00:00", 120min},
                             {"west", "America/New_York", "2026-01-01T00:00", -300min},
                             {"half_an_hour", "Australia/Lord_Howe", "2026-07-01T00:00", 630min},
                             {"quarter_of_an_hour", "Asia/Kathmandu", "2026-07-01T00:00", 345min},
                             {"far_east", "Pacific/Kiritimati", "2026-07-01T00:00", 840min},
                             {"long_ago", "Africa/Monrovia", "1971-07-01T00:00", -45min},
                         }),
                         kCaseName);

struct UnknownZone {
  const char* name;
  const char* text;
  const char* hint;
};
void PrintTo(const UnknownZone& one, std::ostream* out) { *out << one.text; }
class NoTimeZone : public testing::TestWithParam<UnknownZone> {};

TEST_P(NoTimeZone, IsAnErrorThatNamesTheTextWhatIsLikeItAndTheOrigin) {
  const auto parsed = TimeZone::parse(GetParam().text, "jobs.time_zone");
  ASSERT_FALSE(parsed) << "accepted as " << parsed->name();
  EXPECT_EQ(parsed.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(parsed.error().message, HasSubstr("no time zone '" + std::string(GetParam().text) + "'"));
  EXPECT_THAT(parsed.error().message, HasSubstr(GetParam().hint));
  EXPECT_THAT(parsed.error().message, HasSubstr("(from jobs.time_zone)"));
}

INSTANTIATE_TEST_SUITE_P(Rejected, NoTimeZone,
                         testing::ValuesIn<UnknownZone>({
                             {"small_letters", "europe/berlin", "did you mean Europe/Berlin?"},
                             {"city_alone", "berlin", "did you mean Europe/Berlin?"},
                             {"city_in_two_words", "New York", "did you mean America/New_York?"},
                             {"utc_in_small_letters", "utc", "did you mean UTC?"},
                             {"nothing_like_it", "Europe/Entenhausen", "write it as Europe/Berlin, or UTC"},
                             {"too_many_like_it", "America/", "write it as Europe/Berlin, or UTC"},
                             {"empty", "", "write it as Europe/Berlin, or UTC"},
                             {"offset", "+01:00", "write it as Europe/Berlin, or UTC"},
                             {"a_file", "../../../etc/passwd", "write it as Europe/Berlin, or UTC"},
                             {"a_file_of_the_database", "zone.tab", "write it as Europe/Berlin, or UTC"},
                             {"clocks_with_leap_seconds", "right/UTC", "write it as Europe/Berlin, or UTC"},
                         }),
                         kCaseName);

}  // namespace
}  // namespace gapless
