#include "engine/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gapless {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

MATCHER_P2(Binds, name, value, "") { return arg.name == name && arg.value == value; }

std::string bound(std::string_view placeholder_type, const auto& value) {
  Statement statement("SELECT {x:" + std::string(placeholder_type) + "}");
  statement.bind("x", value);
  return statement.parameters().at(0).value;
}

TEST(Statement, KeepsItsTextApartFromItsValues) {
  Statement statement("SELECT {a:String}, {b:UInt64}");
  statement.bind("a", "'; DROP TABLE t").bind("b", std::uint64_t{7});
  EXPECT_EQ(statement.text(), "SELECT {a:String}, {b:UInt64}");
  EXPECT_THAT(statement.parameters(), ElementsAre(Binds("a", "'; DROP TABLE t"), Binds("b", "7")));
}

TEST(Statement, ASecondValueReplacesTheFirst) {
  Statement statement("SELECT {a:String}");
  statement.bind("a", "one").bind("a", "two");
  EXPECT_THAT(statement.parameters(), ElementsAre(Binds("a", "two")));
}

TEST(Statement, EscapesTextsButNotIdentifiers) {
  EXPECT_EQ(bound("String", std::string_view("a\\b\tc")), R"(a\\b\tc)");
  EXPECT_EQ(bound("Identifier", std::string_view("a\\b\tc")), "a\\b\tc");
  EXPECT_EQ(bound("String", std::string_view()), "");
}

TEST(Statement, TellsIdentifiersByTheirOwnName) {
  Statement statement("SELECT {column:Identifier} FROM t WHERE x = {umn:String}");
  statement.bind("column", "a\\b").bind("umn", "a\\b");
  EXPECT_THAT(statement.parameters(), ElementsAre(Binds("column", "a\\b"), Binds("umn", "a\\\\b")));
}

TEST(Statement, WritesIntegersInFull) {
  EXPECT_EQ(bound("UInt64", std::uint64_t{18446744073709551615U}), "18446744073709551615");
  EXPECT_EQ(bound("UInt64", std::uint64_t{0}), "0");
  EXPECT_EQ(bound("Int64", std::int64_t{INT64_MIN}), "-9223372036854775808");
}

TEST(Statement, WritesDaysAndInstants) {
  EXPECT_EQ(bound("Date", Day::parse("2026-03-01", "test").value()), "2026-03-01");
  const Instant start = Day::parse("2026-03-01", "test").value().start();
  EXPECT_EQ(bound("DateTime64(6, 'UTC')", start), "2026-03-01 00:00:00.000000");
  EXPECT_EQ(bound("DateTime64(6, 'UTC')", start + 12h + 34min + 56s + 78us), "2026-03-01 12:34:56.000078");
  EXPECT_EQ(bound("DateTime64(6, 'UTC')", start - 1us), "2026-02-28 23:59:59.999999");
  EXPECT_EQ(bound("DateTime64(6, 'UTC')", Instant(-1us)), "1969-12-31 23:59:59.999999");
}

TEST(Statement, WritesArrays) {
  EXPECT_EQ(bound("Array(UInt64)", Teams()), "[]");
  EXPECT_EQ(bound("Array(UInt64)", parse_teams("1,23,9223372036854775807", "test").value()),
            "[1,23,9223372036854775807]");
  EXPECT_EQ(bound("Array(String)", std::vector<std::string>()), "[]");
  EXPECT_EQ(bound("Array(String)", std::vector<std::string>{"", "a,b", "it's", "\\", "]\n"}),
            R"(['','a,b','it\'s','\\',']\n'])");
}

RC_GTEST_PROP(Statement, AnArrayOfTextsEndsWhereItShould, (const std::vector<std::string>& texts)) {
  const std::string value = bound("Array(String)", texts);
  std::size_t quotes = 0;  // those that no backslash takes away: two an element
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\') {
      ++i;
    } else if (value[i] == '\'') {
      ++quotes;
    }
  }
  RC_ASSERT(quotes == 2 * texts.size());
  RC_ASSERT(value.front() == '[');
  RC_ASSERT(value.back() == ']');
}

}  // namespace
}  // namespace gapless
