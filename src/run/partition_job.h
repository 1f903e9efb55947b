#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/definition.h"
#include "plan/plan.h"
#include "run/derivation.h"
#include "run/executor.h"
#include "run/inventory.h"
#include "run/journal.h"
#include "run/lease_keeper.h"
#include "run/memory_shares.h"
#include "run/step_log.h"
#include "state/state_store.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// How many teams one building statement took at most so far in this run: halved when one did not fit in memory, and
/// remembered for the days that follow.
class TeamsPerStatement {
 public:
  std::size_t get() const { return size_.load(); }
  void lower_to(std::size_t size);
  /// Begins anew, where there is more memory than before.
  void reset() { size_ = SIZE_MAX; }

 private:
  std::atomic<std::size_t> size_{SIZE_MAX};
};

/// What the jobs of one run share. All references outlive them.
struct RunContext {
  Warehouse& warehouse;
  StateStore& store;
  const Clock& clock;
  const Definition& definition;
  const ExecutorOptions& options;
  const RunEvents& events;
  std::string run_id;
  std::string store_id;
  std::string warehouse_uuid;         ///< WarehouseMeta::uuid
  const std::string& source_version;  ///< the plan's
  TeamsPerStatement& teams_per_statement;
  std::deque<MemoryShares>& memory;  ///< of each shard: it is a server's
  std::atomic<std::size_t>& targets_at_once;
  std::map<Partition, FailingPartition> failing;  ///< before this run
};

/// One partition, from a lease in hand to the journal erased: look, build, check, publish, record.
class PartitionJob {
 public:
  /// `cells` are the plan's cells that are due in it: to recompute or, where the day is expired, to derive, all of them.
  /// `memory_limit_bytes` is what each statement may use.
  PartitionJob(RunContext& context, Partition partition, std::vector<const PlannedCell*> cells,
               LeaseKeeper::Held& lease, std::uint64_t memory_limit_bytes);

  /// Fills status, cells and measures of the report. Where less than `bytes_needed` are free, nothing is begun. Errors: why it failed; the journal says how far it came.
  Status execute(DayReport& report, std::uint64_t bytes_needed);
  /// To be called after execute() failed: closes the step, and discards staging and journal unless publishing had begun.
  void fail_step(const Error& error);

 private:
  /// Taken before the building pass: what changes later shows as stale.
  using Windows = std::map<TeamId, Fingerprint>;
  struct Live {
    std::vector<LedgerRow> ledger;
    TargetContents content;
  };
  /// What is to be built.
  struct Due {
    Teams teams;
    Windows windows;  ///< of each of them
  };

  Limits limits() const;
  StagingId staging() const;
  void begin_step(std::string_view name, std::uint64_t rows_of_the_last = 0, Teams at_work = {});
  Status journal(JournalPhase phase, std::string payload);
  Status check_fits(std::uint64_t bytes_needed) const;
  Result<Live> look() const;
  /// The cells to recompute, with others of the partition that join them. None where nothing that was planned is due any more.
  Result<Due> to_recompute(const Live& live);
  /// The cells to derive.
  Result<Due> to_derive(const Live& live);
  /// The planned cells that nobody published since the plan was made, from the events that are there now.
  Teams still_due(const Live& live, const Windows& windows) const;
  Teams planned_teams() const;
  /// Of the planned cells: as they were planned where the source has not changed since, which spares reading it.
  Result<Windows> planned_windows() const;
  /// Whether what is here of the team goes without anything in its place: the run forgets it, or the team is another shard's.
  bool is_to_go(TeamId team) const;
  /// Cells of other teams that differ from the ledger, were made by this definition and can be had from the source: they
  /// join the recompute.
  Result<Teams> damaged_others(const Live& live, const Teams& due) const;
  /// The targets to publish: all that are kept, or, where targets lack all that is due and those before them hold what they
  /// should, the ones that lack it.
  Targets to_publish(const std::vector<OwnedCell>& built, const Live& live) const;
  /// Staging with everything in it, passed through the gate. Retries what may be retried.
  Result<std::vector<OwnedCell>> build_checked(const Teams& teams, const Live& live, Publication& publication);
  Result<std::vector<OwnedCell>> build_once(const Teams& teams, const Live& live);
  /// The sessions of these teams, into the staging.
  Result<std::vector<OwnedCell>> build_sessions(const Teams& teams);
  /// The last target first, which takes longest; several at once where the run does that.
  Status for_targets(const std::function<Status(Target, const Limits&)>& work);
  Status for_team_slices(const Teams& teams, const std::function<Status(const Teams&)>& work) const;
  Status check(const std::vector<OwnedCell>& built, const Live& live, Publication& publication);
  /// Refuses what would lose most of a cell without the plan having known: the source broke since.
  Status check_shrink(const std::vector<OwnedCell>& built) const;
  void fill_ledger(const std::vector<OwnedCell>& built, const Windows& windows, Publication& publication);
  std::string definition_of(TeamId team) const;
  Status publish(const Publication& publication);
  void finish(DayReport& report, const std::vector<OwnedCell>& built);

  RunContext& context_;
  Warehouse& warehouse_;  ///< of the partition's shard
  const Partition partition_;
  const std::vector<const PlannedCell*> cells_;
  LeaseKeeper::Held& lease_;
  const std::uint64_t memory_limit_bytes_;
  std::optional<Derivation> derivation_;  ///< set: no events are read
  Targets targets_;                       ///< that are published, once sessions are built
  Teams waiting_;                         ///< that stay since their shard does not have them yet
  TargetContents staged_;
  PartitionStates staged_state_;
  StepLog steps_;
  bool crowded_ = false;         ///< the last for_targets() failed with several at once
  bool staging_exists_ = false;  ///< of an earlier attempt, perhaps in part
  bool publishing_ = false;
};

/// REPLACE or DROP in each target, then the ledger: what a publication says. Repeating it is harmless while its staging
/// exists. `deadline` is asked before each statement.
Status apply_publication(Warehouse& warehouse, const StagingId& staging, const Publication& publication,
                         const std::function<Result<Limits>()>& limits);

}  // namespace gapless
