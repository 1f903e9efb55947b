#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace gapless::testing_support {

/// A program just started, with pipes to its standard input and from its standard output. The caller owns all three.
struct ChildProcess {
  pid_t pid;
  int to;
  int from;
};

/// Starts the program with these arguments. Throws std::runtime_error where it cannot be started.
ChildProcess start_child(const std::string& program, std::vector<std::string> arguments);

/// Closes the descriptor, unless it was closed so before (-1).
void close_if_open(int& descriptor);

}  // namespace gapless::testing_support
