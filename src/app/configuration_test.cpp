#include "app/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "app/configuration_file.h"
#include "cli/sample_configuration.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string message_of(std::string_view document) {
  const auto values = parse_configuration(document, "gapless.toml");
  if (!values) return values.error().message;
  Settings settings;
  for (const GivenValue& value : *values)
    if (const Status applied = find_setting(value.key)->apply(value, settings); !applied)
      return applied.error().message;
  return "good";
}

struct DocumentCase {
  const char* document;
  const char* message;
};

class ConfigurationDocument : public testing::TestWithParam<DocumentCase> {};

TEST_P(ConfigurationDocument, is_read_or_refused) { EXPECT_EQ(message_of(GetParam().document), GetParam().message); }

INSTANTIATE_TEST_SUITE_P(
    Documents, ConfigurationDocument,
    testing::ValuesIn<DocumentCase>({
        {"", "good"},
        {"[backfill]\ndays_back = 10\norder = \"oldest\"\n", "good"},
        {"backfill.days_back = 10", "good"},
        {"backfill = { days_back = 10 }", "good"},
        {"[teams]\nenabled = [1, 2]\nstrategies = [\"list\", \"all\"]\nexclude = []\n", "good"},
        {"[teams]\nenabled = \"1,2\"\n", "good"},
        {"[engine.settings]\nmax_block_size = 8192\n", "good"},
        {"[source]\nfinal = true\n", "good"},
        {"[backfill]\nday_back = 10\n",
         "gapless.toml:2: unknown key 'backfill.day_back'; did you mean backfill.days_back?"},
        {"\n\n[backfil]\ndays_back = 10\n",
         "gapless.toml:3: unknown key 'backfil'; gapless init writes a file with every key"},
        {"[schedule]\ndaily = \"0 1 * * *\"\nintraday = \"off\"\nbackfill_time_zone = \"Europe/Berlin\"\n", "good"},
        {"[schedules]\ndaily = \"0 1 * * *\"\n",
         "gapless.toml:1: unknown key 'schedules'; gapless init writes a file with every key"},
        {"engine.settings = 5", "gapless.toml:1: unknown key 'engine.settings'; did you mean engine.settings?"},
        {"[backfill]\ndays_back = 0\n",
         "backfill.days_back must be a whole number from 1 to 36500, not '0' (from gapless.toml:2)"},
        {"[backfill]\norder = \"newst\"\n",
         "backfill.order must be newest or oldest (did you mean newest?), not 'newst' (from gapless.toml:2)"},
        {"[backfill]\nsettle_delay = 30\n",
         "backfill.settle_delay must be a span of time with its unit, such as 30m, 2200s or 1h30m, not '30' (from "
         "gapless.toml:2)"},
        {"[teams]\nenabled = [1, -2]\n", "team id '-2' is not a positive integer (from gapless.toml:2)"},
        {"[teams]\nstrategies = [\"al\"]\n",
         "teams.strategies must be strategies among all, list, environment_variable, high_pageviews or "
         "project_settings, not 'al' (from gapless.toml:2)"},
        {"[teams]\nstrategies = [\"high_pageviews\", \"project_settings\"]\ntop_limit = 100\n", "good"},
        {"[teams]\ntop_limit = 0\n",
         "teams.top_limit must be a whole number from 1 to 100, not '0' (from gapless.toml:2)"},
        {"[teams]\ntop_limit = 101\n",
         "teams.top_limit must be a whole number from 1 to 100, not '101' (from gapless.toml:2)"},
        {"[teams]\nsettings_table = 'x\"; DROP TABLE y; --'\n",
         "teams.settings_table must be a table's name of letters, digits and '_', table or schema.table, not 'x\"; "
         "DROP "
         "TABLE y; --' (from gapless.toml:2)"},
        {"[teams]\nsettings_column = 'a\"b'\n",
         "teams.settings_column must be the name of a column: letters, digits and '_', not 'a\"b' (from "
         "gapless.toml:2)"},
        {"[backfill]\ndays_back = [1]\n", "gapless.toml:2: backfill.days_back cannot be a list"},
        {"[backfill]\ndays_back = 2026-03-01\n", "gapless.toml:2: backfill.days_back cannot be a table, date or time"},
        {"[engine]\ndatabase = \"a b\"\n",
         "engine.database must be the name of a database: letters, digits and '_', not 'a b' (from gapless.toml:2)"},
    }));

TEST(ConfigurationDocument, that_is_no_toml_is_refused_with_its_line) {
  EXPECT_THAT(message_of("[backfill]\ndays_back = \n"), testing::StartsWith("gapless.toml:2: "));
  EXPECT_THAT(message_of("a = 1\na = 2\n"), testing::StartsWith("gapless.toml:2: "));
}

