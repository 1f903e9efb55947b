#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/shards.h"
#include "core/team_buckets.h"
#include "plan/judge.h"

namespace gapless {

struct PlannedCell {
  CellFacts facts;
  Judgement judgement;
  /// Of a cell that is to go because its team moved: the view events that the team's shard has of it, or will have at most.
  std::optional<std::uint64_t> views_there = {};
  /// It goes once the team's shard has the cell, which is due in the same plan.
  bool goes_after_the_new = false;
  const Cell& cell() const { return facts.cell; }
};

/// What would be done and why: every cell that was looked at, sorted by day, team and shard. A cell is due where it is to be
/// recomputed or derived.
struct Plan {
  DayRange window{Day::of({}), Day::of({})};
  Teams teams;
  std::vector<PlannedCell> cells;
  /// Cells with an entry that were examined as well and need nothing, outside the window.
  std::uint64_t settled_beyond = 0;
  std::map<Partition, std::uint64_t> live_bytes = {};  ///< on disk, of all targets
  /// What the source held when it was looked at (run/inventory.h): as long as it has this version, the windows of the facts
  /// are those that it holds. Empty where versions cannot be told.
  std::string source_version = {};
  Targets targets = all_targets();  ///< that are kept
  TeamBuckets team_buckets = {};    ///< of the targets
  Shards shards = {};
  std::string why_nobody = {};  ///< where no team is selected: why

  std::map<CellState, std::uint64_t> summary() const;
  std::uint64_t cells_due() const;
  /// "3 cells to recompute, 2 to derive".
  std::string work_in_words() const;
  /// The cells that are due, by the name of their state.
  std::map<std::string, std::uint64_t, std::less<>> work_by_state() const;
  /// Why no cell is due, in words for a person; empty where one is.
  std::string why_nothing() const;
  /// The days with at least one cell that is due, and its teams; newest first, or oldest first.
  std::vector<std::pair<Day, Teams>> work(bool newest_first) const;
  /// The partitions with at least one cell that is due, and those cells, which are the plan's; in the same order of days, and
  /// within a day by shard and bucket.
  std::vector<std::pair<Partition, std::vector<const PlannedCell*>>> work_by_partition(bool newest_first) const;
};

struct PlanOptions {
  JudgeOptions judge;
  std::set<CellState> states;  ///< only cells in these are due; none given: all that have an action
};

/// Judges every cell. `previous_texts` are the texts of the definitions that made entries, by hash.
Plan make_plan(DayRange window, Teams teams, std::vector<CellFacts> facts, const Definition& definition,
               const PlanOptions& options, const std::map<std::string, std::string>& previous_texts);

/// About how many bytes building a partition writes beside what is there: a copy of it, and what its cells take.
/// An upper bound for all but the oddest data; it is to keep a disk from being filled, and to plan with.
std::uint64_t bytes_to_build(std::uint64_t live_bytes, std::uint64_t events);

/// What building some cells costs.
struct Estimate {
  std::uint64_t cells = 0;
  std::uint64_t rows_read = 0;      ///< events; a day is looked at for each day that may own its events
  std::uint64_t bytes_written = 0;  ///< of all partitions
  std::uint64_t most_bytes = 0;     ///< of the largest one: what has to be free for each that is built at once
  std::map<Partition, std::uint64_t> cells_by_partition;
};
/// Of the cells that are due. Deriving looks at no event.
Estimate estimate(const Plan& plan);
/// Of the cells that another definition made, recomputed by this plan or not: what agreeing to the new one costs.
Estimate estimate_of_outdated(const Plan& plan);

/// The blast radius (SEMANTICS: the state of a cell): the cells with an entry that a plan would recompute to nothing or
/// to less than half their view events, where these are more than `max_percent` of the plan's cells that have an entry,
/// and at least 5. Of a cell that goes because its team moved counts what the team's shard has instead. Empty where the plan may
/// go on.
std::vector<Cell> shrinking_cells(const Plan& plan, double max_percent);

/// True where a cell of `before` view events would be left with less than half of them.
bool shrinks(std::uint64_t before, std::uint64_t now);

/// Days that count as over at `now`: the last finished day lies before it by at least `settle_delay`.
Day last_finished_day(Instant now, std::chrono::seconds settle_delay);

}  // namespace gapless
