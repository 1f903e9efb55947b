#include "run/recovery.h"

#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "run/host.h"
#include "run/lease_keeper.h"
#include "run/partition_job.h"
#include "util/kill_point.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

constexpr std::size_t kRunsLookedAt = 1000;

/// What became of a day that a dead run was at.
enum class Outcome {
  kFinished,   ///< published, as was meant
  kSettled,    ///< its staging is gone: what was not published is damaged
  kDiscarded,  ///< nothing of it was published, or it was published again since
};

Result<bool> published_again_since(Warehouse& warehouse, const JournalEntry& entry, const Limits& limits) {
  const DayRange day{entry.partition.day, entry.partition.day};
  GAPLESS_ASSIGN(const auto rows, warehouse.ledger(day, std::nullopt, limits));
  const TeamBuckets buckets = warehouse.team_buckets();
  return std::any_of(rows.begin(), rows.end(), [&](const LedgerRow& row) {
    return row.fence > entry.fence && buckets.contains(entry.partition, row.cell);
  });
}

using LiveParts = std::array<std::vector<LivePart>, kTargets.size()>;

LiveParts parts_of(PartitionStates states) {
  LiveParts parts;
  for (std::size_t target = 0; target < parts.size(); ++target)
    if (states[target]) parts[target] = std::move(states[target]->parts);
  return parts;
}

bool was_live_before(const Publication::OfTarget& publication, const LivePart& part) {
  return std::find(publication.live_parts.begin(), publication.live_parts.end(), part.name) !=
         publication.live_parts.end();
}

/// True where every target of the publication has the parts that it had before.
bool nothing_was_replaced(const Publication& publication, const LiveParts& live) {
  for (std::size_t target = 0; target < live.size(); ++target) {
    const auto& before = publication.targets[target];
    if (!before) continue;
    const bool same = std::all_of(live[target].begin(), live[target].end(),
                                  [&](const LivePart& part) { return was_live_before(*before, part); });
    if (!same || live[target].size() != before->live_parts.size()) return false;
  }
  return true;
}

/// Where all that was staged stands in the live partition, beside parts from before: drops those.
Status drop_old_parts(Warehouse& warehouse, Target target, const Partition& partition,
                      const Publication::OfTarget& publication, const std::vector<LivePart>& live,
                      const Limits& limits) {
  std::uint64_t newer_rows = 0;
  for (const LivePart& part : live)
    if (!was_live_before(publication, part)) newer_rows += part.rows;
  if (newer_rows == 0 || newer_rows < publication.staged_rows) return {};
  for (const LivePart& part : live)
    if (was_live_before(publication, part)) GAPLESS_TRY(warehouse.drop_part(target, partition, part.name, limits));
  return {};
}

/// A publication whose staging is gone. Where it had begun, the ledger is to say what was to be published: cells that
/// do not hold it are damaged then, and recomputed by the next backfill.
Result<Outcome> settle_without_staging(Warehouse& warehouse, const JournalEntry& entry, const Publication& publication,
                                       const Limits& limits) {
  GAPLESS_ASSIGN(auto states, warehouse.live_state(entry.partition, limits));
  const LiveParts live = parts_of(std::move(states));
  if (nothing_was_replaced(publication, live)) return Outcome::kDiscarded;
  spdlog::error("run {}: {} was being published when it stopped, and its staging is gone; {}", entry.run_id,
                entry.partition.to_string(), "what it did not finish is damaged until the next backfill");
  for (const Target target : targets_of(publication)) {
    const auto index = static_cast<std::size_t>(target);
    GAPLESS_TRY(drop_old_parts(warehouse, target, entry.partition, *publication.targets[index], live[index], limits));
  }
  GAPLESS_TRY(warehouse.record(publication.ledger, Definition(publication.definition_text), limits));
  return Outcome::kSettled;
}

Result<Outcome> redo(Warehouse& warehouse, const StagingId& staging, const JournalEntry& entry, const Limits& limits,
                     const Bounds& bounds) {
  GAPLESS_ASSIGN(const Publication publication, decode_publication(entry.payload));
  const std::uint32_t buckets = warehouse.team_buckets().count();
  if (publication.team_buckets != 0 && publication.team_buckets != buckets)  // the same partition is another one now
    return fail(Fault::kConflict,
                fmt::format("{} was being published by run {} in {} team buckets, and the targets are in {} now: it is"
                            " finished once those that are kept (targets.breakdowns) are in {} again",
                            entry.partition.to_string(), entry.run_id, publication.team_buckets, buckets,
                            publication.team_buckets));
  GAPLESS_ASSIGN(const bool is_void, published_again_since(warehouse, entry, limits));
  if (is_void) return Outcome::kDiscarded;
  auto redone = apply_publication(warehouse, staging, publication, bounds);
  if (redone) return Outcome::kFinished;
  if (redone.error().fault != Fault::kInternal) return fail(std::move(redone.error()));
  return settle_without_staging(warehouse, entry, publication, limits);
}

}  // namespace

