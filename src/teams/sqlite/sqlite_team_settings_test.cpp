#include "teams/sqlite/sqlite_team_settings.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "contract/store_directory.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class SqliteTeamSettingsTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return directory_.path() / "settings.sqlite"; }
  void execute(const std::string& text) const {
    SQLite::Database(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(text);
  }
  void make_table() const { execute("CREATE TABLE posthog_team (id, web_analytics_pre_aggregated_tables_enabled)"); }
  void add(const std::string& row) const { execute("INSERT INTO posthog_team VALUES (" + row + ")"); }
  Result<Teams> look(const SettingsTable& table = {}, std::chrono::milliseconds timeout = std::chrono::seconds(5),
                     std::stop_token stop = {}) const {
    return SqliteTeamSettings({file(), table, timeout, std::move(stop)}).enabled_teams();
  }
  Error error(const SettingsTable& table = {}) const {
    const auto teams = look(table);
    EXPECT_FALSE(teams);
    return teams ? Error{} : teams.error();
  }

 private:
  contract::TemporaryDirectory directory_;
};

TEST_F(SqliteTeamSettingsTest, reads_flags_however_they_are_written) {
  make_table();
  for (const char* row : {"3, 1", "1, true", "4, 0", "5, NULL", "6, false", "7, 'true'", "9223372036854775807, 1"})
    add(row);
  EXPECT_EQ(look().value(), parse_teams("1,3,7,9223372036854775807", "test").value());
}

TEST_F(SqliteTeamSettingsTest, may_find_nobody) {
  make_table();
  EXPECT_EQ(look().value(), Teams{});
}

TEST_F(SqliteTeamSettingsTest, refuses_ids_that_are_none) {
  for (const char* id : {"-1", "0", "1e3", "NULL", "'12; DROP TABLE'", "' '", "''", "'１２'", "9223372036854775808",
                         "'12' || char(0) || 'x'", "x'3132ff'"}) {
    std::filesystem::remove(file());
    make_table();
    add("1, 1");
    add(std::string(id) + ", 1");
    const Error refused = error();
    EXPECT_EQ(refused.fault, Fault::kCorrupt) << id;
    EXPECT_THAT(refused.message, HasSubstr("(from posthog_team.id)")) << id;
  }
}

TEST_F(SqliteTeamSettingsTest, says_what_is_missing) {
  EXPECT_THAT(error().message, AllOf(HasSubstr("there is no file"), HasSubstr(file().string())));
  EXPECT_FALSE(std::filesystem::exists(file())) << "made by looking";
  execute("CREATE TABLE other (id)");
  EXPECT_THAT(error().message, AllOf(HasSubstr("no such table: posthog_team"), HasSubstr("teams.settings_table")));
  execute("CREATE TABLE posthog_team (id)");
  EXPECT_THAT(error().message, AllOf(HasSubstr("no such column: t.web_analytics_pre_aggregated_tables_enabled"),
                                     HasSubstr("teams.settings_column")))
      << "and not a string that is never set";
  EXPECT_EQ(error().fault, Fault::kBadQuery);
}

TEST_F(SqliteTeamSettingsTest, refuses_a_file_that_is_no_database) {
  std::ofstream(file()) << std::string(5000, 'x');
  EXPECT_EQ(error().fault, Fault::kCorrupt);
  EXPECT_THAT(error().message, HasSubstr(file().string()));
}

TEST_F(SqliteTeamSettingsTest, gives_up_when_its_time_is_over_or_it_is_stopped) {
  execute(
      "CREATE VIEW posthog_team AS WITH RECURSIVE endless(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM endless) "
      "SELECT id, id * 0 AS web_analytics_pre_aggregated_tables_enabled FROM endless");
  EXPECT_EQ(look({}, std::chrono::milliseconds(20)).error().fault, Fault::kTimeout);
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_EQ(look({}, std::chrono::seconds(5), stopped.get_token()).error().fault, Fault::kCancelled);
}

}  // namespace
}  // namespace gapless
