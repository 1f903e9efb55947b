#pragma once

#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>

#include "core/table_name.h"
#include "engine/engine.h"
#include "load/file_source.h"

namespace gapless {

/// What one file brought.
struct LoadReport {
  FileReport file;
  std::uint64_t loaded = 0;  ///< rows added to `events`
  std::uint64_t duplicates =
      0;  ///< events whose (team_id, uuid, event, timestamp) was there already, or earlier in the file
};

/// Brings files into the embedded `events` table, all or nothing for each file. Rows carry the load's id; a row of state
/// 'committed' in `loads` is the commit, and what a load without one left is removed by recover(). Thread-safe: files are loaded one at a time.
class Loader {
 public:
  /// The engine must outlive it.
  Loader(Engine& engine, const Identifier& database);

  /// Creates the database and the tables `events` and `loads` where they do not exist yet.
  Status prepare();
  /// Removes what loads that never committed left behind: to be called before anything is read. Returns how many loads
  /// were undone.
  Result<std::size_t> recover();
  /// Loads one file ("-": standard input). Errors: those of read_events and of the engine; nothing was loaded then.
  Result<LoadReport> load(const std::string& path, LoadFormat format, const ReadOptions& options);

 private:
  Result<LoadReport> fill(const std::string& load_id, const std::string& path, LoadFormat format,
                          const ReadOptions& options);
  Result<FileReport> stage(const TableName& staging, const std::string& path, LoadFormat format,
                           const ReadOptions& options);
  Status merge_days(const std::string& load_id, const TableName& staging, const std::stop_token& stop);
  Status mark(const std::string& load_id, const std::string& path, std::string_view state, std::uint64_t rows);
  Status undo(const std::string& load_id);
  Status run(std::string_view what, const Statement& statement, const std::stop_token& stop = {});
  Result<Rows> ask(std::string_view question, const Statement& statement, const std::vector<std::string_view>& columns,
                   const std::stop_token& stop = {});

  Engine& engine_;
  std::mutex loading_;
  Identifier database_;
  TableName events_;
  TableName loads_;
};

}  // namespace gapless
