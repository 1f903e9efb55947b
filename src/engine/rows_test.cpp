#include "engine/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/tsv.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Rows parsed(std::string_view bytes) {
  auto rows = Rows::parse_tsv(bytes);
  EXPECT_TRUE(rows) << rows.error().message;
  return rows ? std::move(*rows) : Rows();
}

TEST(Rows, ReadNamesTypesAndCells) {
  const Rows rows = parsed("team\tday\nUInt64\tDate\n1\t2026-03-01\n2\t2026-03-02\n");
  EXPECT_THAT(rows.names(), ElementsAre("team", "day"));
  EXPECT_THAT(rows.types(), ElementsAre("UInt64", "Date"));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.text(1, 0), "2");
  EXPECT_EQ(rows.day(0, 1)->to_string(), "2026-03-01");
  EXPECT_EQ(rows.team(1, 0)->value(), 2U);
}

TEST(Rows, UnescapeNamesTypesAndCells) {
  const Rows rows = parsed("a\\tb\nDateTime64(6, \\'UTC\\')\nx\\ty\\n\\\\N\\0z\n");
  EXPECT_EQ(rows.names().at(0), "a\tb");
  EXPECT_EQ(rows.types().at(0), "DateTime64(6, 'UTC')");
  EXPECT_EQ(rows.text(0, 0), std::string("x\ty\n\\N\0z", 8));
}

TEST(Rows, TellNullFromItsLookalikes) {
  const Rows rows = parsed("a\tb\tc\nNullable(String)\tString\tString\n\\N\t\\\\N\t\n");
  EXPECT_TRUE(rows.is_null(0, 0));
  EXPECT_EQ(rows.text(0, 0), "");
  EXPECT_FALSE(rows.is_null(0, 1));
  EXPECT_EQ(rows.text(0, 1), "\\N");
  EXPECT_FALSE(rows.is_null(0, 2));
  EXPECT_EQ(rows.text(0, 2), "");
}

TEST(Rows, LeaveLiteralsAsTheyAre) {
  const Rows rows =
      parsed("a\tt\ts\nArray(String)\tTuple(String, UInt8)\tString\n['it\\'s','\\\\']\t('\\t',1)\t['it\\'s']\n");
  EXPECT_EQ(rows.text(0, 0), R"(['it\'s','\\'])");
  EXPECT_EQ(rows.text(0, 1), R"(('\t',1))");
  EXPECT_EQ(rows.text(0, 2), "['it's']");
}

TEST(Rows, MayBeNone) {
  const Rows rows = parsed("n\nUInt64\n");
  EXPECT_EQ(rows.size(), 0U);
  EXPECT_EQ(rows.columns(), 1U);
}

