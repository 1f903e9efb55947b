#include "run/derivation.h"

#include <fmt/format.h>

#include <algorithm>

#include "plan/judge.h"

namespace gapless {

Result<Derivation> Derivation::of(const Teams& teams, const std::vector<LedgerRow>& ledger,
                                  const TargetContents& content, const Targets& kept) {
  constexpr auto kBounces = static_cast<std::size_t>(Target::kBounces);
  Derivation derivation;
  for (const TeamId team : teams) {
    const auto entry = entry_of(ledger, team);
    if (!entry || entry->first_lacking(kept) != Target::kBreakdowns || !entry->rows[kBounces]) continue;
    const LedgerRow& said = *entry->rows[kBounces];
    const auto live = std::ranges::find(content[kBounces], said.cell, &TargetCell::cell);
    if (!holds_what_was_said(live == content[kBounces].end() ? TargetContent{} : live->content, said))
      return fail(Fault::kConflict,
                  fmt::format("team {} on {}: {} no longer holds what the ledger says, which the plan did not see;"
                              " nothing was published. Plan again",
                              team.value(), said.cell.day.to_string(), table_name(Target::kBounces)));
    derivation.bounces_.emplace(team, said);
  }
  return derivation;
}

Teams Derivation::teams() const {
  Teams teams;
  for (const auto& [team, row] : bounces_) teams.push_back(team);
  return teams;
}

std::vector<OwnedCell> Derivation::owned() const {
  std::vector<OwnedCell> cells;
  for (const auto& [team, row] : bounces_) cells.push_back({row.cell, row.owned, row.content.measures});
  return cells;
}

std::map<TeamId, Fingerprint> Derivation::windows() const {
  std::map<TeamId, Fingerprint> windows;
  for (const auto& [team, row] : bounces_) windows.emplace(team, row.window);
  return windows;
}

std::string Derivation::definition(TeamId team) const {
  return std::string(kFromWide) + bounces_.at(team).definition_hash();
}

}  // namespace gapless
