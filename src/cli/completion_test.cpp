#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "cli/command.h"

namespace gapless {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::UnorderedElementsAre;

TEST(Completion, knows_every_command_and_option_in_every_shell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell);
    for (const CommandSpec& command : commands()) {
      EXPECT_THAT(script, HasSubstr(std::string(command.last_word()))) << shell;
      for (const OptionSpec& option : command.options)
        EXPECT_THAT(script, HasSubstr(std::string(option.name.substr(2)))) << shell << " " << command.name;
    }
  }
  EXPECT_EQ(completion_script("csh"), "");
}

/// What bash offers after these words, of which the last is being typed.
std::vector<std::string> offered(const std::vector<std::string>& words) {
  const std::string path = testing::TempDir() + "gapless_completion.bash";
  std::ofstream(path) << completion_script("bash");
  std::string command = "bash --norc -c 'source " + path + "; COMP_WORDS=(gapless";
  for (const std::string& word : words) command += " \"" + word + "\"";
  command += "); COMP_CWORD=" + std::to_string(words.size()) + "; _gapless; printf \"%s\\n\" \"${COMPREPLY[@]}\"'";
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::vector<std::string> lines;
  std::array<char, 1024> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    lines.emplace_back(line.data());
    lines.back().pop_back();
  }
  EXPECT_EQ(pclose(pipe), 0);
  return lines;
}

TEST(Completion, offers_in_bash_what_may_follow) {
  EXPECT_THAT(offered({"st"}), UnorderedElementsAre("status"));
  EXPECT_THAT(offered({"run", ""}), IsSupersetOf({"daily", "intraday", "backfill", "--on-conflict"}));
  EXPECT_THAT(offered({"runs", "s"}), UnorderedElementsAre("show"));
  EXPECT_THAT(offered({"--data", "d", "plan", "--fr"}), UnorderedElementsAre("--from"));
  EXPECT_THAT(offered({"backfill", "--on-conflict", ""}), UnorderedElementsAre("wait", "skip", "fail"));
  EXPECT_THAT(offered({"plan", "--days", ""}), UnorderedElementsAre(""));
}

}  // namespace
}  // namespace gapless
