#include "cli/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless {
namespace {

using testing::ElementsAre;

ParsedLine parsed(const std::vector<std::string>& words) {
  auto line = parse_command_line(words);
  EXPECT_TRUE(line) << (line ? "" : line.error().message);
  return line ? std::move(*line) : ParsedLine();
}

TEST(CommandLine, knows_every_command_by_its_name) {
  for (const CommandSpec& command : commands()) {
    std::vector<std::string> words;
    if (!command.parent().empty()) words.emplace_back(command.parent());
    words.emplace_back(command.last_word());
    words.emplace_back("--help");
    const ParsedLine line = parsed(words);
    EXPECT_EQ(line.wish, ParsedLine::Wish::kHelp);
    ASSERT_NE(line.command, nullptr) << command.name;
    EXPECT_EQ(line.command->name, command.name);
  }
}

TEST(CommandLine, takes_common_options_before_and_after_the_command) {
  for (const auto& words : {std::vector<std::string>{"--data", "d", "-q", "plan", "--all"},
                            std::vector<std::string>{"plan", "--all", "--data=d", "--quiet"}}) {
    const ParsedLine line = parsed(words);
    ASSERT_NE(line.command, nullptr);
    EXPECT_EQ(line.command->name, "plan");
    EXPECT_EQ(line.given.value("--data"), "d");
    EXPECT_TRUE(line.given.has("--quiet"));
    EXPECT_TRUE(line.given.has("--all"));
    EXPECT_FALSE(line.given.has("--explain"));
  }
}

TEST(CommandLine, lets_the_last_of_repeated_options_count_and_joins_lists) {
  const ParsedLine line = parsed({"plan", "--days", "3", "--teams", "1", "--days", "5", "--teams", "2,3"});
  EXPECT_EQ(line.given.value("--days"), "5");
  EXPECT_EQ(line.given.value("--teams"), "1,2,3");
}

TEST(CommandLine, keeps_arguments_in_order) {
  EXPECT_THAT(parsed({"load", "b", "--team", "7", "a", "-"}).given.arguments(), ElementsAre("b", "a", "-"));
  EXPECT_THAT(parsed({"sql", "--", "-- a comment\nSELECT 1"}).given.arguments(), ElementsAre("-- a comment\nSELECT 1"));
  EXPECT_THAT(parsed({"run", "backfill"}).given.arguments(), ElementsAre("backfill"))
      << "the job, though a command has that name too";
  EXPECT_EQ(parsed({"runs", "show", "x"}).command->name, "runs show");
  EXPECT_EQ(parsed({"runs"}).command->name, "runs");
}

TEST(CommandLine, asks_for_help_or_the_version) {
  EXPECT_EQ(parsed({"--help"}).wish, ParsedLine::Wish::kHelp);
  EXPECT_EQ(parsed({"--version"}).wish, ParsedLine::Wish::kVersion);
  EXPECT_EQ(parsed({"sql", "-h"}).wish, ParsedLine::Wish::kHelp) << "also where an argument is missing";
}

struct WrongLine {
  std::vector<std::string> words;
  const char* message;
};

class WrongCommandLine : public testing::TestWithParam<WrongLine> {};

TEST_P(WrongCommandLine, says_what_may_have_been_meant) {
  const auto line = parse_command_line(GetParam().words);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().message, GetParam().message);
  EXPECT_EQ(line.error().fault, Fault::kInvalidInput);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, WrongCommandLine,
    testing::ValuesIn<WrongLine>({
        {{}, "no command was given; gapless --help lists them"},
        {{"backfil"}, "there is no command 'backfil'; did you mean backfill?"},
        {{"frobnicate"}, "there is no command 'frobnicate'; gapless --help lists them"},
        {{"plan", "--form", "2026-03-01"}, "gapless plan has no option '--form'; did you mean --from?"},
        {{"plan", "--form=2026-03-01"}, "gapless plan has no option '--form'; did you mean --from?"},
        {{"backfill", "--xyzzy"}, "gapless backfill has no option '--xyzzy'; see gapless backfill --help"},
        {{"--dat", "x", "plan"}, "gapless plan has no option '--dat'; did you mean --data?"},
        {{"plan", "extra"}, "gapless plan takes no argument 'extra'"},
        {{"sql", "SELECT 1", "SELECT 2"}, "gapless sql takes no argument 'SELECT 2'"},
        {{"runs", "shwo"}, "gapless runs takes no argument 'shwo'; did you mean show?"},
        {{"load"}, "gapless load needs FILE: access logs or events; see gapless load --help"},
        {{"run"}, "gapless run needs JOB: daily, intraday, backfill or verify; see gapless run --help"},
        {{"run", "dayly"}, "JOB must be daily, intraday, backfill or verify, not 'dayly'; did you mean daily?"},
        {{"plan", "--output", "jsno"}, "--output must be text or json, not 'jsno'; did you mean json?"},
        {{"plan", "--from"}, "--from needs a value, as in --from DAY; see gapless plan --help"},
        {{"plan", "--all=maybe"}, "--all takes no value; see gapless plan --help"},
    }));

TEST(CommandLine, lists_alternatives) {
  EXPECT_EQ(alternatives({"a"}), "a");
  EXPECT_EQ(alternatives({"a", "b"}), "a or b");
  EXPECT_EQ(alternatives({"a", "b", "c"}), "a, b or c");
}

}  // namespace
}  // namespace gapless
