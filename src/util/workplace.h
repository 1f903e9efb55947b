#pragma once

#include <unistd.h>

#include <filesystem>

namespace gapless {

/// Where relative paths begin, and what "-" reads: of the process that a command line was given to, which need not be this
/// one.
struct Workplace {
  std::filesystem::path directory = {};  ///< absolute; empty: this process's own
  int standard_input = STDIN_FILENO;

  std::filesystem::path resolve(const std::filesystem::path& path) const { return directory / path; }
};

}  // namespace gapless
