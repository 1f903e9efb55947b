#include "run/mortal_store.h"

namespace gapless {
namespace {

/// `ask()` as a call of that name.
template <class Ask>
auto counted(FaultInjector& faults, std::string_view method, Ask ask) {
  using Value = typename decltype(ask())::value_type;
  return faults.call<Value>(method, {}, [&](Effect) { return ask(); });
}

}  // namespace

Result<std::string> MortalStore::store_id() {
  return counted(faults_, "store_id", [&] { return kept_.store_id(); });
}
Status MortalStore::begin_run(const RunRecord& run) {
  RunRecord of_process = run;
  of_process.pid = pid_;
  return counted(faults_, "begin_run", [&] { return kept_.begin_run(of_process); });
}
Status MortalStore::update_run(const RunRecord& run) {
  return counted(faults_, "update_run", [&] { return kept_.update_run(run); });
}
Result<std::optional<RunRecord>> MortalStore::run(std::string_view id) {
  return counted(faults_, "run", [&] { return kept_.run(id); });
}
Result<std::vector<RunRecord>> MortalStore::runs(std::size_t limit) {
  return counted(faults_, "runs", [&] { return kept_.runs(limit); });
}
Status MortalStore::record_step(const StepRecord& step) {
  return counted(faults_, "record_step", [&] { return kept_.record_step(step); });
}
Result<std::vector<StepRecord>> MortalStore::steps(std::string_view run_id) {
  return counted(faults_, "steps", [&] { return kept_.steps(run_id); });
}

Result<std::vector<StepRecord>> MortalStore::steps_on(const Cell& cell) {
  return counted(faults_, "steps_on", [&] { return kept_.steps_on(cell); });
}
Result<std::vector<FailingPartition>> MortalStore::failing_partitions() {
  return counted(faults_, "failing_partitions", [&] { return kept_.failing_partitions(); });
}
Result<std::vector<PartitionCost>> MortalStore::partition_costs(std::size_t limit) {
  return counted(faults_, "partition_costs", [&] { return kept_.partition_costs(limit); });
}
Result<std::uint64_t> MortalStore::prune_runs(Instant before) {
  return counted(faults_, "prune_runs", [&] { return kept_.prune_runs(before); });
}
Result<bool> MortalStore::request_cancel(std::string_view run_id) {
  return counted(faults_, "request_cancel", [&] { return kept_.request_cancel(run_id); });
}
Result<bool> MortalStore::heartbeat(std::string_view run_id) {
  if (faults_.dead()) return fail(Fault::kUnavailable, "the process is dead");
  return kept_.heartbeat(run_id);
}
Result<std::variant<Lease, LeaseHeld>> MortalStore::take_lease(std::string_view resource, std::string_view holder,
                                                               std::chrono::milliseconds ttl) {
  return counted(faults_, "take_lease", [&] { return kept_.take_lease(resource, holder, ttl); });
}
Result<bool> MortalStore::renew_lease(const Lease& lease, std::chrono::milliseconds ttl) {
  return counted(faults_, "renew_lease", [&] { return kept_.renew_lease(lease, ttl); });
}
Status MortalStore::release_lease(const Lease& lease) {
  try {
    return counted(faults_, "release_lease", [&] { return kept_.release_lease(lease); });
  } catch (const FakeDeath&) {
    return fail(Fault::kUnavailable, "the process died giving back a lease");
  }
}
Status MortalStore::raise_fences(std::uint64_t above) {
  return counted(faults_, "raise_fences", [&] { return kept_.raise_fences(above); });
}
Result<std::vector<Lease>> MortalStore::leases() {
  return counted(faults_, "leases", [&] { return kept_.leases(); });
}
Status MortalStore::write_journal(const JournalEntry& entry) {
  return counted(faults_, "write_journal", [&] { return kept_.write_journal(entry); });
}
Status MortalStore::erase_journal(std::string_view run_id, std::string_view rollup, const Partition& partition) {
  return counted(faults_, "erase_journal", [&] { return kept_.erase_journal(run_id, rollup, partition); });
}
Result<std::vector<JournalEntry>> MortalStore::journal() {
  return counted(faults_, "journal", [&] { return kept_.journal(); });
}
Result<std::vector<CachedPartition>> MortalStore::cached_partitions(std::string_view table) {
  return counted(faults_, "cached_partitions", [&] { return kept_.cached_partitions(table); });
}
Result<std::optional<CachedPartition>> MortalStore::cached_partition(std::string_view table,
                                                                     std::string_view partition) {
  return counted(faults_, "cached_partition", [&] { return kept_.cached_partition(table, partition); });
}
Status MortalStore::cache_partitions(std::string_view table, const std::vector<CachedPartition>& read,
                                     const std::vector<std::string>& gone) {
  return counted(faults_, "cache_partitions", [&] { return kept_.cache_partitions(table, read, gone); });
}
Result<std::vector<Confirmation>> MortalStore::confirmations(std::string_view rollup) {
  return counted(faults_, "confirmations", [&] { return kept_.confirmations(rollup); });
}
Status MortalStore::confirm(std::string_view rollup, const std::vector<Confirmation>& cells) {
  return counted(faults_, "confirm", [&] { return kept_.confirm(rollup, cells); });
}
Result<bool> MortalStore::take_tick(std::string_view job, Instant at, Instant believable) {
  return counted(faults_, "take_tick", [&] { return kept_.take_tick(job, at, believable); });
}
Status MortalStore::finish_tick(std::string_view job, Instant at) {
  return counted(faults_, "finish_tick", [&] { return kept_.finish_tick(job, at); });
}
Result<std::vector<Tick>> MortalStore::ticks() {
  return counted(faults_, "ticks", [&] { return kept_.ticks(); });
}
Status MortalStore::accept_definition(std::string_view hash) {
  return counted(faults_, "accept_definition", [&] { return kept_.accept_definition(hash); });
}
Result<std::optional<std::string>> MortalStore::accepted_definition() {
  return counted(faults_, "accepted_definition", [&] { return kept_.accepted_definition(); });
}
Status MortalStore::set_pause(const Pause& pause) {
  return counted(faults_, "set_pause", [&] { return kept_.set_pause(pause); });
}
Status MortalStore::clear_pause() {
  return counted(faults_, "clear_pause", [&] { return kept_.clear_pause(); });
}
Result<std::optional<StateStore::Pause>> MortalStore::pause(Instant now) {
  return counted(faults_, "pause", [&] { return kept_.pause(now); });
}

}  // namespace gapless