namespace {

/// A statement that publishes goes on for as long as the lease lasts.
Bounds within(LeaseKeeper::Held& lease, const Limits& limits) {
  return [&lease, limits]() -> Result<Limits> {
    GAPLESS_ASSIGN(const auto good_for, lease.confirm());
    return Limits{std::min(limits.deadline, good_for), limits.memory_limit_bytes, limits.stop};
  };
}

/// Who holds the leases of a recovery, which is no run.
std::string recovery_holder(std::int64_t pid) { return fmt::format("recovery-{}-{}", host_name(), pid); }

/// A process recovers once at a time: its own lease is left over.
bool may_be_a_recovery_at_work(const Lease& lease, const ExecutorOptions& options) {
  if (options.exclusive || !lease.holder.starts_with("recovery-") || lease.holder == recovery_holder(getpid()))
    return false;
  const std::string_view holder = lease.holder;
  const auto pid = parse_number<std::int64_t>(holder.substr(holder.rfind('-') + 1));
  const bool is_of_this_host = pid && lease.holder == recovery_holder(*pid);
  return !is_of_this_host || kill(static_cast<pid_t>(*pid), 0) == 0 || errno != ESRCH;
}

}  // namespace

bool is_dead(const RunRecord& run, const ExecutorOptions& options) {
  if (options.exclusive) return true;
  if (run.silent_for && *run.silent_for > 3 * options.lease_ttl) return true;
  return run.host == host_name() && kill(static_cast<pid_t>(run.pid), 0) != 0 && errno == ESRCH;
}

Result<std::string> uuid_of(Warehouse& warehouse, const Limits& limits) {
  GAPLESS_ASSIGN(const auto meta, warehouse.meta(limits));
  return meta ? meta->uuid : std::string();
}

bool is_of(const JournalEntry& entry, const std::string& warehouse) {
  return entry.warehouse.empty() || warehouse.empty() || entry.warehouse == warehouse;
}

Result<bool> resolve(Warehouse& all, StateStore& store, const std::string& store_id, const JournalEntry& entry,
                     const ExecutorOptions& options, const Bounds& bounds) {
  const Limits limits{options.statement_timeout, options.memory_limit_bytes, options.stop};
  const std::uint32_t shard = entry.partition.shard, shards = all.shards().count();
  if (!entry.partition.is_all() && shard >= shards)
    return fail(
        Fault::kConflict,
        fmt::format("{} was left unfinished by run {} on shard {}, and {} configured: it is finished or discarded"
                    " once engine.shards names that one again",
                    entry.partition.to_string(), entry.run_id, shard,
                    shards == 1 ? "1 server is" : fmt::format("{} servers are", shards)));
  Warehouse& warehouse = entry.partition.is_all() ? all : all.on_shard(shard);
  const StagingId staging{store_id, entry.fence, entry.partition};
  Outcome outcome = Outcome::kDiscarded;
  if (entry.phase == JournalPhase::kPublishing) {
    kill_point("recover.before_redo");
    GAPLESS_ASSIGN(outcome, redo(warehouse, staging, entry, limits, bounds));
    kill_point("recover.after_redo");
  }
  kill_point("recover.before_discard");
  GAPLESS_TRY(store.erase_journal(entry.run_id, entry.rollup, entry.partition));
  kill_point("recover.journal_erased");
  GAPLESS_TRY(warehouse.drop_staging(staging, limits));
  if (outcome != Outcome::kSettled) {  // that has its own line
    spdlog::info("run {}: {} {}", entry.run_id, entry.partition.to_string(),
                 outcome == Outcome::kFinished ? "was being published when it stopped; finished now"
                                               : "was unfinished when it stopped; discarded");
  }
  return outcome == Outcome::kFinished;
}

