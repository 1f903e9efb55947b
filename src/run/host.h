#pragma once

#include <string>

namespace gapless {

/// This machine's name, as runs record it.
std::string host_name();

}  // namespace gapless
