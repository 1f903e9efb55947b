// state/: what gapless remembers about its own work: runs and their steps, the publishing journal, leases. What is
// known about the data is in the ledger, beside the data.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/cell.h"
#include "core/day.h"
#include "core/error.h"

namespace gapless {

enum class RunStatus { kRunning, kSucceeded, kNothingToDo, kPartial, kFailed, kCancelled, kInterrupted, kSkipped };
/// "running", "succeeded", "nothing_to_do", …: the words of the command line's contract.
const char* name(RunStatus status);
std::optional<RunStatus> parse_run_status(std::string_view text);

/// One run of a job, from the command line or by schedule.
struct RunRecord {
  std::string id;
  std::string job;      ///< "manual", "daily", "intraday", "backfill", "verify", "forget", "adopt", "recovery"
  std::string trigger;  ///< "command" or "schedule"
  std::string host;
  std::int64_t pid = 0;
  RunStatus status = RunStatus::kRunning;
  std::string window;  ///< "2026-03-01 to 2026-03-06"
  std::uint64_t teams = 0;
  std::uint64_t cells_planned = 0;
  std::map<std::string, std::uint64_t, std::less<>>
      cells_by_state;  ///< of those planned: "missing", …; of verify "equal", …
  std::uint64_t cells_recomputed = 0;
  Instant started_at{};
  std::optional<Instant> finished_at;
  std::string error;   ///< empty unless it failed, wholly or in part
  std::string reason;  ///< why it had nothing to do, or was skipped
  /// Of a running run: since its last heartbeat, by the store's clock. None where the store keeps none; never written.
  std::optional<std::chrono::milliseconds> silent_for = {};
};

/// One step of a run on one partition. Recorded when it begins (status "running") and again when it ends.
struct StepRecord {
  std::string run_id;
  Partition partition;
  std::string name;    ///< "look", "build", "check", "publish"
  std::string status;  ///< "running", "done", "failed", "cancelled", "skipped"
  Instant started_at{};
  double seconds = 0;
  std::uint64_t rows = 0;
  std::uint32_t retries = 0;
  std::string error;
  Teams teams = {};  ///< at work in it, sorted, in steps "look" and "build"; empty in others
};

/// A partition whose newest attempts, one or more, all failed.
struct FailingPartition {
  Partition partition;
  std::uint32_t failures = 0;  ///< in a row, one a run
  Instant last_at{};           ///< when the last step that failed began
  bool operator==(const FailingPartition&) const = default;
};

/// How long one partition took from its first step to its last, at its newest publication.
struct PartitionCost {
  std::uint64_t cells = 0;
  double seconds = 0;
  bool operator==(const PartitionCost&) const = default;
};

/// The newest moment at which a job was due by its schedule.
struct Tick {
  std::string job;
  Instant at{};
  bool is_done = false;  ///< false: whoever took it is at work on it, or died
  bool operator==(const Tick&) const = default;
};

/// The right to publish one partition of one rollup until `expires_at` by the store's clock.
struct Lease {
  std::string resource;     ///< "web/2026-03-01"
  std::string holder;       ///< the run's id
  std::uint64_t fence = 0;  ///< grows with every take of any resource, never repeats
  Instant expires_at{};
};

/// Why a lease was not to be had.
struct LeaseHeld {
  std::string holder;
  Instant expires_at{};
};

enum class JournalPhase {
  kBuilding,    ///< staging may exist; nothing live was touched
  kPublishing,  ///< REPLACE may have begun in any target; redo it from staging
};
const char* name(JournalPhase phase);

/// What a run is doing to a partition, written before it is done. Gone once the ledger says it is published.
struct JournalEntry {
  std::string run_id;
  std::string rollup;
  Partition partition;
  std::uint64_t fence = 0;
  JournalPhase phase = JournalPhase::kBuilding;
  std::string warehouse;  ///< WarehouseMeta::uuid; empty in those of older versions: whichever there is
  std::string payload;    ///< JSON: staging names, live part names, the ledger entries to come (run/journal.h)
};

/// What was read of one partition of a table, at one version of what it holds.
struct CachedPartition {
  std::string partition;
  std::string version;  ///< of the partition and of the way it was read
  std::string content;  ///< any bytes (run/inventory.h)
  bool operator==(const CachedPartition&) const = default;
};

/// A cell whose window changed while what it owns did not (SEMANTICS: the state of a cell), for one version of its entry.
struct Confirmation {
  Cell cell;  ///< without its shard: the entry's fence, which never repeats, tells which entry is meant
  std::uint64_t fence = 0;
  std::uint64_t sequence = 0;
  Fingerprint window;
  bool operator==(const Confirmation&) const = default;
};

/// Transactions inside; survives kill -9. Thread-safe. Several processes may use one store at a time. A call may wait for a
/// store that is away for a while; heartbeats, and what renews and gives back leases, never do.
/// Errors of every call: kUnavailable (locked past its time-out, disk, not to be reached), kCorrupt (not our store, damaged),
/// kConflict (written by a newer version).
class StateStore {
 public:
  virtual ~StateStore() = default;

  /// Random, made with the store, 16 hexadecimal digits. Names the store in the warehouse.
  virtual Result<std::string> store_id() = 0;

