#include "support/postgres_for_tests.h"

#include <unistd.h>

#include <stdexcept>

#include "support/child_process.h"

namespace gapless::testing_support {

PostgresForTests& PostgresForTests::server() {
  static PostgresForTests* const one = new PostgresForTests;  // the pipes stay open to the program's end
  return *one;
}

PostgresForTests::PostgresForTests() {
  const auto child = start_child(GAPLESS_PYTHON, {"-B", GAPLESS_POSTGRES_SERVER});
  to_ = child.to;
  from_ = child.from;
  url_ = line();
}

std::string PostgresForTests::next_schema() { return "test_" + std::to_string(++schemas_); }

void PostgresForTests::say(const std::string& what) {
  const std::string text = what + "\n";
  if (::write(to_, text.data(), text.size()) != static_cast<ssize_t>(text.size()) || line() != "done")
    throw std::runtime_error("PostgreSQL does not " + what);
}

std::string PostgresForTests::line() {
  std::string read;
  for (char byte = 0; ::read(from_, &byte, 1) == 1 && byte != '\n';) read += byte;
  if (read.empty()) throw std::runtime_error("there is no PostgreSQL: tools/setup test installs it");
  return read;
}

}  // namespace gapless::testing_support
