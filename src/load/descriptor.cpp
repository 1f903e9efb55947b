#include "load/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace gapless {
namespace {

/// What the user can change is their input; the rest may pass.
Fault fault_of(int error) {
  const bool passing = error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO || error == EINTR;
  return passing ? Fault::kUnavailable : Fault::kInvalidInput;
}

}  // namespace

std::string reason_of(int error) { return std::generic_category().message(error); }

Result<Descriptor> Descriptor::open_for_reading(const std::string& path, const Workplace& workplace) {
  const bool standard_input = path == "-";
  const int fd = standard_input ? workplace.standard_input
                                : ::open(workplace.resolve(path).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    const int error = errno;
    const char* hint = error == ENOENT ? "; check the name" : error == EACCES ? "; make it readable for this user" : "";
    return fail(fault_of(error), fmt::format("cannot open {}: {}{}", path, reason_of(error), hint));
  }
  Descriptor descriptor(fd, !standard_input, shown_path(path));
  GAPLESS_TRY(descriptor.look());
  return descriptor;
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : fd_(other.fd_),
      owned_(std::exchange(other.owned_, false)),
      may_wait_(other.may_wait_),
      name_(std::move(other.name_)),
      bytes_read_(other.bytes_read_),
      bytes_total_(other.bytes_total_) {}

Descriptor::~Descriptor() {
  if (owned_) ::close(fd_);
}

Status Descriptor::look() {
  struct stat facts {};
  if (::fstat(fd_, &facts) != 0) {
    return fail(fault_of(errno), fmt::format("cannot read {}: {}", name_, reason_of(errno)));
  }
  if (S_ISDIR(facts.st_mode)) {
    return fail(Fault::kInvalidInput, fmt::format("{} is a directory; name the files in it", name_));
  }
  may_wait_ = !S_ISREG(facts.st_mode);
  // Some virtual files say 0 and hold more: then the total is as unknown as a pipe's.
  const off_t position = S_ISREG(facts.st_mode) ? ::lseek(fd_, 0, SEEK_CUR) : -1;
  if (position >= 0 && facts.st_size > position) bytes_total_ = static_cast<std::uint64_t>(facts.st_size - position);
  return {};
}

Status Descriptor::wait(const std::stop_token& stop) const {
  constexpr int kLookForAStopMilliseconds = 100;
  pollfd wanted{fd_, POLLIN, 0};
  for (;;) {
    if (stop.stop_requested()) return fail(Fault::kCancelled, fmt::format("stopped while reading {}", name_));
    if (!may_wait_) return {};
    const int ready = ::poll(&wanted, 1, kLookForAStopMilliseconds);
    // What poll() cannot tell, read() will.
    if (ready > 0 || (ready < 0 && errno != EINTR)) return {};
  }
}

Result<std::size_t> Descriptor::read(std::span<char> into, const std::stop_token& stop) {
  for (;;) {
    GAPLESS_TRY(wait(stop));
    const ssize_t count = ::read(fd_, into.data(), into.size());
    if (count >= 0) {
      bytes_read_ += static_cast<std::uint64_t>(count);
      return static_cast<std::size_t>(count);
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) may_wait_ = true;
    if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
      return fail(Fault::kUnavailable,
                  fmt::format("cannot read {} after byte {}: {}", name_, bytes_read_, reason_of(errno)));
    }
  }
}

}  // namespace gapless
