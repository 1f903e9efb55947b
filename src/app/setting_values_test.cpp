#include "app/setting_values.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

using std::chrono::milliseconds;

TEST(SettingValues, are_whole_numbers_within_bounds) {
  EXPECT_EQ(read_whole_number("7", 1, 30), 7);
  for (const char* bad : {"", "0", "31", "-1", "+7", "7.0", "7d", " 7", "99999999999999"})
    EXPECT_EQ(read_whole_number(bad, 1, 30).error(), "a whole number from 1 to 30") << bad;
}

TEST(SettingValues, are_percentages_and_booleans) {
  EXPECT_EQ(read_percentage("12.5"), 12.5);
  EXPECT_EQ(read_percentage("10%"), 10.0);
  for (const char* bad : {"", "%", "-1", "101", "ten", "nan"}) EXPECT_FALSE(read_percentage(bad)) << bad;
  EXPECT_EQ(read_boolean("true"), true);
  EXPECT_EQ(read_boolean("0"), false);
  EXPECT_FALSE(read_boolean("yes"));
}

TEST(SettingValues, are_spans_with_their_unit_unless_seconds_are_meant) {
  EXPECT_EQ(read_span("1h30m"), milliseconds(5'400'000));
  EXPECT_FALSE(read_span("30")) << "30 of what?";
  EXPECT_EQ(read_span_or_seconds("2200"), milliseconds(2'200'000));
  EXPECT_EQ(read_span_or_seconds("30m"), milliseconds(1'800'000));
  for (const char* bad : {"", "-5", "2200x", "2200 "}) EXPECT_FALSE(read_span_or_seconds(bad)) << bad;
}

TEST(SettingValues, are_sizes_or_shares_of_memory) {
  EXPECT_EQ(read_memory_limit("4GiB").value().bytes, 4ULL << 30U);
  EXPECT_EQ(read_memory_limit("1.5GiB").value().bytes, 3ULL << 29U);
  EXPECT_EQ(read_memory_limit("500MB").value().bytes, 500'000'000U);
  EXPECT_EQ(read_memory_limit("1073741824").value().bytes, 1ULL << 30U);
  EXPECT_EQ(read_memory_limit("60%").value().percent_of_machine, 60);
  EXPECT_FALSE(read_memory_limit("60%").value().bytes);
  for (const char* bad : {"", "4", "1KiB", "4gib", "4 GiB", "0%", "101%", "-4GiB", "1.2.3GiB", "9e99GiB", "GiB"})
    EXPECT_FALSE(read_memory_limit(bad)) << bad;
}

TEST(SettingValues, are_names_of_tables) {
  EXPECT_EQ(read_source_table("events").value().table.text(), "events");
  EXPECT_FALSE(read_source_table("events").value().database);
  EXPECT_EQ(read_source_table("raw.events").value().database.value().text(), "raw");
  for (const char* bad : {"", ".", "a.", ".b", "a.b.c", "a b", "a;b", "`a`", "1a"})
    EXPECT_FALSE(read_source_table(bad)) << bad;
}

TEST(SettingValues, are_names_of_the_settings_table) {
  SettingsTable others;
  others.id_column = Identifier::parse("team_id", "").value();
  const SettingsTable read = read_settings_table("app.projects", others).value();
  EXPECT_EQ(read.name(), "app.projects");
  EXPECT_EQ(read.id_name(), "app.projects.team_id");
  for (const char* bad : {"", ".", "a.", ".b", "a.b.c", "a b", "\"; DROP TABLE x; --", "a\"b", "`a`", "été"})
    EXPECT_FALSE(read_settings_table(bad, others)) << bad;
}

TEST(SettingValues, are_places_of_the_settings_table) {
  using Kind = TeamSettingsDatabase::Kind;
  const auto kind = [](std::string_view text) { return read_settings_database(text).value().kind; };
  EXPECT_EQ(kind("postgresql://u:p@db:5432/posthog?sslmode=require"), Kind::kPostgres);
  EXPECT_EQ(kind("postgres://%2Frun%2Fpostgresql/posthog"), Kind::kPostgres);
  EXPECT_EQ(kind("host=/run/postgresql dbname=posthog options='-c search_path=a://b'"), Kind::kPostgres);
  EXPECT_EQ(read_settings_database("sqlite:/srv/a b.sqlite").value().location, "/srv/a b.sqlite");
  EXPECT_EQ(kind("sqlite:settings.sqlite"), Kind::kSqlite);
  for (const char* bad : {"", "posthog", "mysql://u@db/x", "mysql://u@db/x?a=b", "sqlite:", "/srv/settings.sqlite",
                          "postgresql://u:pa@ss@db/x", "postgresql://u:pa/ss@db/x"})
    EXPECT_FALSE(read_settings_database(bad)) << bad;
}

struct SecretCase {
  const char* text;
  const char* shown;
};

TEST(SettingValues, are_shown_without_their_passwords) {
  for (const auto& [text, shown] : std::vector<SecretCase>{
           {"postgresql://u@db:5432/x", "postgresql://u@db:5432/x"},
           {"postgresql://u:secret@db:5432/x", "postgresql://u:***@db:5432/x"},
           {"postgresql://u:se:c@r/et@db/x", "postgresql://u:***@db/x"},
           {"postgresql://db:5432/x?user=u&password=secret&sslmode=require",
            "postgresql://db:5432/x?user=u&password=***&sslmode=require"},
           {"postgresql://u:secret@db/x?sslpassword=other", "postgresql://u:***@db/x?sslpassword=***"},
           {"host=db password=secret dbname=x", "host=db password=*** dbname=x"},
           {"host=db PASSWORD = 'se cr\\'et' dbname=x", "host=db PASSWORD = *** dbname=x"},
           {"host=db password=se\\ cret&more", "host=db password=***"},
           {"password='secret", "password=***"},
           {"options='-c a=b://c' password=se&c@ret dbname=x", "options='-c a=b://c' password=*** dbname=x"},
           {"host=password dbname=x", "host=password dbname=x"},
           {"sqlite:settings.sqlite", "sqlite:settings.sqlite"},
           {"", ""},
       })
    EXPECT_EQ(without_passwords(text), shown) << text;
}

}  // namespace
}  // namespace gapless
