#include "core/table_name.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

TEST(Identifier, AcceptsNames) {
  for (const char* text : {"events", "_x", "Events_2", "a"}) {
    const auto name = Identifier::parse(text, "test");
    ASSERT_TRUE(name) << text;
    EXPECT_EQ(name->text(), text);
  }
}

TEST(Identifier, RejectsWhateverCouldLeaveItsQuotes) {
  for (const std::string text : {"", "1a", "a b", "a`b", "a.b", "a;DROP TABLE x", "a'b", "a\\b", "ünï", "a\nb"}) {
    const auto name = Identifier::parse(text, "source.table");
    ASSERT_FALSE(name) << text;
    EXPECT_EQ(name.error().fault, Fault::kInvalidInput);
    EXPECT_NE(name.error().message.find("source.table"), std::string::npos);
  }
  EXPECT_FALSE(Identifier::parse(std::string(201, 'a'), "test"));
}

TEST(TableName, IsQuoted) {
  const auto database = Identifier::parse("gapless", "test");
  EXPECT_EQ(TableName::own(*database, "events").quoted(), "`gapless`.`events`");
}

}  // namespace
}  // namespace gapless
