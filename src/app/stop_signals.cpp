#include "app/stop_signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace gapless {

StopSignals::StopSignals(std::function<void(int)> on_first) : on_first_(std::move(on_first)) {
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGINT);
  sigaddset(&stopping, SIGTERM);
  sigaddset(&stopping, SIGHUP);
  signals_ = signalfd(-1, &stopping, SFD_CLOEXEC);
  ended_ = eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || ended_ < 0) return;  // signals then end the process as they always do, and recovery does the rest
  pthread_sigmask(SIG_BLOCK, &stopping, nullptr);
  thread_ = std::thread([this] { watch(); });
}

StopSignals::~StopSignals() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    while (write(ended_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
  }
  for (const int file : {signals_, ended_})
    if (file >= 0) close(file);
}

std::optional<int> StopSignals::received() const {
  const int signal = received_.load();
  return signal == 0 ? std::nullopt : std::optional(signal);
}

void StopSignals::on_hangup(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  on_hangup_ = std::move(action);
}

void StopSignals::watch() {
  std::array<pollfd, 2> files = {pollfd{signals_, POLLIN, 0}, pollfd{ended_, POLLIN, 0}};
  while (true) {
    if (poll(files.data(), files.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (files[1].revents != 0) return;
    signalfd_siginfo info{};
    if (read(signals_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGHUP) {
      const std::lock_guard lock(mutex_);
      if (on_hangup_) {
        on_hangup_();
        continue;
      }
    }
    if (received_.load() != 0) _exit(128 + signal);
    received_.store(signal);
    stop_.request_stop();
    on_first_(signal);
  }
}

}  // namespace gapless
