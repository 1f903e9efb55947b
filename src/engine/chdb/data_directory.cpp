#include "engine/chdb/data_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace gapless {
namespace {

namespace fs = std::filesystem;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> unusable(const fs::path& directory, std::string_view why, std::string_view remedy) {
  return fail(Fault::kInvalidInput, fmt::format("data directory {} {}: {}", directory.string(), why, remedy));
}

/// The process that the status file names: "PID: 1234\nStarted at: …". 0 where it names none (yet).
pid_t owner(int status_file) {
  std::array<char, 64> buffer;
  const ssize_t length = pread(status_file, buffer.data(), buffer.size(), 0);
  std::string_view text(buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  constexpr std::string_view kPrefix = "PID: ";
  if (!text.starts_with(kPrefix)) return 0;
  text.remove_prefix(kPrefix.size());
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid;
}

/// "process 1234 (gapless)": a name only where the system tells.
std::string describe(pid_t pid) {
  if (pid == 0) return "another process";
  if (pid == getpid()) return fmt::format("process {} (this one)", pid);
  std::string name;
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", pid)), name);
  return name.empty() ? fmt::format("process {}", pid) : fmt::format("process {} ({})", pid, name);
}

}  // namespace

// chDB holds an flock on DIR/status while it runs; the lock of a process that died is gone, the file may still be there.
std::optional<Error> data_directory_in_use(const fs::path& directory) {
  const FileDescriptor status(open((directory / "status").c_str(), O_RDONLY | O_CLOEXEC));
  if (status.get() < 0) return std::nullopt;
  if (flock(status.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return std::nullopt;
  return Error{Fault::kConflict, 0,
               fmt::format("data directory {} is in use by {}: wait for it or stop it, or name another directory",
                           directory.string(), describe(owner(status.get())))};
}

Result<fs::path> prepare_data_directory(const fs::path& directory) {
  std::error_code error;
  if (directory.empty()) return fail(Fault::kInvalidInput, "no data directory was given");
  const fs::path absolute = fs::absolute(directory, error).lexically_normal();
  if (error) return unusable(directory, "cannot be resolved", error.message());
  fs::create_directories(absolute, error);
  std::error_code unknown;
  const fs::file_type type = fs::status(absolute, unknown).type();
  const bool missing = type == fs::file_type::not_found || type == fs::file_type::none;
  if (!missing && type != fs::file_type::directory)
    return unusable(absolute, "is not a directory", "name another directory");
  if (error || missing) {
    return unusable(absolute, fmt::format("cannot be made ({})", error.message()), "make it yourself, or name another");
  }
  if (access(absolute.c_str(), R_OK | W_OK | X_OK) != 0) {
    const std::string why = std::generic_category().message(errno);
    return unusable(absolute, fmt::format("cannot be written by user {} ({})", geteuid(), why),
                    "change its owner or its mode, or name another");
  }
  if (auto in_use = data_directory_in_use(absolute)) return fail(std::move(*in_use));
  return absolute;
}

}  // namespace gapless
