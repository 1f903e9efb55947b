#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/judge.h"
#include "run/observe.h"

namespace gapless {

/// What a day of a report is answered from.
enum class DaySource {
  kTarget,  ///< the target holds what the source says, or all that is left of it
  kRaw      ///< raw events, by the rules that build a target
};

/// What the narrow target can tell of a day.
enum class NarrowPart {
  kNone,
  kSessions,  ///< all but the dimensions of views, host and pathname: it was made from the wide groups
  kAll
};

/// What answers a day, and why.
struct DayAnswer {
  DaySource source = DaySource::kRaw;
  /// None: events near the day changed, and nobody has looked since whether its own did. That look costs as much as to read
  /// the day.
  std::optional<CellState> state;
  NarrowPart narrow = NarrowPart::kNone;  ///< of a day that is answered from targets
  std::uint64_t sessions = 0;             ///< of the day as it was published
  std::uint32_t shard = 0;                ///< whose targets have the day
  bool has_figures_alone = false;         ///< they are all there is: the events are gone

  std::string_view why() const;  ///< the state's name, or "changed"
};

/// By the state of the day's cell (docs/REPORTS.md: which days are answered from what).
DaySource source_of(CellState state);

/// Which days of a range are answered from what, for one team at one moment.
struct Coverage {
  DayRange days;
  std::map<Day, DayAnswer> answers;  ///< of every day
  SourceExtent source = {};          ///< of all teams
  /// Of all that it was found from; empty where none can be told.
  std::string version = {};
  std::uint32_t shard = 0;  ///< on which these answers are to be had; the raw events are on all

  std::vector<Day> of(DaySource from) const;
};

/// The same answers on one shard, which a report is read from: that of the team, or where figures without events lie on
/// another, that one; what of the other days is not there is read from raw events. Errors: kUnavailable where such figures
/// lie on several.
Result<Coverage> on_one_shard(Coverage coverage, std::uint32_t of_team);

/// Whose days, and what the planner has to know of them.
struct CoverageRequest {
  TeamId team;
  DayRange days;
  Day last_finished;
  Retention kept = {};
};

/// Looks as every plan does, at what changed since the last look. Errors: those of observe().
Result<Coverage> look_at_coverage(Warehouse& warehouse, StateStore& store, const CoverageRequest& request,
                                  const Definition& definition, const Limits& limits);

}  // namespace gapless
