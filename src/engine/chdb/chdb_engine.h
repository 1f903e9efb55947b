// engine/chdb/: ClickHouse in this process, through libchdb.so. Seen by app/ and its own tests alone.
#pragma once

#include <memory>

#include "engine/chdb/instance.h"
#include "engine/chdb/options.h"
#include "engine/engine.h"

namespace gapless {

/// Thread-safe. Every statement has a connection of its own. Insert streams keep the data directory open until they are
/// destroyed; they and the engine must be gone before main returns. No use after fork (fork and exec is fine).
class ChdbEngine final : public Engine {
 public:
  /// Errors: kUnavailable where libchdb.so is not to be had, kConflict where a process has the directory open, or this
  /// process any; kInvalidInput for a directory that cannot be used, or a bad setting.
  static Result<std::unique_ptr<ChdbEngine>> open(const ChdbOptions& options);

  Result<Stats> execute(const Statement& statement, const StatementOptions& options) override;
  Result<Rows> select(const Statement& statement, const StatementOptions& options) override;
  /// Formats whose pieces can be put together (TabSeparated, CSV, JSONEachRow, RowBinary, Native and their like) come
  /// piece by piece, and chDB may count fewer rows and bytes read than there were; the others come whole, out of memory.
  Result<Stats> stream(const Statement& statement, std::string_view format, const StatementOptions& options,
                       const std::function<Status(std::string_view)>& sink) override;
  Result<std::unique_ptr<InsertStream>> insert(const Statement& statement, std::string_view format,
                                               const StatementOptions& options) override;
  Status cancel(std::string_view statement_id) override;
  Result<std::string> version() override;

 private:
  explicit ChdbEngine(std::shared_ptr<const ChdbInstance> instance) : instance_(std::move(instance)) {}

  const std::shared_ptr<const ChdbInstance> instance_;
};

}  // namespace gapless