class ConfigurationInDirectory : public testing::Test {
 protected:
  ConfigurationInDirectory() : before_(std::filesystem::current_path()) {
    directory_ = std::filesystem::path(testing::TempDir()) / ("gapless_configuration_" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
    std::filesystem::current_path(directory_);
  }
  ~ConfigurationInDirectory() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(directory_);
  }
  static void write(const std::string& name, std::string_view content) { std::ofstream(name) << content; }
  static std::string origin(const Configuration& configuration, std::string_view key) {
    for (const SettingValue& value : configuration.values)
      if (value.key == key) return value.text + " from " + value.origin;
    return "no such setting";
  }

  Given options;
  Environment environment;

 private:
  std::filesystem::path before_;
  std::filesystem::path directory_;
};

TEST_F(ConfigurationInDirectory, is_the_defaults_where_nothing_is_said) {
  const Configuration made = load_configuration(options, environment, {}).value();
  EXPECT_FALSE(made.has_file);
  EXPECT_EQ(made.settings.data, "gapless-data");
  EXPECT_EQ(made.settings.days_back, 30);
  EXPECT_EQ(made.settings.detection_window_days, 7);
  EXPECT_EQ(made.settings.settle_delay, std::chrono::minutes(30));
  EXPECT_EQ(made.settings.statement_timeout, std::chrono::seconds(2200));
  EXPECT_EQ(made.settings.memory.percent_of_machine, 60);
  EXPECT_EQ(made.settings.max_concurrent, 2U);
  EXPECT_THAT(made.settings.teams.strategies, ElementsAre(Strategy::kAll));
  EXPECT_FALSE(made.settings.log_level_was_given);
  EXPECT_EQ(made.values.size(), setting_infos().size());
  for (const SettingValue& value : made.values) EXPECT_EQ(value.origin, "default") << value.key;
}

TEST_F(ConfigurationInDirectory, lets_options_win_over_the_environment_and_that_over_the_file) {
  write("gapless.toml", "[engine]\ndata = \"from-file\"\ndatabase = \"in_file\"\n[backfill]\ndays_back = 5\n");
  environment = {{"GAPLESS_DATA", "from-environment"}, {"WEB_ANALYTICS_BACKFILL_DAYS_BACK", "6"}};
  options.set("--data", "from-option");
  const Configuration made = load_configuration(options, environment, {}).value();
  EXPECT_EQ(made.settings.data, "from-option");
  EXPECT_EQ(origin(made, "engine.data"), "from-option from --data");
  EXPECT_EQ(origin(made, "backfill.days_back"), "6 from WEB_ANALYTICS_BACKFILL_DAYS_BACK");
  EXPECT_EQ(origin(made, "engine.database"), "in_file from gapless.toml:3");
  EXPECT_EQ(origin(made, "backfill.order"), "newest from default");
}

TEST_F(ConfigurationInDirectory, takes_one_server_or_several) {
  EXPECT_TRUE(load_configuration(options, environment, {}).value().settings.servers().empty()) << "the embedded engine";
  write("gapless.toml", "[engine]\nshards = [\"http://ch1:8123\", \"https://ch2\"]\n");
  EXPECT_THAT(load_configuration(options, environment, {}).value().settings.servers(),
              ElementsAre("http://ch1:8123", "https://ch2"));
  environment = {{"GAPLESS_ENGINE_SHARDS", "http://a:1, http://b:2,http://c:3"}};
  EXPECT_THAT(load_configuration(options, environment, {}).value().settings.servers(),
              ElementsAre("http://a:1", "http://b:2", "http://c:3"));
  environment["GAPLESS_ENGINE_URL"] = "http://d:4";
  EXPECT_THAT(load_configuration(options, environment, {}).error().message,
              HasSubstr("engine.url (from GAPLESS_ENGINE_URL) and engine.shards (from GAPLESS_ENGINE_SHARDS)"));
  for (const auto& [text, why] : {std::pair("http://a:1,http://a:1", "twice"), std::pair("http://a:1,b:2", "HOST:PORT"),
                                  std::pair("http://keeper:secret@a:1", "without user and password")}) {
    environment = {{"GAPLESS_ENGINE_SHARDS", text}};
    EXPECT_THAT(load_configuration(options, environment, {}).error().message, HasSubstr(why));
  }
}

