#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fake_services_test_support.h"

namespace gapless {
namespace {

using testing::HasSubstr;

class TeamsCommand : public testing::Test {
 protected:
  TeamsCommand() {
    services.parts().settings.days_back = 30;
    services.parts().settings.end_offset_days = 1;
  }
  TeamRules& rules() { return services.parts().settings.teams; }
  CommandOutcome run(OutputFormat format = OutputFormat::kText, const Given& given = {}) {
    return run_command(services, "teams", format, given);
  }
  static Teams some(const char* text) { return parse_teams(text, "test").value(); }

  FakeServices services;
};

TEST_F(TeamsCommand, names_for_each_team_the_strategies_that_chose_it) {
  rules() = {{Strategy::kList, Strategy::kProjectSettings}, some("1,2,5"), some("5")};
  services.parts().team_settings.answer = some("2,3");
  EXPECT_EQ(run().out,
            "team  chosen by\n"
            "   1  list\n"
            "   2  list, project_settings\n"
            "   3  project_settings\n");
  EXPECT_EQ(Json::parse(run(OutputFormat::kJson).out), Json::parse(R"({"teams": [{"team_id": 1, "strategies": ["list"]},
                                      {"team_id": 2, "strategies": ["list", "project_settings"]},
                                      {"team_id": 3, "strategies": ["project_settings"]}]})"));
}

TEST_F(TeamsCommand, explains_what_each_strategy_stands_for) {
  rules() = {{Strategy::kList, Strategy::kProjectSettings}, some("1,2,5"), some("5")};
  services.parts().team_settings.answer = some("2,3");
  Given explain;
  explain.set("--explain", "");
  EXPECT_THAT(run(OutputFormat::kText, explain).out,
              HasSubstr("\nteams.strategies\n"
                        "  list: the 3 teams of teams.enabled; it chose 2 teams\n"
                        "  project_settings: every team whose "
                        "posthog_team.web_analytics_pre_aggregated_tables_enabled is set; it chose 2 teams\n"
                        "  left out by teams.exclude, which always wins: 5\n"));
}

TEST_F(TeamsCommand, says_that_nobody_is_selected) {
  rules() = {{Strategy::kList}, {}, {}};
  const CommandOutcome outcome = run();
  EXPECT_EQ(outcome.out, "nothing to do: no team is selected: teams.enabled names none (list)\n");
  EXPECT_EQ(outcome.code, ExitCode::kDone);
  EXPECT_EQ(Json::parse(run(OutputFormat::kJson).out), (Json{{"teams", Json::array()}}));
}

TEST_F(TeamsCommand, fails_with_a_strategy_that_cannot_look_and_names_it) {
  services.parts().team_settings.answer = fail(Fault::kUnavailable, "no server");
  for (const auto& [strategy, why] : {std::pair{Strategy::kProjectSettings, "project_settings failed: no server"},
                                      {Strategy::kHighPageviews, "high_pageviews failed: there is no engine"},
                                      {Strategy::kAll, "all failed: there is no engine"}}) {
    rules() = {{Strategy::kList, strategy}, some("1"), {}};
    const CommandOutcome outcome = run();
    ASSERT_FALSE(outcome.code);
    EXPECT_EQ(outcome.code.error().message, std::string("team selection by ") + why);
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(TeamsCommand, is_not_alone_in_failing) {
  services.parts().team_settings.answer = fail(Fault::kUnavailable, "no server");
  rules() = {{Strategy::kProjectSettings, Strategy::kAll}, {}, {}};
  for (const char* command : {"plan", "status"})
    EXPECT_EQ(run_command(services, command, OutputFormat::kText).code.error().message,
              "team selection by project_settings failed: no server")
        << command << ": 'all' beside it is no way out";
}

}  // namespace
}  // namespace gapless
