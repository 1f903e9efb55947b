#include "query/coverage.h"

namespace gapless {
namespace {

DayAnswer answer_of(const CellFacts& facts, const Definition& definition, const Targets& kept) {
  const bool is_settled = facts.day_is_open || facts.expired_because.has_value();
  if (!is_settled && facts.needs_owned_look()) return {DaySource::kRaw, std::nullopt};
  JudgeOptions options;
  options.targets = kept;
  const CellState state = judge(facts, definition, options).state;
  const DaySource source = source_of(state);
  // A cell that is fresh has every target; one whose events are gone has those that were kept when it was built.
  const bool has_narrow = source == DaySource::kTarget && gapless::contains(kept, Target::kBreakdowns) &&
                          (state == CellState::kEmpty || (facts.entry && !facts.entry->first_lacking(kept)));
  return {source, state, has_narrow};
}

}  // namespace

DaySource source_of(CellState state) {
  switch (state) {
    case CellState::kFresh:
    case CellState::kEmpty:
    case CellState::kExpired: return DaySource::kTarget;
    // Rows without an entry are those of a publication that is under way, or of somebody else: nobody vouches for them.
    case CellState::kForeign:
    case CellState::kOpen:
    case CellState::kOutdated:
    case CellState::kOrphaned:
    case CellState::kMissing:
    case CellState::kDamaged:
    case CellState::kStale: return DaySource::kRaw;
  }
  return DaySource::kRaw;
}

std::string_view DayAnswer::why() const { return state ? name(*state) : "changed"; }

std::vector<Day> Coverage::of(DaySource from) const {
  std::vector<Day> found;
  for (const auto& [day, answer] : answers)
    if (answer.source == from) found.push_back(day);
  return found;
}

Result<Coverage> look_at_coverage(Warehouse& warehouse, StateStore& store, const CoverageRequest& request,
                                  const Definition& definition, const Limits& limits) {
  const Scope scope{.window = request.days,
                    .teams = Teams{request.team},
                    .excluded = {},
                    .last_finished = request.last_finished,
                    .look_by_session = false,
                    .kept = request.kept};
  GAPLESS_ASSIGN(const Observation seen, observe(warehouse, store, scope, definition, limits));
  Coverage coverage{request.days, {}, seen.source};
  for (const CellFacts& facts : seen.facts)
    if (facts.cell.team == request.team && request.days.contains(facts.cell.day))
      coverage.answers.emplace(facts.cell.day, answer_of(facts, definition, warehouse.targets()));
  return coverage;
}

}  // namespace gapless
