#include "gateway/sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless::gateway {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(StatementText, is_parted_from_its_format_and_its_rows) {
  const struct {
    const char* text;
    const char* statement;
    const char* format;
    bool has_rows;
    const char* rows;
  } cases[] = {
      {"SELECT 1", "SELECT 1", "", false, ""},
      {"SELECT 1 FORMAT JSON", "SELECT 1 ", "JSON", false, ""},
      {"SELECT 1 format JSON;", "SELECT 1 ;", "JSON", false, ""},
      {"SELECT 1 FORMAT CSV SETTINGS a = 1", "SELECT 1  SETTINGS a = 1", "CSV", false, ""},
      {"SELECT format FROM t", "SELECT format FROM t", "", false, ""},
      {"SELECT 'FORMAT JSON'", "SELECT 'FORMAT JSON'", "", false, ""},
      {"INSERT INTO t FORMAT TSV\n1\t2\n", "INSERT INTO t ", "TSV", true, "1\t2\n"},
      {"INSERT INTO t (a) FORMAT TSV", "INSERT INTO t (a) ", "TSV", true, ""},
      {"INSERT INTO t SETTINGS x = 1 FORMAT CSV  \r\n 1", "INSERT INTO t SETTINGS x = 1 ", "CSV", true, " 1"},
      {"insert into t values (1), ('FORMAT')", "insert into t ", "Values", true, "(1), ('FORMAT')"},
      {"INSERT INTO format VALUES (1)", "INSERT INTO format ", "Values", true, "(1)"},
      {"INSERT INTO t SELECT 1 FORMAT TSV", "INSERT INTO t SELECT 1 ", "TSV", false, ""},
      {"INSERT INTO t WITH 1 AS a SELECT a", "INSERT INTO t WITH 1 AS a SELECT a", "", false, ""},
  };
  for (const auto& one : cases) {
    const StatementText apart = take_apart(one.text);
    EXPECT_EQ(apart.text, one.statement) << one.text;
    EXPECT_EQ(apart.format, one.format) << one.text;
    EXPECT_EQ(apart.is_insert_of_rows, one.has_rows) << one.text;
    EXPECT_EQ(apart.rows, one.rows) << one.text;
  }
}

TEST(SettingsOf, finds_every_clause_at_any_depth) {
  std::size_t clauses = 0;
  const auto settings = settings_of(
      "SELECT * FROM (SELECT 1 SETTINGS a = 1, b = 'two') UNION ALL SELECT 2 SETTINGS c = -3 FORMAT TSV", clauses);
  ASSERT_TRUE(settings);
  EXPECT_EQ(clauses, 2U);
  EXPECT_THAT(*settings, ElementsAre(Pair("a", "1"), Pair("b", "two"), Pair("c", "-3")));
  EXPECT_TRUE(settings_of("SELECT settings, 'SETTINGS a = 1' FROM t", clauses)->empty());
  EXPECT_EQ(clauses, 0U);
}

TEST(SettingsOf, does_not_guess_at_values_that_are_more_than_plain) {
  std::size_t clauses = 0;
  for (const char* text : {"SELECT 1 SETTINGS a = {x:UInt8}", "SELECT 1 SETTINGS a = 'it\\'s'",
                           "SELECT 1 SETTINGS a = ", "SELECT 1 SETTINGS a = [1]", "SELECT 1 SETTINGS a = 1 b"})
    EXPECT_FALSE(settings_of(text, clauses) && clauses == 0) << text;
}

TEST(KillQuery, is_parted_from_its_manner) {
  const auto kill = parse_kill("KILL QUERY WHERE query_id = 'a' AND user = {u:String} SYNC;");
  ASSERT_TRUE(kill);
  EXPECT_EQ(kill->condition, "query_id = 'a' AND user = {u:String}");
  EXPECT_TRUE(kill->waits);
  EXPECT_FALSE(parse_kill("kill query where 1")->waits);
  EXPECT_EQ(parse_kill("KILL QUERY WHERE 1 = 1 ASYNC FORMAT JSON")->format, "JSON");
  for (const char* other : {"KILL MUTATION WHERE 1", "SELECT 1", "KILL QUERY", ""})
    EXPECT_FALSE(parse_kill(other)) << other;
}

TEST(QueryIds, are_there_wherever_the_table_of_statements_is_read) {
  const std::string changed = with_query_ids("SELECT 'system.processes' FROM system . `x`, SYSTEM.processes AS p");
  EXPECT_THAT(changed, testing::StartsWith("SELECT 'system.processes' FROM system . `x`, (SELECT * REPLACE ("));
  EXPECT_THAT(changed, testing::EndsWith(") AS p"));
}

}  // namespace
}  // namespace gapless::gateway
