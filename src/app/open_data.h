#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "app/data_directory.h"
#include "engine/chdb/chdb_engine.h"
#include "engine/http/http_engine.h"
#include "load/loader.h"
#include "query/report_memory.h"
#include "state/sqlite/sqlite_store.h"
#include "warehouse/source_mapping.h"

namespace gapless {

/// The store and the engine of one data directory, opened when they are first asked for: for one command, or for all that
/// a daemon serves. Thread-safe.
class OpenData {
 public:
  explicit OpenData(DataDirectory directory) : directory_(std::move(directory)) {}

  const DataDirectory& directory() const { return directory_; }
  /// Makes the directory and the store where there are none. Errors: those of both; asking again after one tries again.
  Result<StateStore*> store();
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
  /// Work on the figures begins. Recovers once for each database, as once() does; `recover` is told whether every run that
  /// is recorded as running must be dead: none can be where this process is the first one at work here, and this is its
  /// first database.
  Status begin_work(const std::string& database, const std::stop_token& stop,
                    const std::function<Status(bool nobody_else_at_work)>& recover);
  /// One for each database of the engine, which must be open.
  Loader& loader(const Identifier& database);
  ReportMemory& report_memory() { return report_memory_; }

 private:
  const DataDirectory directory_;
  std::mutex mutex_;
  std::mutex once_mutex_;
  SourceMemory sources_;
  std::set<std::string> done_;
  ReportMemory report_memory_;
  std::optional<DataDirectory::Presence> presence_;
  // In the order in which they are opened; closed the other way round.
  std::unique_ptr<SqliteStateStore> store_;
  std::string engine_name_;  ///< which one is open: "user@url" of each server, "" the embedded one
  std::vector<std::unique_ptr<Engine>> engines_;
  std::map<std::string, Loader> loaders_;  ///< by database
};

}  // namespace gapless