  // Runs
  virtual Status begin_run(const RunRecord& run) = 0;
  /// Overwrites status, teams, cells, finished_at, error and reason. Errors: kInternal for an unknown id.
  virtual Status update_run(const RunRecord& run) = 0;
  virtual Result<std::optional<RunRecord>> run(std::string_view id) = 0;
  /// The newest first.
  virtual Result<std::vector<RunRecord>> runs(std::size_t limit) = 0;
  /// Replaces the record of the same (run, partition, name).
  virtual Status record_step(const StepRecord& step) = 0;
  /// In the order of their beginning.
  virtual Result<std::vector<StepRecord>> steps(std::string_view run_id) = 0;
  /// The steps on the cell's day of all runs in the history that had its team at work there; runs in the order of their
  /// beginning.
  virtual Result<std::vector<StepRecord>> steps_on(const Cell& cell) = 0;
  /// By partition, from the steps of the runs that are in the history. An attempt is all steps of one run on a partition: it
  /// failed where one of them did, and was good where all are done; others count for nothing.
  virtual Result<std::vector<FailingPartition>> failing_partitions() = 0;
  /// Of the partitions that were published last, the newest first: at most `limit`.
  virtual Result<std::vector<PartitionCost>> partition_costs(std::size_t limit) = 0;
  /// Deletes finished runs, with their steps, that began before the instant. Returns how many.
  virtual Result<std::uint64_t> prune_runs(Instant before) = 0;
  /// Asks a running run to stop; noticed at its next heartbeat. False where no such run is running.
  virtual Result<bool> request_cancel(std::string_view run_id) = 0;
  /// Whether the run was asked to stop. A store that several hosts share also keeps that the run lives, every few seconds.
  virtual Result<bool> heartbeat(std::string_view run_id) = 0;

  // Leases
  /// Taken where it is free, expired, or already the holder's, with a new fence; one atomic statement.
  virtual Result<std::variant<Lease, LeaseHeld>> take_lease(std::string_view resource, std::string_view holder,
                                                            std::chrono::milliseconds ttl) = 0;
  /// Extends it. False where it is no longer this holder's with this fence, or had expired: it is lost.
  virtual Result<bool> renew_lease(const Lease& lease, std::chrono::milliseconds ttl) = 0;
  /// Gives it back; nothing happens where it is no longer ours.
  virtual Status release_lease(const Lease& lease) = 0;
  /// Every lease taken from now on has a fence above this one: for a store that takes a warehouse over.
  virtual Status raise_fences(std::uint64_t above) = 0;
  /// Those that have not expired.
  virtual Result<std::vector<Lease>> leases() = 0;

  // Journal
  /// Inserts or replaces the entry of (run, rollup, partition).
  virtual Status write_journal(const JournalEntry& entry) = 0;
  virtual Status erase_journal(std::string_view run_id, std::string_view rollup, const Partition& partition) = 0;
  /// All entries, of any run, the lowest fence first.
  virtual Result<std::vector<JournalEntry>> journal() = 0;

  // What is known of the data, to be spared looking again. A shortcut: losing any of it costs time and nothing else.
  /// By partition.
  virtual Result<std::vector<CachedPartition>> cached_partitions(std::string_view table) = 0;
  /// That one, if it is there.
  virtual Result<std::optional<CachedPartition>> cached_partition(std::string_view table,
                                                                  std::string_view partition) = 0;
  /// Inserts or replaces what was read, and forgets the partitions that are gone; all of it or nothing.
  virtual Status cache_partitions(std::string_view table, const std::vector<CachedPartition>& read,
                                  const std::vector<std::string>& gone) = 0;
  /// By cell.
  virtual Result<std::vector<Confirmation>> confirmations(std::string_view rollup) = 0;
  /// Inserts or replaces those of these cells; all or none.
  virtual Status confirm(std::string_view rollup, const std::vector<Confirmation>& cells) = 0;

  // Schedule
  /// Takes the tick of a job. True for one caller alone, and only where no tick of the job at that moment or a later one was
  /// taken before; one that is recorded for after `believable` is of a clock that was wrong, and counts for nothing.
  virtual Result<bool> take_tick(std::string_view job, Instant at, Instant believable) = 0;
  /// What was to be done at that tick is done, however it ended. Nothing happens where a later one was taken since.
  virtual Status finish_tick(std::string_view job, Instant at) = 0;
  /// The newest of each job, by job.
  virtual Result<std::vector<Tick>> ticks() = 0;

  // Consent
  /// A person agrees to this definition (its hash), in the place of any other: scheduled jobs may recompute what others made.
  virtual Status accept_definition(std::string_view hash) = 0;
  virtual Result<std::optional<std::string>> accepted_definition() = 0;

  // Pause
  struct Pause {
    std::string reason;
    std::optional<Instant> until;  ///< none: until resumed
  };
  virtual Status set_pause(const Pause& pause) = 0;
  virtual Status clear_pause() = 0;
  /// None where nothing is paused, or the pause is over by `now`.
  virtual Result<std::optional<Pause>> pause(Instant now) = 0;
};

}  // namespace gapless
