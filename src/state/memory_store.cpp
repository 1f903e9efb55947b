#include "state/memory_store.h"

#include <algorithm>

#include "state/store_errors.h"
#include "state/store_id.h"

namespace gapless {

MemoryStateStore::MemoryStateStore(std::function<Instant()> store_clock)
    : id_(make_store_id()), store_clock_(std::move(store_clock)) {}

Result<std::string> MemoryStateStore::store_id() { return id_; }

MemoryStateStore::Run* MemoryStateStore::find_run(std::string_view id) {
  const auto found = std::find_if(runs_.begin(), runs_.end(), [&](const Run& run) { return run.record.id == id; });
  return found == runs_.end() ? nullptr : &*found;
}

Status MemoryStateStore::begin_run(const RunRecord& run) {
  std::scoped_lock lock(mutex_);
  if (find_run(run.id)) return fail_run_exists(run.id);
  runs_.push_back(Run{run, false, {}});
  return {};
}

Status MemoryStateStore::update_run(const RunRecord& run) {
  std::scoped_lock lock(mutex_);
  Run* known = find_run(run.id);
  if (!known) return fail_unknown_run(run.id);
  known->record.status = run.status;
  known->record.teams = run.teams;
  known->record.cells_planned = run.cells_planned;
  known->record.cells_by_state = run.cells_by_state;
  known->record.cells_recomputed = run.cells_recomputed;
  known->record.finished_at = run.finished_at;
  known->record.error = run.error;
  known->record.reason = run.reason;
  return {};
}

Result<std::optional<RunRecord>> MemoryStateStore::run(std::string_view id) {
  std::scoped_lock lock(mutex_);
  const Run* known = find_run(id);
  if (!known) return std::nullopt;
  return known->record;
}

Result<std::vector<RunRecord>> MemoryStateStore::runs(std::size_t limit) {
  std::scoped_lock lock(mutex_);
  std::vector<RunRecord> records;
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) records.push_back(run->record);
  std::stable_sort(records.begin(), records.end(),
                   [](const RunRecord& a, const RunRecord& b) { return a.started_at > b.started_at; });
  if (records.size() > limit) records.erase(records.begin() + static_cast<std::ptrdiff_t>(limit), records.end());
  return records;
}

Status MemoryStateStore::record_step(const StepRecord& step) {
  std::scoped_lock lock(mutex_);
  Run* run = find_run(step.run_id);
  if (!run) return fail_unknown_run(step.run_id);
  const auto same = std::find_if(run->steps.begin(), run->steps.end(), [&](const StepRecord& other) {
    return other.partition == step.partition && other.name == step.name;
  });
  if (same != run->steps.end()) {
    *same = step;
  } else {
    run->steps.push_back(step);
  }
  return {};
}

Result<std::vector<StepRecord>> MemoryStateStore::steps(std::string_view run_id) {
  std::scoped_lock lock(mutex_);
  const Run* run = find_run(run_id);
  return run ? run->steps_in_order() : std::vector<StepRecord>{};
}

std::vector<StepRecord> MemoryStateStore::Run::steps_in_order() const {
  std::vector<StepRecord> sorted = steps;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const StepRecord& a, const StepRecord& b) { return a.started_at < b.started_at; });
  return sorted;
}

Result<std::vector<StepRecord>> MemoryStateStore::steps_on(const Cell& cell) {
  std::scoped_lock lock(mutex_);
  std::vector<const Run*> runs;
  for (const Run& run : runs_)
    if (std::ranges::any_of(run.steps, [&](const StepRecord& step) {
          return step.partition.day == cell.day && std::ranges::binary_search(step.teams, cell.team);
        }))
      runs.push_back(&run);
  std::ranges::stable_sort(runs, {}, [](const Run* run) { return run->record.started_at; });
  std::vector<StepRecord> found;
  for (const Run* run : runs)
    for (StepRecord& step : run->steps_in_order())
      if (step.partition.day == cell.day) found.push_back(std::move(step));
  return found;
}

