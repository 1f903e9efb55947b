#include "support/chdb_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace gapless::testing_support {
namespace {

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

}  // namespace

ChdbProcess::ChdbProcess(std::vector<std::string> arguments) {
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (pipe2(input.data(), O_CLOEXEC) != 0 || pipe2(output.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("pipe2 failed");
  }
  arguments.insert(arguments.begin(), GAPLESS_CHDB_PROBE);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  const int problem = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  output_ = output[0];
  if (problem != 0) throw std::runtime_error("cannot start " + arguments[0]);
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
