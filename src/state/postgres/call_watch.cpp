#include "state/postgres/call_watch.h"

#include <sys/socket.h>

namespace gapless {

using std::chrono::steady_clock;

CallWatch::Call CallWatch::begin(int socket) {
  {
    const std::lock_guard lock(mutex_);
    socket_ = socket;
    deadline_ = steady_clock::now() + limit_;
    if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  }
  changed_.notify_all();
  return Call(*this);
}

void CallWatch::end() {
  const std::lock_guard lock(mutex_);
  socket_ = -1;
}

// Calls are many and short: one that ends wakes nobody up, so that the thread sleeps through most of them.
void CallWatch::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (socket_ < 0) {
      changed_.wait(lock, stop, [this] { return socket_ >= 0; });
    } else if (steady_clock::now() >= deadline_) {
      ::shutdown(socket_, SHUT_RDWR);
      socket_ = -1;
    } else {
      changed_.wait_until(lock, stop, deadline_, [] { return false; });
    }
  }
}

}  // namespace gapless
