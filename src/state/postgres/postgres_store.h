// state/postgres/: the StateStore in a schema of a PostgreSQL database, for processes on several hosts (libpqxx).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/table_name.h"
#include "state/state_store.h"

namespace gapless {

class PostgresSession;

struct PostgresOptions {
  std::string connection;               ///< a URL or key=value pairs, as libpq reads them
  std::optional<std::string> password;  ///< in the place of one in `connection`; none: libpq's own ways
  Identifier schema = Identifier::parse("gapless", "").value();
  /// How long a call waits for a server that is away. Heartbeats, and what renews and gives back leases, do not wait.
  std::chrono::milliseconds patience{std::chrono::minutes(3)};
  std::chrono::milliseconds longest_call{15'000};  ///< past it a call is cut off; of those that do not wait a third
  std::chrono::milliseconds heartbeat_every{5'000};
  std::stop_token stop{};  ///< ends waiting
  /// Added to the server's clock where leases are decided. For tests, which cannot wait.
  std::function<std::chrono::milliseconds()> clock_offset = [] { return std::chrono::milliseconds(0); };
};

/// Objects and processes of several hosts may use one schema at a time. Two connections: what keeps a run alive goes over
/// one of its own, so that it does not stand behind a call that is slow or waits. Lease time is the server's clock.
/// A call whose connection breaks is done again, also where it broke while it was committed.
class PostgresStateStore final : public StateStore {
 public:
  /// Opens the store, or makes it where the schema is missing or empty; does not wait for a server that is away.
  /// Errors: as StateStore; kBadQuery for a connection that libpq cannot read.
  static Result<std::unique_ptr<PostgresStateStore>> open(PostgresOptions options);
  /// False: open() would make a new one.
  static Result<bool> exists(const PostgresOptions& options);
  /// Where a connection leads and which schema, for messages: "db:5432/gapless, schema gapless".
  static std::string shown(const PostgresOptions& options);
  ~PostgresStateStore() override;

  /// Of a statement that does nothing.
  Result<std::chrono::microseconds> round_trip();

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
  explicit PostgresStateStore(PostgresOptions options);

  const PostgresOptions options_;
  std::unique_ptr<PostgresSession> calls_;  ///< waits for a server that is away
  std::unique_ptr<PostgresSession> pulse_;  ///< does not
};

}  // namespace gapless
