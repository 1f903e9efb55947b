#include "engine/chdb/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>

#include "engine/chdb/signal_mask.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GAPLESS_SANITIZED 1
#else
#define GAPLESS_SANITIZED 0
#endif

namespace gapless {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "libchdb.so";
constexpr const char* kRelease = "chdb-26.7.3-stable.1";
#if defined(__x86_64__)
constexpr const char* kRemedy = "Run tools/setup in the gapless checkout, or set GAPLESS_CHDB_LIBRARY to the file";
#else
constexpr const char* kRemedy =
    "There is no package of it for this processor: set GAPLESS_CHDB_LIBRARY to a libchdb.so of your own, or use a "
    "ClickHouse server";
#endif

fs::path variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? fs::path() : fs::path(value);
}

template <class Function>
bool find(void* library, const char* name, Function*& function, std::string& missing) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  if (function == nullptr) missing = name;
  return function != nullptr;
}

/// Errors: kUnavailable, naming the first function that the library does not have.
Result<ChdbApi> bind(void* library, const fs::path& file) {
  ChdbApi api;
  std::string missing;
  const bool complete = find(library, "chdb_version", api.version, missing) &&
                        find(library, "chdb_set_signal_handlers_enabled", api.set_signal_handlers_enabled, missing) &&
                        find(library, "chdb_connect", api.connect, missing) &&
                        find(library, "chdb_close_conn", api.close_connection, missing) &&
                        find(library, "chdb_query_with_params_n", api.query, missing) &&
                        find(library, "chdb_stream_query_with_params_n", api.stream_query, missing) &&
                        find(library, "chdb_stream_fetch_result", api.stream_fetch, missing) &&
                        find(library, "chdb_stream_cancel_query", api.stream_cancel, missing) &&
                        find(library, "chdb_destroy_query_result", api.destroy_result, missing) &&
                        find(library, "chdb_stream_insert_with_params_n", api.insert, missing) &&
                        find(library, "chdb_stream_append", api.insert_append, missing) &&
                        find(library, "chdb_stream_done", api.insert_done, missing) &&
                        find(library, "chdb_stream_cancel_insert", api.insert_cancel, missing) &&
                        find(library, "chdb_stream_insert_error", api.insert_error, missing) &&
                        find(library, "chdb_destroy_insert_stream", api.destroy_insert, missing) &&
                        find(library, "chdb_result_buffer", api.result_buffer, missing) &&
                        find(library, "chdb_result_length", api.result_length, missing) &&
                        find(library, "chdb_result_error", api.result_error, missing) &&
                        find(library, "chdb_result_rows_read", api.result_rows, missing) &&
                        find(library, "chdb_result_storage_rows_read", api.rows_read, missing) &&
                        find(library, "chdb_result_storage_bytes_read", api.bytes_read, missing) &&
                        find(library, "chdb_result_rows_written", api.rows_written, missing) &&
                        find(library, "chdb_result_bytes_written", api.bytes_written, missing);
  if (complete) return api;
  return fail(Fault::kUnavailable, fmt::format("{} is not a libchdb.so of 26.7.3 or newer: it has no {}. {}",
                                               file.string(), missing, kRemedy));
}

struct Loaded {
  fs::path file;
  ChdbApi api;
};

Result<Loaded> open_library(const fs::path& file) {
  void* library = nullptr;
  {
    const SignalMask mask;
    // Lazy binding measured no faster: nearly all its relocations are data. Local: its symbols are nobody else's.
    library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  if (library == nullptr) {
    const std::string looked =
        file == kFile ? fmt::format(" (looked for at {} first)", ChdbLibrary::cached_file().string()) : "";
    return fail(Fault::kUnavailable,
                fmt::format("the chDB library cannot be loaded: {}{}. {}", dlerror(), looked, kRemedy));
  }
  GAPLESS_ASSIGN(const ChdbApi api, bind(library, file));
  api.set_signal_handlers_enabled(0);
  return Loaded{file, api};
}

Result<fs::path> choose(const fs::path& given) {
  std::error_code ignored;
  if (!given.empty()) {
    if (fs::exists(given, ignored)) return given;
    return fail(Fault::kUnavailable, fmt::format("there is no chDB library at {}. {}", given.string(), kRemedy));
  }
  const fs::path cached = ChdbLibrary::cached_file();
  return fs::exists(cached, ignored) ? cached : fs::path(kFile);
}

}  // namespace

fs::path ChdbLibrary::cached_file() {
  fs::path cache = variable("XDG_CACHE_HOME");
  if (!cache.is_absolute()) {  // the base directory specification has relative ones ignored
    const fs::path home = variable("HOME");
    if (home.empty()) return {};
    cache = home / ".cache";
  }
  return cache / "gapless" / kRelease / kFile;
}

Result<const ChdbApi*> ChdbLibrary::load(const fs::path& file) {
  GAPLESS_ASSIGN(const fs::path chosen, choose(file));
  if constexpr (GAPLESS_SANITIZED) {
    return fail(Fault::kUnavailable, "a sanitizer build cannot load the chDB library: it would crash");
  }
  static std::mutex mutex;
  static std::optional<Loaded> loaded;  // for good: threads of the library may run until the process ends
  const std::lock_guard lock(mutex);
  if (!loaded) {
    GAPLESS_ASSIGN(loaded, open_library(chosen));
  }
  if (loaded->file != chosen) {
    return fail(Fault::kConflict, fmt::format("this process has loaded the chDB library {} and cannot load {} as well",
                                              loaded->file.string(), chosen.string()));
  }
  return &loaded->api;
}

}  // namespace gapless