TEST_F(ConfigurationInDirectory, takes_older_names_where_the_newer_ones_are_not_set) {
  environment = {{"WEB_ANALYTICS_BACKFILL_HISTORICAL_DAYS", "8"}};
  EXPECT_EQ(load_configuration(options, environment, {}).value().settings.days_back, 8);
  environment["WEB_ANALYTICS_BACKFILL_DAYS_BACK"] = "9";
  EXPECT_EQ(load_configuration(options, environment, {}).value().settings.days_back, 9);
  environment["WEB_ANALYTICS_BACKFILL_DAYS_BACK"] = "";
  EXPECT_EQ(load_configuration(options, environment, {}).value().settings.days_back, 8) << "empty is not set";
}

TEST_F(ConfigurationInDirectory, takes_the_originals_variables) {
  environment = {{"WEB_ANALYTICS_ENABLED_TEAM_IDS", "2, 7"},
                 {"WEB_ANALYTICS_TEAM_SELECTION_STRATEGIES", "environment_variable"},
                 {"WEB_PRE_AGGREGATED_CLICKHOUSE_TIMEOUT", "600"},
                 {"GAPLESS_ENGINE_SETTINGS", "max_block_size=8192,join_use_nulls=1"}};
  const Settings settings = load_configuration(options, environment, {}).value().settings;
  EXPECT_EQ(settings.teams.enabled.size(), 2U);
  EXPECT_THAT(settings.teams.strategies, ElementsAre(Strategy::kEnvironmentVariable));
  EXPECT_EQ(settings.statement_timeout, std::chrono::minutes(10));
  EXPECT_EQ(settings.engine_settings,
            (std::map<std::string, std::string>{{"join_use_nulls", "1"}, {"max_block_size", "8192"}}));
}

TEST_F(ConfigurationInDirectory, shows_no_password) {
  environment = {{"GAPLESS_TEAMS_SETTINGS_DATABASE", "postgresql://u:secret@db/x"}};
  const Configuration made = load_configuration(options, environment, {}).value();
  EXPECT_EQ(made.settings.team_settings_database.location, "postgresql://u:secret@db/x");
  EXPECT_EQ(origin(made, "teams.settings_database"), "postgresql://u:***@db/x from GAPLESS_TEAMS_SETTINGS_DATABASE");
  environment = {{"GAPLESS_TEAMS_SETTINGS_DATABASE", "mysql://u:secret@db/x"}};
  EXPECT_THAT(load_configuration(options, environment, {}).error().message,
              testing::AllOf(HasSubstr("'mysql://u:***@db/x'"), testing::Not(HasSubstr("secret"))));
}

TEST_F(ConfigurationInDirectory, names_the_variable_of_a_bad_value) {
  environment = {{"WEB_ANALYTICS_ENABLED_TEAM_IDS", "1,12; DROP"}};
  EXPECT_EQ(load_configuration(options, environment, {}).error().message,
            "team id '12; DROP' is not a positive integer (from WEB_ANALYTICS_ENABLED_TEAM_IDS)");
  environment = {{"GAPLESS_NOW", "yesterday"}};
  EXPECT_THAT(load_configuration(options, environment, {}).error().message, HasSubstr("GAPLESS_NOW"));
}

TEST_F(ConfigurationInDirectory, must_find_a_file_that_was_named) {
  options.set("--config", "other.toml");
  EXPECT_EQ(load_configuration(options, environment, {}).error().message,
            "there is no configuration file other.toml (from --config)");
  write("other.toml", "[backfill]\ndays_back = 3\n");
  EXPECT_EQ(load_configuration(options, environment, {}).value().settings.days_back, 3);
  environment = {{"GAPLESS_CONFIG", "third.toml"}};
  EXPECT_EQ(load_configuration({}, environment, {}).error().message,
            "there is no configuration file third.toml (from GAPLESS_CONFIG)");
  EXPECT_EQ(configuration_path(options, environment), "other.toml");
}

TEST_F(ConfigurationInDirectory, has_no_colours_where_no_color_is_set) {
  environment = {{"NO_COLOR", "1"}};
  EXPECT_EQ(load_configuration(options, environment, {}).value().settings.colour, Colour::kNever);
  environment["GAPLESS_COLOR"] = "always";
  EXPECT_EQ(load_configuration(options, environment, {}).value().settings.colour, Colour::kAlways);
  options.set("--no-color", "");
  EXPECT_EQ(load_configuration(options, environment, {}).value().settings.colour, Colour::kNever);
}

TEST_F(ConfigurationInDirectory, stands_still_under_gapless_now) {
  environment = {{"GAPLESS_NOW", "2026-03-10T12:00:00Z"}};
  EXPECT_EQ(format_instant(load_configuration(options, environment, {}).value().fixed_now.value()),
            "2026-03-10T12:00:00Z");
}

