#include "gateway/policy.h"

#include <gtest/gtest.h>

#include "gateway/setting_policy.h"
#include "util/ascii.h"

namespace gapless::gateway {
namespace {

/// 0 where it is allowed.
int judged(std::string_view tree, const std::string& database = "rollup") {
  std::vector<std::string> lines;
  for_each_part(tree, '\n', [&](std::string_view line) { lines.emplace_back(line); });
  const ReadPolicy policy{{"rollup"}, database, {"plus", "count", "sum", "in", "_cast", "file"}};
  std::size_t set_nodes = 0;
  const auto allowed = judge_tree(lines, policy, set_nodes);
  return allowed ? 0 : allowed.error().code;
}

TEST(Policy, refuses_what_it_does_not_know) {
  const struct {
    const char* tree;
    int code;
  } cases[] = {
      {"", 164},
      {"DropQuery  x", 164},
      {" SelectWithUnionQuery", 164},
      {"SelectWithUnionQuery (children 1)\n SomethingNew", 164},
      {"SelectWithUnionQuery (children 1)\n  ExpressionList", 164},
      {"SelectWithUnionQuery (children 1)\nSelectWithUnionQuery", 164},
      {"SelectWithUnionQuery (children 2)\n ExpressionList (children 1)\n Literal 'x'", 164},
      {"SelectWithUnionQuery (children 1)\n ColumnsApplyTransformer", 164},
      {"Explain EXPLAIN TABLE OVERRIDE (children 1)\n ExpressionList", 164},
      {"ShowCreateTableQuery", 164},
      {"SelectWithUnionQuery (children 1)\n ExpressionList (children 1)", 0},
  };
  for (const auto& one : cases) EXPECT_EQ(judged(one.tree), one.code) << one.tree;
}

TEST(Policy, judges_names_of_tables_and_functions) {
  const struct {
    const char* line;
    int code;
  } cases[] = {
      {"TableIdentifier stats", 0},
      {"TableIdentifier rollup.stats (alias s)", 0},
      {"TableIdentifier system.one", 0},
      {"TableIdentifier INFORMATION_SCHEMA.tables", 0},
      {"TableIdentifier system.processes", 497},
      {"TableIdentifier other.stats", 497},
      {"TableIdentifier other.stats (alias rollup.x)", 497},
      {"TableIdentifier rollup.a.b", 497},
      {"Function plus (children 1)", 0},
      {"Function SUM (alias x) (children 1)", 0},
      {"Function sumIf (children 1)", 0},
      {"Function sumArrayOrNull (children 1)", 0},
      {"Function lambda (children 1)", 0},
      {"Function _CAST (children 1)", 0},
      {"Function unknown (children 1)", 46},
      {"Function sumsum (children 1)", 46},
      {"Function File (children 1)", 497},
      {"Function DICTGET (children 1)", 497},
      {"Function sleepEachRow (children 1)", 497},
  };
  for (const auto& one : cases)
    EXPECT_EQ(judged(std::string("SelectWithUnionQuery (children 1)\n ExpressionList (children 1)\n  ") + one.line),
              one.code)
        << one.line;
  const std::string table = "DescribeQuery (children 1)\n TableExpression (children 1)\n  ";
  EXPECT_EQ(judged(table + "Function numbers (children 1)"), 0);
  EXPECT_EQ(judged(table + "Function plus (children 1)"), 497);
  EXPECT_EQ(judged(table + "TableIdentifier stats", "system"), 497);
}

TEST(Policy, takes_the_right_side_of_in_for_a_table) {
  const std::string in =
      "SelectWithUnionQuery (children 1)\n ExpressionList (children 1)\n  Function in (children 1)\n"
      "   ExpressionList (children 2)\n";
  EXPECT_EQ(judged(in + "    Identifier other.a\n    Literal 1"), 0);
  EXPECT_EQ(judged(in + "    Identifier a\n    Identifier other.b"), 497);
  EXPECT_EQ(judged(in + "    Function plus (children 1)\n     ExpressionList\n    Identifier other.b"), 497);
  EXPECT_EQ(judged(in + "    Identifier a\n    Identifier stats"), 0);
}

TEST(Policy, lets_settings_narrow_limits_and_not_widen_them) {
  const SettingLimits limits{60, 1000, 100, 0};
  const struct {
    const char* name;
    const char* value;
    int code;
  } cases[] = {
      {"max_execution_time", "60", 0},
      {"max_execution_time", "61", 452},
      {"max_execution_time", "0", 452},
      {"max_execution_time", "1e1", 452},
      {"max_memory_usage", "1001", 452},
      {"max_memory_usage", "-1", 452},
      {"max_result_rows", "100", 0},
      {"max_result_rows", "", 452},
      {"max_result_bytes", "18446744073709551616", 452},
      {"max_result_bytes", "5", 0},
      {"join_use_nulls", "1", 0},
      {"join_use_nulls", "2", 452},
  };
  for (const auto& one : cases) {
    const auto use = judge_setting(one.name, one.value, limits);
    EXPECT_EQ(use ? 0 : use.error().code, one.code) << one.name << "=" << one.value;
    if (use) {
      EXPECT_EQ(*use, SettingUse::kStatement);
    }
  }
  EXPECT_EQ(judge_setting("readonly", "0", limits), SettingUse::kRefused);
  EXPECT_EQ(judge_setting("readonly", "2", limits), SettingUse::kIgnored);
  EXPECT_EQ(judge_setting("max_threads", "1", limits), SettingUse::kRefused);
}

}  // namespace
}  // namespace gapless::gateway
