// run/: observe, build, check, publish, recover: the one way through, over the interfaces of warehouse/ and state/.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "run/expiry.h"
#include "state/state_store.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// What to look at.
struct Scope {
  DayRange window;
  std::optional<Teams> teams;  ///< none: every team with events, a ledger entry or target rows in the window
  Teams excluded;              ///< always left out; sorted
  Day last_finished;           ///< later days are open
  bool include_open_days = false;
  /// False: cells whose window changed have no `owned`, and cannot be judged.
  bool look_by_session = true;
  /// Nothing is wanted of cells outside the window, nor how many there are.
  bool window_alone = false;
  bool believe_empty_source = false;  ///< --allow-shrink: a source without any events is not a failure to look
  Retention kept = {};

  /// What is published is looked after at any age, and what is missing as far back as one likes.
  struct Beyond {
    /// What is missing is built from here on where that is before the window; none: since a team's first event.
    std::optional<Day> history_from;
    std::size_t max_days = 0;  ///< looked at by session, the newest first; 0: no limit
    /// `teams` are those that strategies chose: cells of others stay, but for those whose events are gone.
    bool orphans_of_others = false;
  };
  std::optional<Beyond> beyond = {};  ///< none: only the window
};

struct Observation {
  SourceExtent source;
  std::string source_version;  ///< as Plan's
  Targets targets;             ///< that are kept
  TeamBuckets team_buckets;
  Shards shards;
  Teams teams;
  /// Every (team, day) of the window, on the shard that the team belongs to and where it left something behind, and outside
  /// the window those that need something.
  std::vector<CellFacts> facts;
  std::map<std::string, std::string> definition_texts;  ///< by hash, of other definitions that made entries
  std::map<Partition, std::uint64_t> live_bytes;        ///< on disk, of all targets
  std::uint64_t settled_beyond = 0;  ///< published cells outside the window that were examined and need nothing
  std::uint64_t not_examined = 0;    ///< published cells outside the window
  /// Teams that have view events before the days from which they are built, but no entry there: the first such day.
  std::map<TeamId, Day> older_history;
};

/// Looks at source, ledger and targets, as far as they changed since the last look (run/inventory.h), and by session only
/// at cells whose window changed since their entry, or since they were confirmed. What turns out unchanged is confirmed
/// in the store. Errors: whatever warehouse and store say, with the question that could not be answered; kUnavailable
/// where the source is empty while something is published: that is a failure to look, never "everything was deleted".
Result<Observation> observe(Warehouse& warehouse, StateStore& store, const Scope& scope, const Definition& definition,
                            const Limits& limits);

/// What is to be done about it: plan/ over the facts, which are taken out of `seen`.
Plan plan_of(Observation& seen, DayRange window, const Definition& definition, const PlanOptions& options);

}  // namespace gapless
