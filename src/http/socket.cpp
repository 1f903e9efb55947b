#include "http/socket.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace gapless::http {
namespace {

constexpr std::size_t kReadAtOnce = 16 * 1024;
constexpr std::size_t kMostReadInClosing = 256 * 1024;
constexpr auto kLongestClosing = std::chrono::milliseconds(500);

/// For poll(): rounded up, so that a deadline that has not passed never becomes no time.
int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Result<StopSignal> StopSignal::make() {
  FileDescriptor event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event.is_open())
    return fail(Fault::kUnavailable, fmt::format("cannot make an eventfd: {}", std::generic_category().message(errno)));
  return StopSignal(std::move(event));
}

void StopSignal::raise() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);  // only a raised one can be full
}

Connection::Wait Connection::wait(short events, Deadline deadline) const {
  while (true) {
    std::array<pollfd, 2> look = {pollfd{socket_.get(), events, 0}, pollfd{stop_.fd(), POLLIN, 0}};
    const int ready = ::poll(look.data(), look.size(), milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (look[1].revents != 0) return Wait::kStopped;
    if (ready == 0 && std::chrono::steady_clock::now() < deadline) continue;
    return ready == 0 ? Wait::kTimeout : Wait::kReady;
  }
}

Connection::Read Connection::read(std::string& into, Deadline deadline) const {
  std::array<char, kReadAtOnce> bytes;
  while (true) {
    const Wait waited = wait(POLLIN, deadline);
    if (waited == Wait::kStopped) return Read::kStopped;
    if (waited == Wait::kTimeout) return Read::kTimeout;
    const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got > 0) {
      into.append(bytes.data(), static_cast<std::size_t>(got));
      return Read::kBytes;
    }
    if (got == 0 || !would_block(errno)) return Read::kEnd;
  }
}

bool Connection::write(std::string_view bytes, Deadline deadline) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (!would_block(errno) || wait(POLLOUT, deadline) != Wait::kReady) {
      return false;
    }
  }
  return true;
}

bool Connection::is_gone() const {
  pollfd look{socket_.get(), POLLIN | POLLRDHUP, 0};
  if (::poll(&look, 1, 0) <= 0) return false;
  return (look.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

void Connection::close_gently() const {
  ::shutdown(socket_.get(), SHUT_WR);
  const Deadline deadline = std::chrono::steady_clock::now() + kLongestClosing;
  std::string ignored;
  while (ignored.size() < kMostReadInClosing && read(ignored, deadline) == Read::kBytes) {
  }
}

}  // namespace gapless::http
