// app/: configuration and wiring: the only place that names concrete adapters.
#pragma once

#include <span>

namespace gapless {

/// The program: reads the command line, runs the command, and returns the process's exit status. No exception leaves it.
int run_program(std::span<char*> words, char** environment);

}  // namespace gapless
