#include "core/team_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/case_name.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Accepted {
  const char* text;
  std::uint64_t value;
};
class AcceptedTeamId : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedTeamId, IsTheNumber) {
  const auto team = TeamId::parse(GetParam().text, "--teams");
  ASSERT_TRUE(team) << team.error().message;
  EXPECT_EQ(team->value(), GetParam().value);
  EXPECT_EQ(team->to_string(), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(TeamId, AcceptedTeamId,
                         testing::ValuesIn<Accepted>({
                             {"1", 1},
                             {"9", 9},
                             {"10", 10},
                             {"4294967296", 4294967296},
                             {"9223372036854775807", 9223372036854775807U},
                         }));

struct Rejected {
  const char* name;
  std::string_view text;
  const char* why;
};
class RejectedTeamId : public testing::TestWithParam<Rejected> {};

TEST_P(RejectedTeamId, IsAnErrorThatNamesTheTextAndItsOrigin) {
  const auto team = TeamId::parse(GetParam().text, "WEB_ANALYTICS_ENABLED_TEAM_IDS");
  ASSERT_FALSE(team) << "accepted as " << team->value();
  EXPECT_EQ(team.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(team.error().message, HasSubstr("'" + std::string(GetParam().text) + "'"));
  EXPECT_THAT(team.error().message, HasSubstr("(from WEB_ANALYTICS_ENABLED_TEAM_IDS)"));
  EXPECT_THAT(team.error().message, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(TeamId, RejectedTeamId,
                         testing::ValuesIn<Rejected>({
                             {"empty", "", "not a positive integer"},
                             {"space", " ", "not a positive integer"},
                             {"statement", "12; DROP TABLE", "not a positive integer"},
                             {"exponent", "1e3", "not a positive integer"},
                             {"negative", "-1", "not a positive integer"},
                             {"plus", "+1", "not a positive integer"},
                             {"zero", "0", "not a positive integer"},
                             {"zeros", "00", "not a positive integer"},
                             {"leading_zero", "012", "write 12"},
                             {"full_width_digits", "１２", "not a positive integer"},
                             {"arabic_digits", "١٢", "not a positive integer"},
                             {"space_before", " 12", "not a positive integer"},
                             {"space_after", "12 ", "not a positive integer"},
                             {"newline_after", "12\n", "not a positive integer"},
                             {"zero_byte_after", std::string_view("12\0", 3), "not a positive integer"},
                             {"fraction", "1.0", "not a positive integer"},
                             {"hexadecimal", "0x10", "not a positive integer"},
                             {"grouped", "1_000", "not a positive integer"},
                             {"all", "all", "not a positive integer"},
                             {"above_int64", "9223372036854775808", "larger than 9223372036854775807"},
                             {"above_uint64", "18446744073709551616", "larger than 9223372036854775807"},
                             {"far_above", "100000000000000000000000000000000", "larger than 9223372036854775807"},
                             {"far_above_with_text", "100000000000000000000000x", "not a positive integer"},
                         }),
                         kCaseName);

TEST(TeamId, FromANumberHasTheSameBounds) {
  EXPECT_EQ(TeamId::from(1, "team_id")->value(), 1U);
  EXPECT_EQ(TeamId::from(9223372036854775807U, "team_id")->value(), 9223372036854775807U);
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{9223372036854775808U}, UINT64_MAX}) {
    const auto team = TeamId::from(value, "events.jsonl line 3");
    ASSERT_FALSE(team) << value;
    EXPECT_EQ(team.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(team.error().message, HasSubstr(std::to_string(value)));
    EXPECT_THAT(team.error().message, HasSubstr("(from events.jsonl line 3)"));
  }
}

RC_GTEST_PROP(TeamId, ReadsWhatItWrites, (std::uint64_t number)) {
  const std::uint64_t value = number % 9223372036854775807U + 1;
  const auto team = TeamId::parse(std::to_string(value), "text");
  RC_ASSERT(team.has_value());
  RC_ASSERT(team->value() == value);
}

std::vector<std::uint64_t> values(const Teams& teams) {
  std::vector<std::uint64_t> result;
  for (const TeamId team : teams) result.push_back(team.value());
  return result;
}

TEST(Teams, AreSortedAndWithoutRepetitions) {
  EXPECT_THAT(values(parse_teams("7", "--teams").value()), ElementsAre(7));
  EXPECT_THAT(values(parse_teams("3,1,2", "--teams").value()), ElementsAre(1, 2, 3));
  EXPECT_THAT(values(parse_teams(" 10 , 9,10 ,9", "--teams").value()), ElementsAre(9, 10));
}

class RejectedTeams : public testing::TestWithParam<Rejected> {};

TEST_P(RejectedTeams, AreAnErrorThatNamesTheTextAndItsOrigin) {
  const auto teams = parse_teams(GetParam().text, "gapless.toml line 4");
  ASSERT_FALSE(teams);
  EXPECT_EQ(teams.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(teams.error().message, HasSubstr(GetParam().why));
  EXPECT_THAT(teams.error().message, HasSubstr("(from gapless.toml line 4)"));
}

INSTANTIATE_TEST_SUITE_P(Teams, RejectedTeams,
                         testing::ValuesIn<Rejected>({
                             {"empty", "", "'' has an empty entry"},
                             {"space", " ", "' ' has an empty entry"},
                             {"empty_between", "1,,3", "'1,,3' has an empty entry"},
                             {"space_between", "1, ,3", "'1, ,3' has an empty entry"},
                             {"empty_first", ",3", "',3' has an empty entry"},
                             {"empty_last", "1,2,", "'1,2,' has an empty entry"},
                             {"one_bad_among_good", "1,12; DROP TABLE,3", "'12; DROP TABLE' is not"},
                             {"space_inside", "1,2 3", "'2 3' is not"},
                             {"other_separator", "1;2", "'1;2' is not"},
                             {"tab_around", "1,\t2", "'\t2' is not"},
                             {"too_large", "1,9223372036854775808", "'9223372036854775808' is larger"},
                         }),
                         kCaseName);

}  // namespace
}  // namespace gapless