Result<std::vector<FailingPartition>> MemoryStateStore::failing_partitions() {
  std::scoped_lock lock(mutex_);
  std::map<Partition, FailingPartition> failing;
  for (const Run& run : runs_) {
    std::map<Partition, std::vector<const StepRecord*>> attempts;
    for (const StepRecord& step : run.steps) attempts[step.partition].push_back(&step);
    for (const auto& [partition, steps] : attempts) {
      const auto is = [](std::string_view status) {
        return [status](const StepRecord* step) { return step->status == status; };
      };
      if (std::all_of(steps.begin(), steps.end(), is("done"))) failing.erase(partition);
      if (std::none_of(steps.begin(), steps.end(), is("failed"))) continue;
      FailingPartition& one = failing.try_emplace(partition, FailingPartition{partition}).first->second;
      ++one.failures;
      for (const StepRecord* step : steps)
        if (step->status == "failed") one.last_at = std::max(one.last_at, step->started_at);
    }
  }
  std::vector<FailingPartition> partitions;
  for (const auto& [partition, one] : failing) partitions.push_back(one);
  return partitions;
}

Result<std::vector<PartitionCost>> MemoryStateStore::partition_costs(std::size_t limit) {
  std::scoped_lock lock(mutex_);
  std::vector<PartitionCost> costs;
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    std::map<Partition, PartitionCost, std::greater<>> partitions;
    for (const StepRecord& step : run->steps) {
      partitions[step.partition].seconds += step.seconds;
      if (step.name == "publish" && step.status == "done") partitions[step.partition].cells = step.rows;
    }
    for (const auto& [partition, cost] : partitions)
      if (cost.cells > 0 && costs.size() < limit) costs.push_back(cost);
  }
  return costs;
}

Result<std::uint64_t> MemoryStateStore::prune_runs(Instant before) {
  std::scoped_lock lock(mutex_);
  return std::erase_if(runs_, [&](const Run& run) {
    return run.record.status != RunStatus::kRunning && run.record.started_at < before;
  });
}

Result<bool> MemoryStateStore::request_cancel(std::string_view run_id) {
  std::scoped_lock lock(mutex_);
  Run* run = find_run(run_id);
  if (!run || run->record.status != RunStatus::kRunning) return false;
  run->cancel_requested = true;
  return true;
}

Result<bool> MemoryStateStore::heartbeat(std::string_view run_id) {
  std::scoped_lock lock(mutex_);
  const Run* run = find_run(run_id);
  return run && run->cancel_requested;
}

Result<std::variant<Lease, LeaseHeld>> MemoryStateStore::take_lease(std::string_view resource, std::string_view holder,
                                                                    std::chrono::milliseconds ttl) {
  std::scoped_lock lock(mutex_);
  const Instant now = store_clock_();
  const auto held = leases_.find(resource);
  if (held != leases_.end() && held->second.holder != holder && held->second.expires_at > now) {
    return LeaseHeld{held->second.holder, held->second.expires_at};
  }
  const Lease lease{std::string(resource), std::string(holder), ++last_fence_, now + ttl};
  leases_.insert_or_assign(lease.resource, lease);
  return lease;
}

Lease* MemoryStateStore::find_own_lease(const Lease& lease) {
  const auto found = leases_.find(lease.resource);
  if (found == leases_.end() || found->second.holder != lease.holder || found->second.fence != lease.fence) {
    return nullptr;
  }
  return &found->second;
}

Result<bool> MemoryStateStore::renew_lease(const Lease& lease, std::chrono::milliseconds ttl) {
  std::scoped_lock lock(mutex_);
  const Instant now = store_clock_();
  Lease* own = find_own_lease(lease);
  if (!own || own->expires_at <= now) return false;
  own->expires_at = now + ttl;
  return true;
}

Status MemoryStateStore::release_lease(const Lease& lease) {
  std::scoped_lock lock(mutex_);
  if (find_own_lease(lease)) leases_.erase(lease.resource);
  return {};
}

Status MemoryStateStore::raise_fences(std::uint64_t above) {
  std::scoped_lock lock(mutex_);
  last_fence_ = std::max(last_fence_, above);
  return {};
}

Result<std::vector<Lease>> MemoryStateStore::leases() {
  std::scoped_lock lock(mutex_);
  const Instant now = store_clock_();
  std::vector<Lease> live;
  for (const auto& [resource, lease] : leases_) {
    if (lease.expires_at > now) live.push_back(lease);
  }
  return live;
}

Status MemoryStateStore::write_journal(const JournalEntry& entry) {
  std::scoped_lock lock(mutex_);
  journal_.insert_or_assign(JournalKey{entry.run_id, entry.rollup, entry.partition}, entry);
  return {};
}

