#include "engine/statement_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace gapless {
namespace {

TEST(StatementId, IsLettersDigitsDashesAndUnderscores) {
  for (const std::string id : {"a", "Run-7_2026-03-01", "0", "-"}) EXPECT_EQ(statement_id_or_new(id).value(), id);
  EXPECT_TRUE(check_statement_id(std::string(128, 'x')));
}

TEST(StatementId, RefusesEverythingElse) {
  for (const std::string id : {"a b", "a'b", "a/b", "a;b", "ä", "a\n", "--x=1 "}) {
    const auto made = statement_id_or_new(id);
    ASSERT_FALSE(made) << id;
    EXPECT_EQ(made.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(made.error().message, testing::HasSubstr("'" + id + "'"));
  }
  EXPECT_FALSE(check_statement_id(""));
  EXPECT_FALSE(check_statement_id(std::string(129, 'x')));
  EXPECT_FALSE(check_statement_id(std::string("a\0b", 3)));
}

TEST(StatementId, IsMadeWhereThereIsNone) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string id = statement_id_or_new("").value();
    EXPECT_TRUE(check_statement_id(id)) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 100U);
}

}  // namespace
}  // namespace gapless
