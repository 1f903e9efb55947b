#include "support/chdb_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "support/child_process.h"

namespace gapless::testing_support {
namespace {}  // namespace

ChdbProcess::ChdbProcess(std::vector<std::string> arguments) {
  const ChildProcess child = start_child(GAPLESS_CHDB_PROBE, std::move(arguments));
  pid_ = child.pid;
  input_ = child.to;
  output_ = child.from;
}

ChdbProcess::~ChdbProcess() {
  if (pid_ != 0) kill();
  close_if_open(input_);
  close_if_open(output_);
}

std::optional<std::string> ChdbProcess::line() {
  std::string line;
  for (char character; ::read(output_, &character, 1) == 1;) {
    if (character == '\n') return line;
    line += character;
  }
  return std::nullopt;
}

void ChdbProcess::write(std::string_view bytes) {
  if (::write(input_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("the process takes no input");
  }
}

void ChdbProcess::close_input() { close_if_open(input_); }

void ChdbProcess::kill() {
  ::kill(pid_, SIGKILL);
  wait();
}

int ChdbProcess::wait() {
  close_input();
  int status = 0;
  waitpid(std::exchange(pid_, 0), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace gapless::testing_support