Status MemoryStateStore::erase_journal(std::string_view run_id, std::string_view rollup, const Partition& partition) {
  std::scoped_lock lock(mutex_);
  journal_.erase(JournalKey{run_id, rollup, partition});
  return {};
}

Result<std::vector<JournalEntry>> MemoryStateStore::journal() {
  std::scoped_lock lock(mutex_);
  std::vector<JournalEntry> entries;
  for (const auto& [key, entry] : journal_) entries.push_back(entry);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const JournalEntry& a, const JournalEntry& b) { return a.fence < b.fence; });
  return entries;
}

Result<std::vector<CachedPartition>> MemoryStateStore::cached_partitions(std::string_view table) {
  std::scoped_lock lock(mutex_);
  std::vector<CachedPartition> partitions;
  if (const auto found = cached_.find(table); found != cached_.end())
    for (const auto& [name, partition] : found->second) partitions.push_back(partition);
  return partitions;
}

Result<std::optional<CachedPartition>> MemoryStateStore::cached_partition(std::string_view table,
                                                                          std::string_view partition) {
  std::scoped_lock lock(mutex_);
  const auto found = cached_.find(table);
  if (found == cached_.end()) return std::nullopt;
  const auto one = found->second.find(std::string(partition));
  return one == found->second.end() ? std::nullopt : std::optional(one->second);
}

Status MemoryStateStore::cache_partitions(std::string_view table, const std::vector<CachedPartition>& read,
                                          const std::vector<std::string>& gone) {
  std::scoped_lock lock(mutex_);
  auto& partitions = cached_[std::string(table)];
  for (const std::string& name : gone) partitions.erase(name);
  for (const CachedPartition& partition : read) partitions.insert_or_assign(partition.partition, partition);
  return {};
}

Result<std::vector<Confirmation>> MemoryStateStore::confirmations(std::string_view rollup) {
  std::scoped_lock lock(mutex_);
  std::vector<Confirmation> confirmations;
  if (const auto found = confirmed_.find(rollup); found != confirmed_.end())
    for (const auto& [cell, confirmation] : found->second) confirmations.push_back(confirmation);
  return confirmations;
}

Status MemoryStateStore::confirm(std::string_view rollup, const std::vector<Confirmation>& cells) {
  std::scoped_lock lock(mutex_);
  auto& confirmed = confirmed_[std::string(rollup)];
  for (const Confirmation& cell : cells) confirmed.insert_or_assign(cell.cell, cell);
  return {};
}

Result<bool> MemoryStateStore::take_tick(std::string_view job, Instant at, Instant believable) {
  std::scoped_lock lock(mutex_);
  const auto known = ticks_.find(job);
  if (known != ticks_.end() && known->second.at >= at && known->second.at <= believable) return false;
  ticks_.insert_or_assign(std::string(job), Tick{std::string(job), at, false});
  return true;
}

Status MemoryStateStore::finish_tick(std::string_view job, Instant at) {
  std::scoped_lock lock(mutex_);
  if (const auto known = ticks_.find(job); known != ticks_.end() && known->second.at == at)
    known->second.is_done = true;
  return {};
}

Result<std::vector<Tick>> MemoryStateStore::ticks() {
  std::scoped_lock lock(mutex_);
  std::vector<Tick> ticks;
  for (const auto& [job, tick] : ticks_) ticks.push_back(tick);
  return ticks;
}

Status MemoryStateStore::accept_definition(std::string_view hash) {
  std::scoped_lock lock(mutex_);
  accepted_definition_ = hash;
  return {};
}

Result<std::optional<std::string>> MemoryStateStore::accepted_definition() {
  std::scoped_lock lock(mutex_);
  return accepted_definition_;
}

Status MemoryStateStore::set_pause(const Pause& pause) {
  std::scoped_lock lock(mutex_);
  pause_ = pause;
  return {};
}

Status MemoryStateStore::clear_pause() {
  std::scoped_lock lock(mutex_);
  pause_.reset();
  return {};
}

Result<std::optional<StateStore::Pause>> MemoryStateStore::pause(Instant now) {
  std::scoped_lock lock(mutex_);
  if (pause_ && pause_->until && *pause_->until <= now) return std::nullopt;
  return pause_;
}

}  // namespace gapless
