#include "contract/store_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gapless::contract {
namespace {

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

}  // namespace

Worker::Worker(std::vector<std::string> arguments) {
  int input[2];
  int output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  arguments.insert(arguments.begin(), GAPLESS_STORE_WORKER);
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
  to_worker_ = input[1];
  from_worker_ = output[0];
  if (problem != 0) {
    pid_ = 0;
    throw std::runtime_error("cannot start " + arguments[0]);
  }
}

Worker::Worker(Worker&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      to_worker_(std::exchange(other.to_worker_, -1)),
      from_worker_(std::exchange(other.from_worker_, -1)),
      printed_(std::move(other.printed_)) {}

Worker::~Worker() {
  if (pid_ != 0) {
    kill();
    wait();
  }
  close_if_open(to_worker_);
  close_if_open(from_worker_);
}

void Worker::let_go() {
  if (::write(to_worker_, "\n", 1) != 1) throw std::runtime_error("the worker is gone");
}

void Worker::kill() { ::kill(pid_, SIGKILL); }

bool Worker::read_more() {
  char buffer[4096];
  const ssize_t count = ::read(from_worker_, buffer, sizeof buffer);
  if (count <= 0) return false;
  printed_.append(buffer, static_cast<std::size_t>(count));
  return true;
}

void Worker::wait_for_lines(std::size_t count) {
  while (static_cast<std::size_t>(std::count(printed_.begin(), printed_.end(), '\n')) < count) {
    if (!read_more()) return;
  }
}

Worker::Outcome Worker::wait() {
  while (read_more()) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  Outcome outcome;
  outcome.exited_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  outcome.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  for (std::size_t end; (end = printed_.find('\n')) != std::string::npos; printed_.erase(0, end + 1)) {
    outcome.lines.push_back(printed_.substr(0, end));
  }
  return outcome;
}

}  // namespace gapless::contract
