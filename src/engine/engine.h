// engine/: one statement in, rows or an effect out. What ClickHouse is reached through; nothing here knows a rollup.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/error.h"
#include "engine/rows.h"
#include "engine/statement.h"

namespace gapless {

/// What a statement read and wrote, as the engine counted it.
struct Stats {
  std::uint64_t rows_read = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t rows_written = 0;
  std::uint64_t bytes_written = 0;
  std::chrono::microseconds elapsed{0};
};

/// How far a running statement is.
struct Progress {
  std::uint64_t rows_read = 0;
  std::uint64_t total_rows = 0;  ///< an estimate; 0 while unknown
  std::uint64_t memory_bytes = 0;
};

struct StatementOptions {
  /// Names the statement for cancel(), logs and recovery; letters, digits, '-', '_'. Empty: the engine makes one.
  std::string id;
  std::chrono::milliseconds deadline{std::chrono::minutes(10)};  ///< from the call; past it kTimeout (code 159)
  std::uint64_t memory_limit_bytes = 0;                          ///< 0: the engine's default
  std::uint64_t max_result_rows = 1'000'000;                     ///< select only; one more row is kOverload
  std::function<void(const Progress&)> on_progress;              ///< called now and then from another thread
  std::stop_token stop;                                          ///< requested: cancelled within a second, kCancelled
  bool read_only = false;                                        ///< what would change anything fails with code 164
  std::string database;                                          ///< where unqualified tables are; empty: the engine's
  /// ClickHouse settings of this statement alone, by name; what the members above say comes before them. An engine may
  /// ignore a name that it does not know.
  std::map<std::string, std::string> settings;
};

/// Rows on their way into a table. Not thread-safe. Destroyed before finish() it cancels; blocks that the engine had
/// already written may stay, so append to a table of one's own.
class InsertStream {
 public:
  virtual ~InsertStream() = default;
  /// Bytes in the stream's format, split anywhere. Errors may also concern bytes appended earlier.
  virtual Status append(std::string_view bytes) = 0;
  /// All rows are written when it returns without an error.
  virtual Result<Stats> finish() = 0;
};

/// A ClickHouse, in-process or remote. Thread-safe. Statements run in parallel up to what the engine bears.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Runs a statement for its effect.
  virtual Result<Stats> execute(const Statement& statement, const StatementOptions& options) = 0;

  /// Runs a query and returns all its rows. Errors: kOverload past options.max_result_rows, kCorrupt where the reply
  /// does not parse.
  virtual Result<Rows> select(const Statement& statement, const StatementOptions& options) = 0;

  /// Runs a query and hands its output, in the given ClickHouse format, to `sink` piece by piece; a sink that returns
  /// an error ends the statement with that error.
  virtual Result<Stats> stream(const Statement& statement, std::string_view format, const StatementOptions& options,
                               const std::function<Status(std::string_view)>& sink) = 0;

  /// Opens an INSERT. `statement` is "INSERT INTO {db:Identifier}.{table:Identifier} (columns)" without FORMAT.
  virtual Result<std::unique_ptr<InsertStream>> insert(const Statement& statement, std::string_view format,
                                                       const StatementOptions& options) = 0;

  /// Asks for the end of the running statement of that id; no error where there is none.
  virtual Status cancel(std::string_view statement_id) = 0;

  /// "chDB 26.7.2.1" or "ClickHouse 25.8.1.1".
  virtual Result<std::string> version() = 0;
};

}  // namespace gapless
