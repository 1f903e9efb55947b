#include "query/coverage.h"

#include <fmt/format.h>

namespace gapless {
namespace {

/// What the narrow target holds of that which was published with the others.
NarrowPart narrow_part(const CellFacts& facts, const Targets& kept) {
  constexpr auto kNarrow = static_cast<std::size_t>(Target::kBreakdowns);
  if (!gapless::contains(kept, Target::kBreakdowns)) return NarrowPart::kNone;
  if (!facts.entry) return facts.has_target_rows() ? NarrowPart::kNone : NarrowPart::kAll;
  if (facts.entry->first_lacking(kept)) return NarrowPart::kNone;
  const LedgerRow& said = *facts.entry->rows[kNarrow];
  if (!holds_what_was_said(facts.content[kNarrow], said)) return NarrowPart::kNone;
  return said.is_from_wide() ? NarrowPart::kSessions : NarrowPart::kAll;
}

DayAnswer from_target(const CellFacts& facts, CellState state, const Targets& kept) {
  const std::uint64_t sessions = facts.entry ? facts.entry->any().content.measures.sessions : 0;
  return {.source = DaySource::kTarget,
          .state = state,
          .narrow = narrow_part(facts, kept),
          .sessions = sessions,
          .shard = facts.cell.shard,
          .has_figures_alone = state == CellState::kExpired && (facts.entry || facts.has_target_rows())};
}

DayAnswer answer_of(const CellFacts& facts, const Definition& definition, const Targets& kept, bool source_is_empty) {
  // Nothing is left to hold it against: what was published is all there is.
  if (source_is_empty && facts.entry) return from_target(facts, CellState::kExpired, kept);
  const bool is_settled = facts.day_is_open || facts.expired_because.has_value();
  if (!is_settled && facts.needs_owned_look()) return {DaySource::kRaw, std::nullopt};
  // The narrow target is one of two ways to read a day: that it is missing makes no wide figure wrong.
  JudgeOptions options;
  options.targets = kept;
  std::erase(options.targets, Target::kBreakdowns);
  const CellState state = judge(facts, definition, options).state;
  if (source_of(state) == DaySource::kTarget) return from_target(facts, state, kept);
  return {DaySource::kRaw, state};
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

Result<Coverage> on_one_shard(Coverage coverage, std::uint32_t of_team) {
  std::optional<std::pair<Day, std::uint32_t>> bound;
  for (const auto& [day, answer] : coverage.answers) {
    if (!answer.has_figures_alone) continue;
    if (bound && bound->second != answer.shard)
      return fail(
          Fault::kUnavailable,
          fmt::format("the figures of {} are on shard {} and those of {} on shard {}, and their events are gone: a"
                      " report is read from one server; ask for these days apart",
                      bound->first.to_string(), bound->second, day.to_string(), answer.shard));
    bound.emplace(day, answer.shard);
  }
  coverage.shard = bound ? bound->second : of_team;
  for (auto& [day, answer] : coverage.answers)
    if (answer.state == CellState::kFresh && answer.shard != coverage.shard) answer.source = DaySource::kRaw;
  return coverage;
}

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
                    .window_alone = true,
                    .believe_empty_source = true,
                    .kept = request.kept};
  GAPLESS_ASSIGN(const Observation seen, observe(warehouse, store, scope, definition, limits));
  Coverage coverage{request.days, {}, seen.source};
  const auto answer = [&](const CellFacts& facts) {
    return answer_of(facts, definition, warehouse.targets(), !seen.source.days);
  };
  const auto is_wanted = [&](const CellFacts& facts) {
    return facts.cell.team == request.team && request.days.contains(facts.cell.day);
  };
  for (const CellFacts& facts : seen.facts)
    if (is_wanted(facts) && !facts.moved) coverage.answers.emplace(facts.cell.day, answer(facts));
  // What a team left behind counts where its shard has nothing, and no events to make it from.
  for (const CellFacts& facts : seen.facts) {
    if (!is_wanted(facts) || !facts.moved || facts.moved->published) continue;
    DayAnswer& own = coverage.answers[facts.cell.day];
    const DayAnswer left = answer(facts);
    if (left.has_figures_alone && !own.has_figures_alone) own = left;
  }
  return coverage;
}

}  // namespace gapless
