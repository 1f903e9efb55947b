#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "app/data_directory.h"
#include "engine/chdb/chdb_engine.h"
#include "engine/http/http_engine.h"
#include "load/loader.h"
#include "query/report_memory.h"
#include "state/postgres/postgres_store.h"
#include "state/state_store.h"
#include "warehouse/source_mapping.h"

namespace gapless {

/// The store and the engine of one data directory, opened when they are first asked for: for one command, or for all that
/// a daemon serves. Thread-safe.
class OpenData {
 public:
  explicit OpenData(DataDirectory directory, std::stop_token stop = {})
      : directory_(std::move(directory)), stop_(std::move(stop)) {}

  const DataDirectory& directory() const { return directory_; }
  /// Of the process: ends waiting for a store that is away.
  const std::stop_token& stop() const { return stop_; }
  /// The store that is asked for first: in PostgreSQL, or without options a file in the directory. Makes the directory and
  /// the store where there are none. Errors: those of both, asking again after one tries again; kConflict where it is
  /// another store than the one that is open.
  Result<StateStore*> store(const std::optional<PostgresOptions>& shared);
  /// The store in PostgreSQL; none where another one, or none, is open.
  PostgresStateStore* shared_store();
  /// The embedded engine, or each of some servers. As the first one who asks wants it, with a directory for the embedded one where there is none: for the others other limits are too late. Errors: kConflict where it is another
  /// engine than the one that is open.
  Result<std::vector<Engine*>> engines(const std::variant<ChdbOptions, std::vector<HttpEngineOptions>>& options);
  bool is_engine_open();
  SourceMemory& sources() { return sources_; }

  /// Does what is to be done once for a database, as long as this is open. Whoever asks meanwhile waits for it; after an
  /// error the next one tries again.
  template <class Work>
  Status once(const std::string& what, Work work) {
    const std::lock_guard lock(once_mutex_);
    if (done_.contains(what)) return {};
    GAPLESS_TRY(work());
    done_.insert(what);
    return {};
  }
  /// Work on the figures begins. Recovers once for each database, as once() does; with a store that other hosts share again
  /// where the last time was a minute ago. `recover` is told whether every run that is recorded as running must be dead:
  /// none can be where this process is the first one at work here, this is its first database, and no other host has the
  /// store.
  Status begin_work(const std::string& database, const std::stop_token& stop,
                    const std::function<Status(bool nobody_else_at_work)>& recover);
  /// One for each database of the engine, which must be open.
  Loader& loader(const Identifier& database);
  ReportMemory& report_memory() { return report_memory_; }

 private:
  const DataDirectory directory_;
  const std::stop_token stop_;
  std::mutex mutex_;
  std::mutex once_mutex_;
  SourceMemory sources_;
  std::set<std::string> done_;
  std::map<std::string, std::chrono::steady_clock::time_point> recovered_;  ///< by database
  ReportMemory report_memory_;
  std::optional<DataDirectory::Presence> presence_;
  // In the order in which they are opened; closed the other way round.
  std::unique_ptr<StateStore> store_;
  PostgresStateStore* shared_store_ = nullptr;  ///< the same, where it is one
  std::string store_name_;                      ///< which one is open: where in PostgreSQL; "" the directory's own
  std::string engine_name_;                     ///< which one is open: "user@url" of each server, "" the embedded one
  std::vector<std::unique_ptr<Engine>> engines_;
  std::map<std::string, Loader> loaders_;  ///< by database
};

}  // namespace gapless
