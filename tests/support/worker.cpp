#include "support/worker.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "support/child_process.h"

namespace gapless::testing_support {

Worker::Worker(const std::string& program, std::vector<std::string> arguments) {
  const auto child = start_child(program, std::move(arguments));
  pid_ = child.pid;
  to_worker_ = child.to;
  from_worker_ = child.from;
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

bool Worker::wait_until_it_stops() {
  int status = 0;
  if (::waitpid(pid_, &status, WUNTRACED) != pid_) return false;
  if (WIFSTOPPED(status)) return true;
  pid_ = 0;
  return false;
}

void Worker::go_on() { ::kill(pid_, SIGCONT); }

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

}  // namespace gapless::testing_support
