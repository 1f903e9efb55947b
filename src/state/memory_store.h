#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <tuple>

#include "state/state_store.h"

namespace gapless {

/// A StateStore that lives and dies with its object: for tests, which move its clock. Behaves as the SQLite store does
/// (tests/contract holds both to it), but never fails for want of a disk. Thread-safe.
class MemoryStateStore final : public StateStore {
 public:
  /// `store_clock` decides leases; it is called with the store's mutex held and must not call the store.
  explicit MemoryStateStore(std::function<Instant()> store_clock);

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
  struct Run {
    RunRecord record;
    bool cancel_requested = false;
    std::vector<StepRecord> steps;  ///< in the order of their first record
    std::vector<StepRecord> steps_in_order() const;
  };
  using JournalKey = std::tuple<std::string, std::string, Partition>;  ///< run, rollup, partition

  Run* find_run(std::string_view id);
  Lease* find_own_lease(const Lease& lease);

  std::mutex mutex_;
  const std::string id_;
  const std::function<Instant()> store_clock_;
  std::vector<Run> runs_;  ///< in the order of begin_run
  std::map<std::string, Lease, std::less<>> leases_;
  std::map<JournalKey, JournalEntry> journal_;
  std::map<std::string, std::map<std::string, CachedPartition>, std::less<>> cached_;  ///< by table and partition
  std::map<std::string, std::map<Cell, Confirmation>, std::less<>> confirmed_;         ///< by rollup and cell
  std::map<std::string, Tick, std::less<>> ticks_;                                     ///< by job
  std::optional<std::string> accepted_definition_;
  std::optional<Pause> pause_;
  std::uint64_t last_fence_ = 0;
};

}  // namespace gapless
