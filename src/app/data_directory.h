#pragma once

#include <filesystem>

#include "core/error.h"
#include "util/file_descriptor.h"

namespace gapless {

/// What the data directory holds (CLI.md's layout).
struct DataDirectory {
  std::filesystem::path root;  ///< absolute
  std::filesystem::path engine() const { return root / "engine"; }
  std::filesystem::path store() const { return root / "state.sqlite"; }
  std::filesystem::path daemon_socket() const { return root / "daemon.sock"; }
  std::filesystem::path daemon_facts() const { return root / "daemon.json"; }

  /// Resolves a path as given. Errors: kInvalidInput.
  static Result<DataDirectory> at(const std::filesystem::path& path);
  /// Makes it where it is missing, for the user alone (mode 0700). Errors: kInvalidInput where it is a file, or cannot
  /// be made or written.
  Status make() const;
  /// Held as long as it is open, by one daemon at a time. Errors: kConflict where another process holds it.
  Result<FileDescriptor> lock() const;
};

}  // namespace gapless
