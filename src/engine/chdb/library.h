#pragma once

#include <filesystem>

#include "core/error.h"
#include "engine/chdb/api.h"

namespace gapless {

/// libchdb.so, loaded when it is first needed (it has 566 MB) and never unloaded. Thread-safe.
class ChdbLibrary {
 public:
  /// Loads the file, or, where the path is empty, the one that tools/setup keeps in the user's cache, or else the one
  /// that the loader finds. Signal handlers of its own are off. Errors: kUnavailable, saying where it was looked for and
  /// how to get it; also in a sanitizer build, which it crashes. kConflict where the process has loaded another file.
  static Result<const ChdbApi*> load(const std::filesystem::path& file);

  /// $XDG_CACHE_HOME or ~/.cache, with gapless/chdb-26.7.3-stable.1/libchdb.so; empty without either variable.
  static std::filesystem::path cached_file();
};

}  // namespace gapless
