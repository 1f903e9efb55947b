#include "app/data_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "util/waiting.h"

namespace gapless {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unusable(const fs::path& root, std::string_view why) {
  return fail(Fault::kInvalidInput, fmt::format("data directory {} {}; name another with --data", root.string(), why));
}

/// By errno.
tl::unexpected<Error> not_lockable(const fs::path& root) {
  return unusable(root, fmt::format("cannot be locked ({})", std::generic_category().message(errno)));
}

}  // namespace

Result<DataDirectory> DataDirectory::at(const fs::path& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  if (error) return unusable(path, fmt::format("cannot be resolved ({})", error.message()));
  fs::path normal = absolute.lexically_normal();
  if (!normal.has_filename()) normal = normal.parent_path();  // "data/"
  return DataDirectory{normal};
}

Status DataDirectory::make() const {
  std::error_code error;
  const fs::file_status status = fs::status(root, error);
  if (status.type() == fs::file_type::not_found) {
    if (root.has_parent_path()) fs::create_directories(root.parent_path(), error);
    if (mkdir(root.c_str(), 0700) != 0 && errno != EEXIST)
      return unusable(root, fmt::format("cannot be made ({})", std::generic_category().message(errno)));
  } else if (error) {
    return unusable(root, fmt::format("cannot be looked at ({})", error.message()));
  } else if (status.type() != fs::file_type::directory) {
    return unusable(root, "is not a directory");
  }
  if (access(root.c_str(), R_OK | W_OK | X_OK) != 0)
    return unusable(
        root, fmt::format("cannot be written by user {} ({})", geteuid(), std::generic_category().message(errno)));
  return {};
}

Result<FileDescriptor> DataDirectory::lock() const {
  FileDescriptor directory(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open() && flock(directory.get(), LOCK_EX | LOCK_NB) == 0) return directory;
  if (errno != EWOULDBLOCK) return not_lockable(root);
  return fail(Fault::kConflict,
              fmt::format("a daemon serves {} already; daemon.json there names its process", root.string()));
}

Result<DataDirectory::Presence> DataDirectory::come_in(const std::stop_token& stop) const {
  Presence own;
  own.file_ = FileDescriptor(open(presence().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!own.file_.is_open()) return not_lockable(root);
  own.is_alone_ = flock(own.file_.get(), LOCK_EX | LOCK_NB) == 0;
  while (!own.is_alone_ && flock(own.file_.get(), LOCK_SH | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return not_lockable(root);
    if (!wait_unless_stopped(std::chrono::milliseconds(50), stop))
      return fail(Fault::kCancelled, "stopped while another process finished what dead runs had left");
  }
  return own;
}

Status DataDirectory::Presence::settled() {
  if (!is_alone_) return {};
  is_alone_ = false;
  if (flock(file_.get(), LOCK_SH) == 0) return {};
  return fail(Fault::kUnavailable,
              fmt::format("the data directory's lock was lost ({})", std::generic_category().message(errno)));
}

}  // namespace gapless
