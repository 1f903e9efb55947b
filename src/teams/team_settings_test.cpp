#include "teams/team_settings.h"

#include <gtest/gtest.h>

#include "support/case_name.h"

namespace gapless {
namespace {

Identifier identifier(std::string_view text) { return Identifier::parse(text, "test").value(); }

struct FlagCase {
  const char* name;
  std::optional<std::string_view> id;
  std::string_view flag;
  const char* message;  // empty: it is a team
};

class FlaggedTeam : public testing::TestWithParam<FlagCase> {};

TEST_P(FlaggedTeam, is_taken_or_refused_naming_text_and_column) {
  const SettingsTable table;
  FlaggedTeams flagged(table);
  const Status added = flagged.add(GetParam().id, GetParam().flag);
  EXPECT_EQ(added ? "" : added.error().message, GetParam().message);
  if (!added) {
    EXPECT_EQ(added.error().fault, Fault::kCorrupt) << "not a matter of how gapless was called";
  }
  EXPECT_EQ(std::move(flagged).teams().size(), added ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, FlaggedTeam,
    testing::ValuesIn<FlagCase>({
        {"boolean", "7", "true", ""},
        {"integer", "7", "1", ""},
        {"largest", "9223372036854775807", "1", ""},
        {"larger", "9223372036854775808", "1",
         "team id '9223372036854775808' is larger than 9223372036854775807, the largest there is (from "
         "posthog_team.id)"},
        {"zero", "0", "1", "team id '0' is not a positive integer (from posthog_team.id)"},
        {"negative", "-1", "1", "team id '-1' is not a positive integer (from posthog_team.id)"},
        {"exponent", "1e3", "1", "team id '1e3' is not a positive integer (from posthog_team.id)"},
        {"fraction", "1000.0", "1", "team id '1000.0' is not a positive integer (from posthog_team.id)"},
        {"space", " ", "1", "team id ' ' is not a positive integer (from posthog_team.id)"},
        {"empty", "", "1", "team id '' is not a positive integer (from posthog_team.id)"},
        {"list", "1,2", "1", "team id '1,2' is not a positive integer (from posthog_team.id)"},
        {"full_width_digits", "１２", "1", "team id '１２' is not a positive integer (from posthog_team.id)"},
        {"statement", "12; DROP TABLE", "1",
         "team id '12; DROP TABLE' is not a positive integer (from posthog_team.id)"},
        {"null", std::nullopt, "1", "a team id is NULL (from posthog_team.id)"},
        {"two", "7", "2",
         "the flag '2' is neither true nor false, 1 nor 0 (from "
         "posthog_team.web_analytics_pre_aggregated_tables_enabled)"},
        {"word", "7", "yes",
         "the flag 'yes' is neither true nor false, 1 nor 0 (from "
         "posthog_team.web_analytics_pre_aggregated_tables_enabled)"},
    }),
    kCaseName);

TEST(FlaggedTeams, do_not_end_at_a_zero_byte) {
  const SettingsTable table;
  EXPECT_FALSE(FlaggedTeams(table).add(std::string_view("12\0x", 4), "1"));
  EXPECT_FALSE(FlaggedTeams(table).add("12", std::string_view("1\0", 2)));
}

TEST(FlaggedTeams, are_sorted_and_named_once) {
  const SettingsTable table;
  FlaggedTeams flagged(table);
  for (const char* id : {"10", "9", "10"}) ASSERT_TRUE(flagged.add(id, "true"));
  EXPECT_EQ(std::move(flagged).teams(), parse_teams("9,10", "test").value());
}

TEST(SettingsTable, has_names_to_show_and_to_ask_with) {
  const SettingsTable table{identifier("app"), identifier("order"), identifier("Flag"), identifier("team_id")};
  EXPECT_EQ(table.flag_name(), "app.order.Flag");
  EXPECT_EQ(table.id_name(), "app.order.team_id");
  EXPECT_EQ(table.quoted_table(), R"("app"."order")");
  EXPECT_EQ(table.quoted_column(), R"(t."Flag")");
  EXPECT_EQ(SettingsTable().quoted_table(), R"("posthog_team")");
}

}  // namespace
}  // namespace gapless
