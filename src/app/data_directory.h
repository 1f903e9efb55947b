#pragma once

#include <filesystem>
#include <stop_token>

#include "core/error.h"
#include "util/file_descriptor.h"

namespace gapless {

/// What the data directory holds (CLI.md's layout).
struct DataDirectory {
  std::filesystem::path root;  ///< absolute
  std::filesystem::path engine() const { return root / "engine"; }
  std::filesystem::path store() const { return root / "state.sqlite"; }
  std::filesystem::path presence() const { return root / "at-work.lock"; }
  std::filesystem::path daemon_socket() const { return root / "daemon.sock"; }
  std::filesystem::path daemon_facts() const { return root / "daemon.json"; }

  /// Resolves a path as given. Errors: kInvalidInput.
  static Result<DataDirectory> at(const std::filesystem::path& path);
  /// Makes it where it is missing, for the user alone (mode 0700). Errors: kInvalidInput where it is a file, or cannot
  /// be made or written.
  Status make() const;
  /// Held as long as it is open, by one daemon at a time. Errors: kConflict where another process holds it.
  Result<FileDescriptor> lock() const;

  /// Held by every process that works on the figures, as long as it is open.
  class Presence {
   public:
    /// True where nobody else held one when this was taken. Nobody else gets one until settled() is called.
    bool is_alone() const { return is_alone_; }
    /// From now on others may come in.
    Status settled();

   private:
    friend DataDirectory;
    FileDescriptor file_;
    bool is_alone_ = false;
  };
  /// Waits while another process that is alone has not settled. The kernel ends a presence with its process, whatever
  /// ended that and wherever it ran: process ids and host names say nothing across containers. Errors: kCancelled.
  Result<Presence> come_in(const std::stop_token& stop) const;
};

}  // namespace gapless
