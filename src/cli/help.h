#pragma once

#include <string>

#include "cli/command.h"
#include "cli/style.h"

namespace gapless {

/// `gapless --help`.
std::string program_help(const Manual& manual, const Style& style);
/// `gapless COMMAND --help`. Every option is shown with the variable, the key and the default of the setting that it
/// stands for.
std::string command_help(const CommandSpec& command, const Manual& manual, const Style& style);

}  // namespace gapless
