#include "cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace gapless {
namespace {

using testing::HasSubstr;

const std::vector<SettingInfo> kSettings = {
    {"engine.data", SettingInfo::Kind::kText, {"GAPLESS_DATA"}, "gapless-data", "the data directory"},
    {"backfill.days_back", SettingInfo::Kind::kNumber, {"NEW_NAME", "OLD_NAME"}, "30", "how far back"},
};
const Manual kManual{"1.2.3", kSettings};

std::string help_of(std::string_view name) { return command_help(*find_command(name), kManual, Style::plain()); }

/// On one line, since texts are wrapped.
std::string unwrapped(const std::string& text) {
  std::istringstream words(text);
  std::string line, word;
  while (words >> word) line += (line.empty() ? "" : " ") + word;
  return line;
}

TEST(Help, lists_every_command_and_what_it_does) {
  const std::string text = program_help(kManual, Style::plain());
  EXPECT_THAT(text, HasSubstr("gapless 1.2.3\n"));
  for (const CommandSpec& command : commands()) {
    EXPECT_THAT(text, HasSubstr("  " + std::string(command.name) + " "));
    EXPECT_THAT(text, HasSubstr(std::string(command.summary)));
  }
}

TEST(Help, shows_variable_key_and_default_of_an_option) {
  EXPECT_THAT(unwrapped(help_of("plan")), HasSubstr("[GAPLESS_DATA, engine.data; default gapless-data]"));
  EXPECT_THAT(unwrapped(help_of("plan")), HasSubstr("[NEW_NAME,"));
}

TEST(Help, begins_with_usage_and_a_sentence) {
  EXPECT_THAT(help_of("run"), testing::StartsWith("usage: gapless run [options] daily|intraday|backfill|verify\n\n"
                                                  "One scheduled job, now: what cron calls. "));
  EXPECT_THAT(help_of("load"), testing::StartsWith("usage: gapless load [options] FILE…\n"));
  EXPECT_THAT(help_of("pause"), testing::StartsWith("usage: gapless pause [options] [REASON]\n"));
}

TEST(Help, names_the_commands_below_a_command) {
  EXPECT_THAT(help_of("runs"), HasSubstr("runs show"));
  EXPECT_THAT(help_of("runs"), HasSubstr("runs cancel"));
}

TEST(Help, keeps_to_the_width_of_a_terminal) {
  for (const CommandSpec& command : commands()) {
    const std::string text = help_of(command.name);
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = text.find('\n', start);
      const std::string line = text.substr(start, end - start);
      const bool is_example = line.starts_with("  gapless ") || line.find("| gapless ") != std::string::npos;
      if (!is_example) {
        EXPECT_LE(line.size(), 104U) << command.name << ": " << line;
      }
      start = end + 1;
    }
  }
}

}  // namespace
}  // namespace gapless
