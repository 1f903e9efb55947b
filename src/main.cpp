#include <unistd.h>

#include "app/program.h"

int main(int argc, char** argv) {
  const auto words = static_cast<std::size_t>(argc > 0 ? argc - 1 : 0);
  return gapless::run_program({argv + (argc > 0 ? 1 : 0), words}, environ);
}
