// state/sqlite/: the StateStore in one SQLite file: write-ahead log, a sync a transaction, a versioned schema.
#pragma once

#include <SQLiteCpp/Database.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "state/state_store.h"

namespace gapless {

class Connection;

struct SqliteOptions {
  /// How long a call waits for another process's transaction before it is kUnavailable.
  std::chrono::milliseconds busy_timeout{5000};
  /// Added to SQLite's clock where leases are decided. For tests, which cannot wait.
  std::function<std::chrono::milliseconds()> clock_offset = [] { return std::chrono::milliseconds(0); };
};

/// Several objects and processes of one machine may use one file at a time; the file must be on a local disk. Lease
/// time is SQLite's clock, that is the machine's wall clock, to the millisecond: when that jumps, leases end so much
/// sooner or later.
class SqliteStateStore final : public StateStore {
 public:
  /// Opens the store, or makes it where there is no file, or an empty one. Its directory must exist. Making it is
  /// atomic: a crash leaves an empty database, which the next open fills, and two processes at once get one store.
  /// Errors: as StateStore; kCorrupt says what to do with the file.
  static Result<std::unique_ptr<SqliteStateStore>> open(const std::filesystem::path& path, SqliteOptions options = {});
  ~SqliteStateStore() override;

  Result<std::string> store_id() override;

  Status begin_run(const RunRecord& run) override;
  Status update_run(const RunRecord& run) override;
  Result<std::optional<RunRecord>> run(std::string_view id) override;
  Result<std::vector<RunRecord>> runs(std::size_t limit) override;
  Status record_step(const StepRecord& step) override;
  Result<std::vector<StepRecord>> steps(std::string_view run_id) override;
  Result<std::vector<StepRecord>> steps_on(const Cell& cell) override;
  Result<std::vector<FailingPartition>> failing_partitions() override;
  Result<std::vector<PartitionCost>> partition_costs(std::size_t limit) override;
  Result<std::uint64_t> prune_runs(Instant before) override;
  Result<bool> request_cancel(std::string_view run_id) override;
  Result<bool> heartbeat(std::string_view run_id) override;

  Result<std::variant<Lease, LeaseHeld>> take_lease(std::string_view resource, std::string_view holder,
                                                    std::chrono::milliseconds ttl) override;
  Result<bool> renew_lease(const Lease& lease, std::chrono::milliseconds ttl) override;
  Status release_lease(const Lease& lease) override;
  Status raise_fences(std::uint64_t above) override;
  Result<std::vector<Lease>> leases() override;

  Status write_journal(const JournalEntry& entry) override;
  Status erase_journal(std::string_view run_id, std::string_view rollup, const Partition& partition) override;
  Result<std::vector<JournalEntry>> journal() override;

  Result<std::vector<CachedPartition>> cached_partitions(std::string_view table) override;
  Result<std::optional<CachedPartition>> cached_partition(std::string_view table, std::string_view partition) override;
  Status cache_partitions(std::string_view table, const std::vector<CachedPartition>& read,
                          const std::vector<std::string>& gone) override;
  Result<std::vector<Confirmation>> confirmations(std::string_view rollup) override;
  Status confirm(std::string_view rollup, const std::vector<Confirmation>& cells) override;

  Result<bool> take_tick(std::string_view job, Instant at, Instant believable) override;
  Status finish_tick(std::string_view job, Instant at) override;
  Result<std::vector<Tick>> ticks() override;
  Status accept_definition(std::string_view hash) override;
  Result<std::optional<std::string>> accepted_definition() override;
  Status set_pause(const Pause& pause) override;
  Status clear_pause() override;
  Result<std::optional<Pause>> pause(Instant now) override;

 private:
  SqliteStateStore(std::unique_ptr<Connection> connection, SqliteOptions options);
  /// Milliseconds since 1970 by SQLite's clock. In the transaction that decides by it.
  std::int64_t now_millis(SQLite::Database& database) const;

  std::unique_ptr<Connection> connection_;
  SqliteOptions options_;
};

}  // namespace gapless