TEST(Rows, MayBeOfOneEmptyText) {
  const Rows rows = parsed("s\nString\n\n\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.text(1, 0), "");
}

struct Damaged {
  const char* name;
  std::string_view bytes;
  const char* why;
};
class DamagedRows : public testing::TestWithParam<Damaged> {};

TEST_P(DamagedRows, AreCorruptAndSayWhere) {
  const auto rows = Rows::parse_tsv(GetParam().bytes);
  ASSERT_FALSE(rows) << rows->size() << " rows";
  EXPECT_EQ(rows.error().fault, Fault::kCorrupt);
  EXPECT_THAT(rows.error().message, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Rows, DamagedRows,
                         testing::ValuesIn<Damaged>({
                             {"empty", "", "before the names"},
                             {"names_cut", "a\tb", "before the names"},
                             {"no_types", "a\tb\n", "before the types"},
                             {"types_cut", "a\nUInt", "before the types"},
                             {"fewer_types", "a\tb\nUInt64\n", "2 columns and 1 types"},
                             {"row_cut", "a\nUInt64\n1\n23", "within line 4"},
                             {"short_row", "a\tb\nUInt8\tUInt8\n1\t2\n3\n", "line 4 of a result has 1 fields for 2"},
                             {"long_row", "a\nUInt8\n1\t2\n", "line 3 of a result has 2 fields for 1"},
                             {"bad_escape", "a\nString\nx\\q\n", "line 3 of a result has a bad escape in 'x\\q'"},
                             {"cut_escape", "a\nString\nx\\\n", "bad escape"},
                             {"bad_name", "\\x\nString\n", "line 1"},
                         }),
                         kCaseName);

struct Cell {
  const char* name;
  std::string text;
};
class BadCell : public testing::TestWithParam<Cell> {};

TEST_P(BadCell, IsCorruptForEveryTypeAndNamesTheColumn) {
  Rows rows({"events"}, {"String"});
  ASSERT_TRUE(rows.append({GetParam().text}));
  const std::vector<Error> errors = {rows.u64(0, 0).error(), rows.i64(0, 0).error(), rows.day(0, 0).error(),
                                     rows.team(0, 0).error()};
  for (const Error& error : errors) {
    EXPECT_EQ(error.fault, Fault::kCorrupt);
    EXPECT_THAT(error.message, HasSubstr("column events has '" + GetParam().text + "'"));
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, BadCell,
                         testing::ValuesIn<Cell>({
                             {"empty", ""},
                             {"word", "many"},
                             {"plus", "+1"},
                             {"space", " 1"},
                             {"fraction", "1.5"},
                             {"trailing", "1 "},
                             {"beyond_64_bits", "18446744073709551616"},
                             {"impossible_day", "2026-02-30"},
                         }),
                         kCaseName);

TEST(Rows, IntegersReachTheirLimits) {
  Rows rows({"n"}, {"UInt64"});
  ASSERT_TRUE(rows.append({"18446744073709551615"}));
  ASSERT_TRUE(rows.append({"-9223372036854775808"}));
  EXPECT_EQ(rows.u64(0, 0).value(), UINT64_MAX);
  EXPECT_FALSE(rows.i64(0, 0));
  EXPECT_EQ(rows.i64(1, 0).value(), INT64_MIN);
  EXPECT_FALSE(rows.u64(1, 0));
}

TEST(Rows, NullIsNoValueOfAnyType) {
  const Rows rows = parsed("n\nNullable(UInt64)\n\\N\n");
  EXPECT_THAT(rows.u64(0, 0).error().message, HasSubstr("column n is NULL where an unsigned integer is expected"));
  EXPECT_FALSE(rows.i64(0, 0));
  EXPECT_FALSE(rows.day(0, 0));
  EXPECT_FALSE(rows.team(0, 0));
}

TEST(Rows, ACellThatIsNotThereIsOurOwnFault) {
  const Rows rows = parsed("n\nUInt64\n1\n");
  EXPECT_EQ(rows.u64(1, 0).error().fault, Fault::kInternal);
  EXPECT_EQ(rows.u64(0, 1).error().fault, Fault::kInternal);
  EXPECT_EQ(Rows().day(0, 0).error().fault, Fault::kInternal);
}

TEST(Rows, ExpectTheirColumns) {
  const Rows rows({"a", "b"}, {"UInt8", "UInt8"});
  EXPECT_TRUE(rows.expect({"a", "b"}));
  EXPECT_FALSE(rows.expect({"b", "a"}));
  EXPECT_FALSE(rows.expect({"a"}));
  const auto longer = rows.expect({"a", "b", "c"});
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().fault, Fault::kCorrupt);
  EXPECT_THAT(longer.error().message, HasSubstr("a, b instead of a, b, c"));
}

TEST(Rows, AppendRefusesAnotherNumberOfCells) {
  Rows rows({"a", "b"}, {"UInt8", "UInt8"});
  EXPECT_EQ(rows.append({"1"}).error().fault, Fault::kCorrupt);
  EXPECT_EQ(rows.size(), 0U);
}

RC_GTEST_PROP(Rows, ReadEveryTextThatIsEscaped, (const std::vector<std::pair<std::string, std::string>>& cells)) {
  std::string bytes = "a\tb\nString\tString\n";
  for (const auto& [a, b] : cells) bytes += tsv_escape(a) + "\t" + tsv_escape(b) + "\n";
  const auto rows = Rows::parse_tsv(bytes);
  RC_ASSERT(rows.has_value());
  RC_ASSERT(rows->size() == cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    RC_ASSERT(rows->text(i, 0) == cells[i].first);
    RC_ASSERT(rows->text(i, 1) == cells[i].second);
    RC_ASSERT(!rows->is_null(i, 0));
  }
}

RC_GTEST_PROP(Rows, NeverReadAPartOfAReplyAsTheWhole, (const std::vector<std::string>& cells)) {
  std::string bytes = "a\nString\n";
  for (const auto& cell : cells) bytes += tsv_escape(cell) + "x\n";
  const auto length = *rc::gen::inRange<std::size_t>(0, bytes.size());
  const auto rows = Rows::parse_tsv(std::string_view(bytes).substr(0, length));
  if (!rows) return;  // as it should be, except at a line's end
  RC_ASSERT(bytes[length - 1] == '\n');
  RC_ASSERT(rows->size() < cells.size());
}

}  // namespace
}  // namespace gapless
