#pragma once

#include <string>
#include <string_view>

namespace gapless {

/// The words of server or library in one line, without "ERROR:", the statement and general hints.
std::string in_one_line(std::string_view message);

}  // namespace gapless
