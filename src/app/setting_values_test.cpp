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

}  // namespace
}  // namespace gapless
