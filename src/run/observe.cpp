#include "run/observe.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "run/expiry.h"

namespace gapless {
namespace {

using CellIndex = std::map<Cell, CellFacts>;

/// Sums flat counts into the facts of every cell whose window or views they are part of.
void add_counts(const std::vector<SourceCount>& counts, CellIndex& cells) {
  for (const SourceCount& count : counts) {
    for (int offset = -1; offset <= 2; ++offset) {  // the window of day E is [E-2, E+2)
      const auto found = cells.find({count.cell.team, count.cell.day + offset});
      if (found == cells.end()) continue;
      CellFacts& facts = found->second;
      facts.window += count.events;
      if (offset == 0) {
        facts.day_events = count.events.events;
        facts.day_views = count.view_events;
      } else if (offset == -1) {
        facts.next_day_views = count.view_events;
      }
    }
  }
}

void add_ledger(const std::vector<LedgerRow>& rows, CellIndex& cells) {
  for (const LedgerRow& row : rows) {
    const auto found = cells.find(row.cell);
    if (found == cells.end()) continue;
    if (!found->second.entry) found->second.entry.emplace();
    found->second.entry->rows[static_cast<std::size_t>(row.target)] = row;
  }
}

/// The teams to judge: those asked for, or all that anything is known of; never an excluded one.
Teams teams_of(const Scope& scope, const std::vector<SourceCount>& counts, const std::vector<LedgerRow>& ledger,
               const std::array<std::vector<TargetCell>, kTargets.size()>& content) {
  Teams teams;
  if (scope.teams) {
    teams = *scope.teams;
  } else {
    for (const SourceCount& count : counts)
      if (scope.window.contains(count.cell.day)) teams.push_back(count.cell.team);
    for (const LedgerRow& row : ledger) teams.push_back(row.cell.team);
    for (const auto& target : content)
      for (const TargetCell& cell : target) teams.push_back(cell.cell.team);
  }
  teams = unique_teams(std::move(teams));
  std::erase_if(teams, [&](TeamId team) {
    return std::find(scope.excluded.begin(), scope.excluded.end(), team) != scope.excluded.end();
  });
  return teams;
}

/// Halved by teams where one statement would not fit in memory.
Result<std::vector<OwnedCell>> owned_in_pieces(Warehouse& warehouse, Day day, const Teams& teams,
                                               const Limits& limits) {
  auto owned = warehouse.owned_cells(day, teams, limits);
  if (owned || !owned.error().splittable() || teams.size() < 2) return owned;
  const auto middle = teams.begin() + static_cast<std::ptrdiff_t>(teams.size() / 2);
  GAPLESS_ASSIGN(auto first, owned_in_pieces(warehouse, day, Teams(teams.begin(), middle), limits));
  GAPLESS_ASSIGN(const auto second, owned_in_pieces(warehouse, day, Teams(middle, teams.end()), limits));
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Looks by session at the closed cells whose window says that something changed; one statement a day.
Status look_at_owned(Warehouse& warehouse, const Scope& scope, const Limits& limits, CellIndex& cells) {
  std::map<Day, Teams> days;
  for (const auto& [cell, facts] : cells) {
    const bool judged_below = !facts.expired_because && (!facts.day_is_open || scope.include_open_days);
    if (judged_below && facts.needs_owned_look()) days[cell.day].push_back(cell.team);
  }
  for (const auto& [day, teams] : days) {
    GAPLESS_ASSIGN(const auto owned, owned_in_pieces(warehouse, day, teams, limits));
    for (const TeamId team : teams) cells.at({team, day}).owned = OwnedCell{{team, day}, {}, {}};
    for (const OwnedCell& cell : owned) cells.at(cell.cell).owned = cell;
  }
  return {};
}

}  // namespace

Result<Observation> observe(Warehouse& warehouse, const Scope& scope, const Definition& definition,
                            const Limits& limits) {
  Observation seen;
  GAPLESS_ASSIGN(seen.source, warehouse.source_extent(limits));
  GAPLESS_ASSIGN(const auto published, warehouse.published_days(limits));
  if (!seen.source.days && published && !scope.believe_empty_source)
    return fail(
        Fault::kUnavailable,
        "the source holds no events at all, but figures were published from it: taken as a failure to look, nothing"
        " is changed. Check the source table; with --allow-shrink an emptied source is believed");
  const DayRange read{scope.window.first - 2, scope.window.last + 1};
  GAPLESS_ASSIGN(const auto counts, warehouse.source_counts(read, scope.teams, limits));
  GAPLESS_ASSIGN(const auto ledger, warehouse.ledger(scope.window, scope.teams, limits));
  std::array<std::vector<TargetCell>, kTargets.size()> content;
  for (const Target target : kTargets) {
    GAPLESS_ASSIGN(content[static_cast<std::size_t>(target)],
                   warehouse.target_content(target, scope.window, scope.teams, limits));
  }

  seen.teams = teams_of(scope, counts, ledger, content);
  CellIndex cells;
  for (const TeamId team : seen.teams)
    for (Day day = scope.window.first; day <= scope.window.last; day = day + 1) {
      CellFacts facts{{team, day}};
      facts.day_is_open = day > scope.last_finished;
      facts.expired_because = expired_because(day, seen.source, published);
      cells.emplace(facts.cell, std::move(facts));
    }
  add_counts(counts, cells);
  add_ledger(ledger, cells);
  for (std::size_t target = 0; target < content.size(); ++target)
    for (const TargetCell& cell : content[target])
      if (const auto found = cells.find(cell.cell); found != cells.end()) found->second.content[target] = cell.content;
  GAPLESS_TRY(look_at_owned(warehouse, scope, limits, cells));

  for (const LedgerRow& row : ledger) {
    if (row.definition == definition.hash() || seen.definition_texts.contains(row.definition)) continue;
    GAPLESS_ASSIGN(const auto text, warehouse.definition_text(row.definition, limits));
    if (text) seen.definition_texts.emplace(row.definition, *text);
  }
  seen.facts.reserve(cells.size());
  for (auto& [cell, facts] : cells) seen.facts.push_back(std::move(facts));
  return seen;
}

}  // namespace gapless
