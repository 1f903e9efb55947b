#include "run/verification.h"

#include <algorithm>

#include "run/in_pieces.h"
#include "run/windows.h"

namespace gapless {
namespace {

/// Made from the events that the source holds: the window is that of the entry, or the day owns the same events in it.
bool is_of_these_events(const CellFacts& facts) {
  if (facts.is_confirmed || facts.entry->any().window == facts.window) return true;
  return facts.owned && facts.owned->owned == facts.entry->any().owned;
}

/// The state that a cell is left out for; none: it can be verified, or there is nothing to verify.
std::optional<CellState> left_out_as(const PlannedCell& planned) {
  const CellState state = planned.judgement.state;
  if (state == CellState::kDamaged)
    return is_of_these_events(planned.facts) ? std::nullopt : std::optional(CellState::kStale);
  if (state == CellState::kFresh || state == CellState::kEmpty) return std::nullopt;
  return state;
}

/// The teams whose window is not what it was when it was looked at.
Result<std::set<TeamId>> changed_since(Warehouse& warehouse, Day day, const Teams& teams,
                                       const std::map<TeamId, Fingerprint>& windows, const Limits& limits) {
  GAPLESS_ASSIGN(const auto now, look_at_windows(warehouse, day, teams, limits));
  std::set<TeamId> changed;
  for (const TeamId team : teams)
    if (!(now.at(team) == windows.at(team))) changed.insert(team);
  return changed;
}

Status verify_day(Warehouse& warehouse, Day day, const std::map<TeamId, Fingerprint>& windows,
                  const VerifyOptions& options, const Limits& limits, Verification& verification) {
  Teams teams, differing;
  for (const auto& [team, window] : windows) teams.push_back(team);
  std::vector<Finding> found;
  for (const Target target : warehouse.targets()) {
    GAPLESS_ASSIGN(auto cells, in_pieces<CellDifferences>(teams, [&](const Teams& some) {
                     return warehouse.differences(target, day, some, options.tolerance_percent, limits);
                   }));
    for (CellDifferences& cell : cells) {
      differing.push_back(cell.cell.team);
      found.push_back({target, std::move(cell)});
    }
  }
  std::set<TeamId> changed;
  if (!found.empty()) {
    GAPLESS_ASSIGN(changed, changed_since(warehouse, day, unique_teams(std::move(differing)), windows, limits));
  }
  std::erase_if(found, [&](const Finding& one) { return changed.contains(one.cell().team); });
  std::set<TeamId> differ, merged;
  for (const Finding& one : found) (one.differences.is_of_merged_persons() ? merged : differ).insert(one.cell().team);
  std::erase_if(found, [&](const Finding& one) { return one.differences.is_of_merged_persons(); });
  verification.merged_since +=
      static_cast<std::uint64_t>(std::ranges::count_if(merged, [&](TeamId team) { return !differ.contains(team); }));
  verification.days += 1;
  verification.cells += teams.size() - changed.size();
  for (const TeamId team : changed)
    verification.changed_meanwhile.insert({team, day, warehouse.shards().shard_of(team)});
  std::move(found.begin(), found.end(), std::back_inserter(verification.found));
  return {};
}

}  // namespace

std::set<Cell> Verification::differing() const {
  std::set<Cell> differ;
  for (const Finding& one : found) differ.insert(one.cell());
  return differ;
}

ToVerify cells_to_verify(const Plan& plan, const std::set<CellState>& states) {
  ToVerify chosen;
  for (const PlannedCell& planned : plan.cells) {
    if (!states.empty() && !states.contains(planned.judgement.state)) continue;
    if (const auto state = left_out_as(planned))
      chosen.left_out[*state] += 1;
    else if (planned.facts.entry)
      chosen.cells.push_back(planned.facts);
  }
  return chosen;
}

std::vector<CellFacts> sampled(std::vector<CellFacts> cells, std::size_t number, std::mt19937_64& random) {
  std::vector<CellFacts> some;
  std::ranges::sample(cells, std::back_inserter(some), static_cast<std::ptrdiff_t>(number), random);
  return some;
}

Result<Verification> verify(Warehouse& warehouse, const std::vector<CellFacts>& cells, const VerifyOptions& options,
                            const Limits& limits) {
  std::map<Day, std::map<TeamId, Fingerprint>> days;
  for (const CellFacts& facts : cells) days[facts.cell.day].emplace(facts.cell.team, facts.window);
  Verification verification;
  std::size_t done = 0;
  for (const auto& [day, windows] : days) {
    if (options.stopping && options.stopping())
      return fail(Fault::kCancelled, "the verification was stopped before it had compared every day");
    if (options.on_day) options.on_day(day, done++, days.size());
    GAPLESS_TRY(verify_day(warehouse, day, windows, options, limits, verification));
  }
  return verification;
}

}  // namespace gapless
