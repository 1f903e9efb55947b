#include <gtest/gtest.h>

#include "warehouse/ledger_rows.h"
#include "warehouse/staging_names.h"

namespace gapless {
namespace {

TEST(StagingNames, ComeBackFromTheNamesOfAllTheirTables) {
  const StagingId id{"7f3a90c1d2e4b586", 18446744073709551615u, {3, *Day::parse("2026-03-01", "test"), 7}};
  const StagingTables tables = StagingTables::of(id, *Identifier::parse("db", "test"));
  EXPECT_EQ(tables.sessions.table.text(), "staging_7f3a90c1d2e4b586_18446744073709551615_3_20260301_7_sessions");
  for (const TableName& table :
       {tables.straddlers, tables.sessions, tables.target(Target::kStats), tables.target(Target::kBounces)}) {
    const auto parsed = parse_staging_name(table.table.text());
    ASSERT_TRUE(parsed) << table.table.text();
    EXPECT_EQ(*parsed, id);
  }
}

TEST(StagingNames, AreNotSeenInOtherTables) {
  for (const char* name :
       {"staging", "staging_a_b_c", "staging_a_1_0_2026030_0_stats", "staging_a_1_0_20261301_0_stats",
        "staging_a_x_0_20260301_0_stats", "events", "staging_a_1_0_20260301_0_stats_more", ""})
    EXPECT_FALSE(parse_staging_name(name)) << name;
}

TEST(LedgerRows, ComeBackAsTheyWereWritten) {
  LedgerRow row{{*TeamId::from(42, "test"), *Day::parse("2026-03-01", "test")},
                Target::kBounces,
                "d",
                {1, 2},
                {3, 4},
                {5, 5, 6, {7, 8, 9, -10}},
                "run",
                11,
                12,
                Instant(std::chrono::microseconds(1772323200000001))};
  const std::string line = format_ledger_rows({row});
  EXPECT_EQ(line, "web\t42\t2026-03-01\tbounces\td\t1\t2\t3\t4\t7\t8\t9\t-10\t5\t6\trun\t11\t12\t1772323200.000001\n");

  const auto& columns = ledger_row_columns();
  Rows rows({columns.begin(), columns.end()}, std::vector<std::string>(columns.size(), "String"));
  ASSERT_TRUE(rows.append({"42", "2026-03-01", "bounces", "d", "1", "2", "3", "4", "7", "8", "9", "-10", "5", "6",
                           "run", "11", "12", "1772323200000001"}));
  const auto parsed = parse_ledger_rows(rows);
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->size(), 1u);
  EXPECT_EQ(parsed->front().content, row.content);
  EXPECT_EQ(parsed->front().published_at, row.published_at);
  EXPECT_EQ(parsed->front().fence, 11u);
}

TEST(LedgerRows, RefuseWhatIsNotALedgerRow) {
  const auto& columns = ledger_row_columns();
  const std::vector<std::string> good = {"42", "2026-03-01", "bounces", "d", "1", "2",   "3",  "4",  "7",
                                         "8",  "9",          "-10",     "5", "6", "run", "11", "12", "1"};
  const std::vector<std::pair<std::size_t, std::string>> spoiled = {{0, "0"},       {0, "x"},  {1, "2026-13-01"},
                                                                    {2, "nothing"}, {4, "-1"}, {17, ""}};
  for (const auto& [column, text] : spoiled) {
    std::vector<std::string> cells = good;
    cells[column] = text;
    Rows rows({columns.begin(), columns.end()}, std::vector<std::string>(columns.size(), "String"));
    ASSERT_TRUE(rows.append(cells));
    const auto parsed = parse_ledger_rows(rows);
    ASSERT_FALSE(parsed) << columns[column] << "=" << text;
    EXPECT_EQ(parsed.error().fault, Fault::kCorrupt);
  }
}

}  // namespace
}  // namespace gapless