Result<bool> resolve_left_over(Warehouse& warehouse, StateStore& store, const Partition& partition,
                               std::string_view run_id, LeaseKeeper::Held& lease, const ExecutorOptions& options) {
  GAPLESS_ASSIGN(auto journal, store.journal());
  std::erase_if(journal, [&](const JournalEntry& entry) {
    return entry.partition != partition && !entry.partition.is_all() && !partition.is_all();
  });
  if (journal.empty()) return false;
  const Limits limits{options.statement_timeout, options.memory_limit_bytes, options.stop};
  GAPLESS_ASSIGN(const std::string store_id, store.store_id());
  GAPLESS_ASSIGN(const std::string uuid, uuid_of(warehouse, limits));
  bool own_was_finished = false;
  for (const JournalEntry& entry : journal) {
    if (!is_of(entry, uuid)) continue;
    GAPLESS_ASSIGN(const bool redone, resolve(warehouse, store, store_id, entry, options, within(lease, limits)));
    own_was_finished = own_was_finished || (redone && entry.run_id == run_id);
  }
  return own_was_finished;
}

Result<RecoveryReport> Executor::recover(const ExecutorOptions& options) {
  RecoveryReport report;
  const Limits limits{options.statement_timeout, options.memory_limit_bytes, options.stop};
  GAPLESS_ASSIGN(const std::string store_id, store_.store_id());
  // What is there is read before who is at work: a run that begins in between is in none of these.
  GAPLESS_ASSIGN(const auto staging, warehouse_.list_staging(limits));
  GAPLESS_ASSIGN(const auto journal, store_.journal());
  GAPLESS_ASSIGN(const auto leases, store_.leases());
  GAPLESS_ASSIGN(const auto runs, store_.runs(kRunsLookedAt));
  std::string warehouse_uuid;
  if (!journal.empty()) {
    GAPLESS_ASSIGN(warehouse_uuid, uuid_of(warehouse_, limits));
  }
  std::set<std::string> at_work;
  std::vector<RunRecord> dead;
  for (const RunRecord& run : runs) {
    if (run.status != RunStatus::kRunning) continue;
    if (is_dead(run, options))
      dead.push_back(run);
    else
      at_work.insert(run.id);
  }
  for (const Lease& lease : leases)
    if (!at_work.contains(lease.holder) && !may_be_a_recovery_at_work(lease, options))
      GAPLESS_TRY(store_.release_lease(lease));

  std::optional<LeaseKeeper> keeper;  // it has a thread, and hardly ever anything to do
  std::set<StagingId> named;
  std::set<std::string> unresolved;
  std::optional<Error> first_error;
  for (const JournalEntry& entry : journal) {
    named.insert({store_id, entry.fence, entry.partition});
    if (!is_of(entry, warehouse_uuid)) {
      spdlog::warn("run {}: {} was left unfinished in another warehouse of this state store; {}", entry.run_id,
                   entry.partition.to_string(), "it is finished or discarded when gapless works on that one again");
      continue;
    }
    std::unique_ptr<LeaseKeeper::Held> lease;
    if (!options.exclusive) {  // a run that is at work may have been stopped for so long that it lost the day
      if (!keeper) keeper.emplace(store_, recovery_holder(getpid()), options.lease_ttl, options.stop);
      GAPLESS_ASSIGN(auto taken, keeper->take(entry.partition));
      if (std::holds_alternative<LeaseHeld>(taken)) continue;
      lease = std::move(std::get<std::unique_ptr<LeaseKeeper::Held>>(taken));
    }
    const Bounds bounds = lease ? within(*lease, limits) : Bounds([&limits]() -> Result<Limits> { return limits; });
    auto redone = resolve(warehouse_, store_, store_id, entry, options, bounds);
    if (redone) {
      ++(*redone ? report.redone : report.discarded);
      continue;
    }
    unresolved.insert(entry.run_id);
    if (!first_error)
      first_error = with_context(fmt::format("recovering {} of run {}", entry.partition.to_string(), entry.run_id),
                                 redone.error());
  }
  for (RunRecord& run : dead) {
    if (unresolved.contains(run.id)) continue;
    run.status = RunStatus::kInterrupted;
    run.finished_at = clock_.now();
    run.error = "the process ended without finishing; what it was publishing was finished or discarded";
    kill_point("recover.before_closing");
    GAPLESS_TRY(store_.update_run(run));
    report.interrupted_runs.push_back(run.id);
  }
  for (const StagingId& left : staging) {
    if (left.store_id != store_id || named.contains(left)) continue;
    kill_point("recover.before_sweeping");
    GAPLESS_TRY(warehouse_.drop_staging(left, limits));
    ++report.swept;
  }
  if (first_error) return fail(std::move(*first_error));
  return report;
}

}  // namespace gapless
