#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "plan/plan.h"
#include "run/expiry.h"
#include "state/state_store.h"
#include "util/retry.h"
#include "warehouse/warehouse.h"

namespace gapless {

inline constexpr std::uint32_t kFailuresBeforeRest = 5;

enum class OnConflict { kWait, kSkip, kFail };

/// Where a partition of a run stands when the run is over.
enum class DayStatus { kPublished, kUnchanged, kSkipped, kFailed, kCancelled };
const char* name(DayStatus status);  ///< "published", "unchanged", …

/// Of one partition: a day, or a bucket of it.
struct DayReport {
  Partition partition;
  DayStatus status = DayStatus::kFailed;
  std::uint64_t cells = 0;  ///< recomputed or derived, and published
  Measures measures;        ///< of those cells, after
  double seconds = 0;
  std::string error;  ///< why it failed or was skipped
};

/// What of a run was done on one shard.
struct ShardShare {
  std::uint64_t partitions = 0;  ///< published
  std::uint64_t cells = 0;       ///< recomputed or derived there, or taken away
  double seconds = 0;            ///< of work; of partitions side by side added up
};

struct RunReport {
  std::string run_id;
  std::string job;
  RunStatus status = RunStatus::kFailed;
  DayRange window;
  std::vector<DayReport> days;
  std::uint64_t cells_recomputed = 0;
  double seconds = 0;
  std::string error;                    ///< of the run as a whole
  std::string reason;                   ///< why it had nothing to do, or was skipped
  std::vector<ShardShare> shards = {};  ///< by shard, where there are several
};

/// What a user may watch while a run goes on. Called from the threads that work; must not block for long.
struct RunEvents {
  std::function<void(const RunRecord&)> on_begin;  ///< it is in the history; what is to be done is not known yet
  std::function<void(const RunRecord&, const Plan&)> on_start;
  std::function<void(Day, std::string_view step)> on_step;
  std::function<void(const DayReport&, std::size_t done, std::size_t total)> on_day;
};

struct ExecutorOptions {
  OnConflict on_conflict = OnConflict::kWait;
  std::size_t max_concurrent = 1;  ///< partitions at once on each shard
  /// Targets of a partition that are staged and checked at once, each within its part of the memory, until one does not fit.
  std::size_t targets_at_once = 1;
  bool newest_first = true;  ///< days whose last attempt failed come after all others
  /// A day that failed `kFailuresBeforeRest` times in a row is left alone for a day: for jobs that come again by themselves.
  bool rest_after_failures = false;
  std::size_t max_days = 0;  ///< days begun at most; 0: no limit. The blast radius is judged on the whole plan
  bool allow_shrink = false;
  bool forget = false;  ///< the planned cells are taken out of targets and ledger instead of being recomputed
  double max_shrink_percent = 10;
  Retention kept;
  std::chrono::milliseconds statement_timeout{std::chrono::seconds(2200)};
  std::optional<std::chrono::milliseconds> run_timeout;  ///< past it no new day is begun; the run ends partial
  /// Of all statements together on each shard; past it work is split by teams, and then done one day at a time.
  std::uint64_t memory_limit_bytes = 0;
  /// Nobody else can be at work on this store: at the time of recovery every run that is recorded as running is dead,
  /// whatever its lease says.
  bool exclusive = false;
  std::chrono::milliseconds lease_ttl{std::chrono::seconds(60)};
  std::chrono::milliseconds pause_between_days{0};
  RetryPolicy retry;
  std::stop_token stop{};
};

/// Who runs what.
struct RunIdentity {
  std::string run_id;
  std::string job = "manual";
  std::string trigger = "command";
};

/// What recovery found.
struct RecoveryReport {
  std::vector<std::string> interrupted_runs;
  std::size_t redone = 0;     ///< partitions whose publication was finished
  std::size_t discarded = 0;  ///< partitions that had not begun to publish, or were published again since
  std::size_t swept = 0;      ///< staging without a journal entry
};

/// Builds, checks and publishes what a plan says; the only writer of target tables. Thread-safe towards other
/// executors on the same store and warehouse: partitions are shared out by leases.
class Executor {
 public:
  /// All must outlive it.
  Executor(Warehouse& warehouse, StateStore& store, const Clock& clock, const Definition& definition);

  /// Records that a run begins, before it looks at anything. Errors: those of the store.
  Result<RunRecord> begin(const RunIdentity& identity, DayRange window);
  /// Recomputes or derives the plan's cells day by day, and records the run's end. A failed day does not stop the others. Errors: only
  /// where that could not be recorded; everything else is in the report.
  Result<RunReport> carry_out(RunRecord begun, const Plan& plan, const ExecutorOptions& options,
                              const RunEvents& events);
  /// Records the end of a run that did no work: `why` it failed, or had nothing to do, or was skipped.
  Result<RunReport> close(RunRecord begun, DayRange window, RunStatus status, std::string why);
  /// The three at once, for a plan that is there.
  Result<RunReport> run(const Plan& plan, const RunIdentity& identity, const ExecutorOptions& options,
                        const RunEvents& events);

  /// Redoes or discards what dead runs left, closes them as interrupted and sweeps staging that no journal names. To be
  /// called once, at start-up, before a plan is made. Errors: kCorrupt, kUnavailable…; what could be done was done.
  Result<RecoveryReport> recover(const ExecutorOptions& options);

 private:
  class Run;
  Result<RunReport> end(RunRecord record, RunReport report);

  Warehouse& warehouse_;
  StateStore& store_;
  const Clock& clock_;
  const Definition& definition_;
};

}  // namespace gapless
