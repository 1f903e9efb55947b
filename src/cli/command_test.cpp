#include "cli/command.h"

#include <gtest/gtest.h>

#include <set>

namespace gapless {
namespace {

TEST(Commands, are_written_in_one_way) {
  for (const CommandSpec& command : commands()) {
    EXPECT_NE(command.run, nullptr) << command.name;
    EXPECT_FALSE(command.summary.ends_with('.')) << command.name;
    if (!command.parent().empty()) {
      EXPECT_NE(find_command(command.parent()), nullptr) << command.name;
    }
    std::set<std::string_view> names;
    for (const OptionSpec& option : common_options()) names.insert(option.name);
    for (const OptionSpec& option : command.options) {
      EXPECT_TRUE(option.name.starts_with("--")) << option.name;
      EXPECT_FALSE(option.help.empty() || option.help.ends_with('.')) << option.name;
      EXPECT_TRUE(names.insert(option.name).second) << command.name << " has " << option.name << " twice";
    }
  }
}

TEST(Commands, are_named_by_their_words) {
  const CommandSpec* show = find_command("runs show");
  ASSERT_NE(show, nullptr);
  EXPECT_EQ(show->parent(), "runs");
  EXPECT_EQ(show->last_word(), "show");
  EXPECT_EQ(find_command("runs")->parent(), "");
  EXPECT_EQ(find_command("show"), nullptr);
}

}  // namespace
}  // namespace gapless