TEST_F(ConfigurationInDirectory, falls_back_to_what_can_be_read) {
  write("gapless.toml", "nonsense");
  options.set("--data", "d");
  EXPECT_FALSE(load_configuration(options, environment, {}));
  const Configuration made = fallback_configuration(options, environment);
  EXPECT_EQ(made.settings.data, "d");
  EXPECT_EQ(made.settings.days_back, 30);
  EXPECT_EQ(made.path, "gapless.toml");
}

TEST_F(ConfigurationInDirectory, begins_with_a_file_that_changes_nothing) {
  const std::string sample = sample_configuration(setting_infos());
  write("gapless.toml", sample);
  const Configuration made = load_configuration(options, environment, {}).value();
  EXPECT_TRUE(made.has_file);
  for (const SettingValue& value : made.values) EXPECT_EQ(value.origin, "default") << value.key;
  for (const SettingInfo& setting : setting_infos()) {
    EXPECT_THAT(sample, HasSubstr("\n#" + std::string(setting.key.substr(setting.key.find('.') + 1)) + " = "));
    for (const std::string_view name : setting.environment) EXPECT_THAT(sample, HasSubstr(std::string(name)));
  }
}

TEST_F(ConfigurationInDirectory, can_be_edited_by_taking_the_comment_signs_away) {
  std::string sample = sample_configuration(setting_infos());
  for (std::size_t at = sample.find("\n#"); at != std::string::npos; at = sample.find("\n#", at + 1))
    if (at + 2 < sample.size() && sample[at + 2] != ' ') sample.erase(at + 1, 1);
  // Settings without a default have nothing to show.
  for (const char* without :
       {"\nchdb_library = \"\"", "\npassword_file = \"\"", "\nca_file = \"\"", "\nstaging_database = \"\"",
        "\npriority = ", "\nretention_days = ", "\nsessionize = \"\"", "\npersons = \"\"",
        "\nkeep_days = ", "\nteam_buckets = ", "\nhistory_days = \"\"", "\nsettings_database = \"\"",
        "\nsettings_password_file = \"\"", "\ndaily_time_zone = \"\"", "\nintraday_time_zone = \"\"",
        "\nbackfill_time_zone = \"\"", "\nverify_time_zone = \"\"", "\nsecret = \"\"", "\npassword_file = \"\""}) {
    const std::size_t at = sample.find(without);
    ASSERT_NE(at, std::string::npos) << without;
    sample.erase(at, std::string_view(without).size());
  }
  write("gapless.toml", sample);
  const auto made = load_configuration(options, environment, {});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->settings.days_back, 30);
  EXPECT_THAT(origin(*made, "backfill.days_back"), HasSubstr("30 from gapless.toml:"));
}

TEST(SettingTable, has_defaults_that_are_good_values) {
  for (const Setting& setting : setting_table()) {
    Settings settings;
    const GivenValue standard{std::string(setting.info.key), std::string(setting.info.default_text), "default"};
    if (!setting.info.default_text.empty()) {
      EXPECT_TRUE(setting.apply(standard, settings)) << setting.info.key;
    }
    EXPECT_FALSE(setting.info.environment.empty()) << setting.info.key;
    EXPECT_FALSE(setting.info.help.ends_with('.')) << setting.info.key;
  }
}

TEST(SettingTable, finds_settings_by_their_keys) {
  EXPECT_EQ(find_setting("engine.settings.max_block_size")->info.key, "engine.settings");
  EXPECT_EQ(find_setting("engine.settingsx"), nullptr);
  EXPECT_EQ(find_setting("engine"), nullptr);
}

TEST(UnknownVariables, are_those_that_look_like_ours) {
  EXPECT_THAT(unknown_variables({{"GAPLESS_DAT", "x"},
                                 {"GAPLESS_DATA", "x"},
                                 {"GAPLESS_NOW", "x"},
                                 {"GAPLESS_CONFIG", "x"},
                                 {"WEB_ANALYTICS_TOP_TEAM_LIMIT", "5"},
                                 {"WEB_ANALYTICS_TOP_TEAMS_LIMIT", "5"},
                                 {"WEB_PREAGGREGATED_INTRA_DAY_CRON_SCHEDULE", "x"},
                                 {"HOME", "/"}}),
              ElementsAre("GAPLESS_DAT", "WEB_ANALYTICS_TOP_TEAM_LIMIT", "WEB_PREAGGREGATED_INTRA_DAY_CRON_SCHEDULE"));
}

}  // namespace
}  // namespace gapless
