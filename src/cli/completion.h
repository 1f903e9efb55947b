#pragma once

#include <string>
#include <string_view>

namespace gapless {

/// The completion script of a shell, "bash", "zsh" or "fish", made from the tables of commands and options. Empty for
/// another.
std::string completion_script(std::string_view shell);

}  // namespace gapless
