#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace gapless {

/// What a command line asks for.
struct ParsedLine {
  enum class Wish { kRun, kHelp, kVersion };
  Wish wish = Wish::kRun;
  const CommandSpec* command = nullptr;  ///< none: help or version of the program
  Given given;
};

/// Reads the words after the program's name. Errors: kInvalidInput, one line that says what is wrong and what may have
/// been meant.
Result<ParsedLine> parse_command_line(const std::vector<std::string>& words);

/// "a", "a or b", "a, b or c".
std::string alternatives(const std::vector<std::string_view>& names);

}  // namespace gapless
