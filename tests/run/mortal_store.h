#pragma once

#include "state/state_store.h"
#include "support/fake_warehouse_faults.h"

namespace gapless {

/// The StateStore as one process sees it: its calls are counted and can fail, and once the process is dead nothing that
/// it still tries has any effect. A call is one transaction, so that half an effect is the whole.
class MortalStore final : public StateStore {
 public:
  /// Both must outlive it. Runs are recorded as of process `pid`.
  MortalStore(StateStore& kept, FaultInjector& faults, std::int64_t pid) : kept_(kept), faults_(faults), pid_(pid) {}

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
  /// Never counted: a thread asks it by the clock.
  Result<bool> heartbeat(std::string_view run_id) override;
  Result<std::variant<Lease, LeaseHeld>> take_lease(std::string_view resource, std::string_view holder,
                                                    std::chrono::milliseconds ttl) override;
  Result<bool> renew_lease(const Lease& lease, std::chrono::milliseconds ttl) override;
  /// Called by destructors: a death in it is not thrown. It is one all the same, since nothing has any effect after it.
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
  StateStore& kept_;
  FaultInjector& faults_;
  const std::int64_t pid_;
};

}  // namespace gapless
