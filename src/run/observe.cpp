#include "run/observe.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <span>

#include "run/in_pieces.h"
#include "run/inventory.h"

namespace gapless {
namespace {

using CellIndex = std::map<Cell, CellFacts>;

/// Everything that facts are made from.
struct Seen {
  Targets targets;  ///< that are kept
  Shards shards;
  SourceExtent source;
  std::vector<SourceCount> counts;  ///< of every day where `inventoried`, else of the window and what it reaches
  std::string version;              ///< of the source, where `inventoried`
  bool inventoried = false;
  std::vector<LedgerRow> ledger;  ///< of every day and team, or of those that are wanted
  std::array<std::vector<TargetCell>, kTargets.size()> content;
  std::map<Partition, std::uint64_t> bytes;  ///< of all targets
  std::optional<DayRange> published;         ///< days of ledger entries and target rows
};

void include(std::optional<DayRange>& days, Day day) {
  days = days ? DayRange{std::min(days->first, day), std::max(days->last, day)} : DayRange{day, day};
}

SourceExtent extent_of(const std::vector<SourceCount>& counts) {
  SourceExtent extent;
  for (const SourceCount& count : counts) {
    extent.events += count.events.events;
    include(extent.days, count.cell.day);
  }
  return extent;
}

/// Of the window, or of what may be missing before it.
Day first_day_of_interest(const Scope& scope, const SourceExtent& source) {
  if (!scope.beyond) return scope.window.first;
  const Day history = scope.beyond->history_from.value_or(source.days ? source.days->first : scope.window.first);
  return std::min(scope.window.first, history);
}

/// What is published elsewhere says whether days are expired that lie where the source begins, and of no others.
bool reads_window_alone(const Scope& scope, const SourceExtent& source) {
  return scope.window_alone && (!source.days || scope.window.first - 2 >= source.days->first);
}

Result<Seen> look(Warehouse& warehouse, StateStore& store, const Scope& scope, const Definition& definition,
                  const Limits& limits) {
  Seen seen;
  seen.targets = warehouse.targets();
  seen.shards = warehouse.shards();
  GAPLESS_ASSIGN(auto source, read_source(warehouse, store, definition, limits));
  seen.inventoried = source.has_value();
  if (source) {
    seen.version = std::move(source->version);
    seen.counts = std::move(source->counts);
    seen.source = extent_of(seen.counts);
  } else {
    GAPLESS_ASSIGN(seen.source, warehouse.source_extent(limits));
    const DayRange reached{first_day_of_interest(scope, seen.source) - 2, scope.window.last + 1};
    GAPLESS_ASSIGN(seen.counts, warehouse.source_counts(reached, scope.teams, limits));
  }
  if (reads_window_alone(scope, seen.source)) {
    GAPLESS_ASSIGN(seen.ledger, warehouse.ledger(scope.window, scope.teams, limits));
  } else {
    GAPLESS_ASSIGN(seen.ledger, warehouse.ledger(DayRange::ever(), std::nullopt, limits));
  }
  for (const LedgerRow& row : seen.ledger) include(seen.published, row.cell.day);
  for (const Target target : seen.targets) {
    GAPLESS_ASSIGN(auto held, read_target(warehouse, store, target, definition, limits));
    for (const TargetCell& cell : held.cells) include(seen.published, cell.cell.day);
    for (const auto& [partition, bytes] : held.bytes) seen.bytes[partition] += bytes;
    seen.content[static_cast<std::size_t>(target)] = std::move(held.cells);
  }
  return seen;
}

/// Whether a team is at work, left alone, or only looked after.
class Selected {
 public:
  explicit Selected(const Scope& scope) : scope_(scope) {}

  bool is_excluded(TeamId team) const { return std::ranges::binary_search(scope_.excluded, team); }
  bool contains(TeamId team) const {
    return !is_excluded(team) &&
           (!scope_.teams || std::binary_search(scope_.teams->begin(), scope_.teams->end(), team));
  }

 private:
  const Scope& scope_;
};

/// The teams to judge: those asked for, or all that anything is known of; never an excluded one.
Teams teams_of(const Scope& scope, const Selected& selected, const Seen& seen) {
  Teams teams;
  if (scope.teams) {
    teams = *scope.teams;
  } else {
    for (const SourceCount& count : seen.counts)
      if (scope.window.contains(count.cell.day)) teams.push_back(count.cell.team);
    for (const LedgerRow& row : seen.ledger)
      if (scope.window.contains(row.cell.day)) teams.push_back(row.cell.team);
    for (const auto& target : seen.content)
      for (const TargetCell& cell : target)
        if (scope.window.contains(cell.cell.day)) teams.push_back(cell.cell.team);
  }
  teams = unique_teams(std::move(teams));
  std::erase_if(teams, [&](TeamId team) { return selected.is_excluded(team); });
  return teams;
}

/// The cells to know about.
class Cells {
 public:
  Cells(const Scope& scope, const Seen& seen, const Definition& definition)
      : scope_(scope), seen_(seen), definition_(definition), selected_(scope) {}

  void add_window(const Teams& teams) {
    for (const TeamId team : teams)
      for (Day day = scope_.window.first; day <= scope_.window.last; day = day + 1) add(own(team, day));
  }

  /// What is published elsewhere, as far as it differs. Where that is not to be looked at, or cannot be, it is only counted.
  void add_published(Observation& seen) {
    const bool looks = scope_.beyond && seen_.inventoried;
    for (auto row = seen_.ledger.begin(); row != seen_.ledger.end();) {  // by cell: the targets' rows follow each other
      const Cell cell = row->cell;
      const auto end = std::find_if(row, seen_.ledger.end(), [&](const LedgerRow& one) { return one.cell != cell; });
      const std::span<const LedgerRow> entry(row, end);
      row = end;
      const bool chosen = selected_.contains(cell.team);
      if (chosen && scope_.window.contains(cell.day) && is_moved(cell)) add(cell);
      if (selected_.is_excluded(cell.team) || (chosen && scope_.window.contains(cell.day))) continue;
      if (chosen && !looks) ++seen.not_examined;
      const bool of_another = looks && !chosen && scope_.beyond->orphans_of_others &&
                              entry.front().content.measures.view_events > 0 &&
                              !is_moved(cell);  // what nobody chose is not built on its new shard
      if (cell.day > scope_.last_finished || !(looks && (chosen || of_another))) continue;
      if (is_as_it_was(entry)) {
        ++seen.settled_beyond;
        continue;
      }
      add(cell);
      if (is_moved(cell) && !has_entry(own(cell.team, cell.day))) add(own(cell.team, cell.day));
    }
  }

  /// What stands in the targets elsewhere, and was never written by gapless.
  void add_foreign(Observation& seen) {
    const bool looks = scope_.beyond && seen_.inventoried;
    std::set<Cell> foreign;
    for (const auto& target : seen_.content)
      for (const TargetCell& live : target)
        if (const Cell cell = live.cell; live.content.rows > 0 && selected_.contains(cell.team) && !has_entry(cell)) {
          if (!scope_.window.contains(cell.day) && cell.day <= scope_.last_finished) foreign.insert(cell);
          if (scope_.window.contains(cell.day) && is_moved(cell)) add(cell);
        }
    if (!looks) seen.not_examined += foreign.size();
    if (looks) std::ranges::for_each(foreign, [this](Cell cell) { add(cell); });
  }

  /// What is missing before the window, as far back as `history_from`. Of a team that has nothing older than that, the first
  /// day which is not built is told.
  void add_history(const Teams& teams, Observation& seen) {
    if (!scope_.beyond) return;
    const auto& from = scope_.beyond->history_from;
    for (const SourceCount& count : seen_.counts) {
      const auto [team, day, shard] = count.cell;
      if (day >= scope_.window.first || count.view_events == 0 || !std::ranges::binary_search(teams, team)) continue;
      if (from && day < *from) {
        if (!has_entry_before({team, *from})) seen.older_history.try_emplace(team, day);  // counts are sorted
        continue;
      }
      for (const Cell cell :
           {count.cell, Cell{team, day - 1, shard}})  // the day before may own the first views after midnight
        if (!has_entry(cell)) add(cell);
    }
  }

  CellIndex take() && {
    add_counts();
    for (const LedgerRow& row : seen_.ledger)
      if (const auto found = cells_.find(row.cell); found != cells_.end()) {
        if (!found->second.entry) found->second.entry.emplace();
        found->second.entry->rows[static_cast<std::size_t>(row.target)] = row;
      }
    for (std::size_t target = 0; target < seen_.content.size(); ++target)
      for (const TargetCell& cell : seen_.content[target])
        if (const auto found = cells_.find(cell.cell); found != cells_.end())
          found->second.content[target] = cell.content;
    return std::move(cells_);
  }

 private:
  void add(Cell cell) {
    const auto [found, is_new] = cells_.try_emplace(cell, cell);
    if (!is_new) return;
    found->second.day_is_open = cell.day > scope_.last_finished;
    found->second.expired_because = expired_because(cell.day, seen_.source, seen_.published, scope_.kept);
    found->second.is_past_keeping = is_past_keeping(cell.day, scope_.kept);
    if (is_moved(cell)) found->second.moved = move_of(cell);
  }

  /// On the shard that the team belongs to.
  Cell own(TeamId team, Day day) const { return {team, day, seen_.shards.shard_of(team)}; }
  bool is_moved(const Cell& cell) const { return cell.shard != seen_.shards.shard_of(cell.team); }
  Move move_of(const Cell& cell) const {
    const Cell there = own(cell.team, cell.day);
    Move move{there.shard, std::nullopt};
    const auto first = std::ranges::lower_bound(seen_.ledger, there, {}, &LedgerRow::cell);
    const auto end = std::ranges::upper_bound(seen_.ledger, there, {}, &LedgerRow::cell);
    if (static_cast<std::size_t>(end - first) == seen_.targets.size())
      move.published = first->content.measures.view_events;
    return move;
  }

  bool has_entry(Cell cell) const { return std::ranges::binary_search(seen_.ledger, cell, {}, &LedgerRow::cell); }
  /// Whether the team has any entry of an earlier day.
  bool has_entry_before(Cell cell) const {
    const auto row = std::ranges::lower_bound(seen_.ledger, cell, {}, &LedgerRow::cell);
    return row != seen_.ledger.begin() && std::prev(row)->cell.team == cell.team;
  }

  /// Nothing to look at: made by this definition, from this window, and the targets hold it. Most cells are so, and there
  /// may be very many.
  bool is_as_it_was(std::span<const LedgerRow> entry) const {
    if (entry.size() != seen_.targets.size()) return false;
    const Cell cell = entry.front().cell;
    if (is_moved(cell)) return false;
    Fingerprint window;
    const Cell first{cell.team, cell.day - 2};
    for (auto count = std::ranges::lower_bound(seen_.counts, first, {}, &SourceCount::cell);
         count != seen_.counts.end() && count->cell <= Cell{cell.team, cell.day + 1, cell.shard}; ++count)
      window += count->events;
    return std::ranges::all_of(entry, [&](const LedgerRow& row) {
      const auto& content = seen_.content[static_cast<std::size_t>(row.target)];
      const auto live = std::ranges::lower_bound(content, cell, {}, &TargetCell::cell);
      const bool is_there = live != content.end() && live->cell == cell;
      const bool is_left = std::ranges::any_of(entry, [&](const LedgerRow& other) { return is_behind(row, other); });
      return row.definition == definition_.hash() && row.window == window && !is_left &&
             holds_what_was_said(is_there ? live->content : TargetContent{}, row);
    });
  }

  /// Sums flat counts into the facts of every cell whose window or views they are part of.
  void add_counts() {
    for (const SourceCount& count : seen_.counts) {
      for (int offset = -1; offset <= 2; ++offset) {  // the window of day E is [E-2, E+2)
        const auto found = cells_.find({count.cell.team, count.cell.day + offset, count.cell.shard});
        if (found == cells_.end()) continue;
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

  const Scope& scope_;
  const Seen& seen_;
  const Definition& definition_;
  const Selected selected_;
  CellIndex cells_;
};

Status take_confirmations(StateStore& store, Shards shards, CellIndex& cells) {
  GAPLESS_ASSIGN(const auto confirmations, store.confirmations(kRollup));
  for (const Confirmation& one : confirmations) {
    const auto found = cells.find({one.cell.team, one.cell.day, shards.shard_of(one.cell.team)});
    if (found == cells.end() || !found->second.entry) continue;
    const LedgerRow& entry = found->second.entry->any();
    found->second.is_confirmed =
        entry.fence == one.fence && entry.sequence == one.sequence && found->second.window == one.window;
  }
  return {};
}

/// Remembers the cells that own what their entry says, though their window changed.
void confirm(StateStore& store, const CellIndex& cells) {
  std::vector<Confirmation> unchanged;
  for (const auto& [cell, facts] : cells) {
    if (!facts.owned || !facts.entry) continue;
    const LedgerRow& entry = facts.entry->any();
    if (facts.owned->owned == entry.owned)
      unchanged.push_back({{cell.team, cell.day}, entry.fence, entry.sequence, facts.window});
  }
  if (unchanged.empty()) return;
  if (const Status kept = store.confirm(kRollup, unchanged); !kept)
    spdlog::warn("what was found unchanged is not kept, and looked at again the next time: {}", kept.error().message);
}

/// Looks by session at the closed cells whose window says that something changed; one statement a day. Days outside the
/// window that would be too many are left out, and their cells taken away.
Status look_at_owned(Warehouse& warehouse, const Scope& scope, const Limits& limits, CellIndex& cells,
                     Observation& seen) {
  std::map<Day, Teams, std::greater<>> days;
  for (const auto& [cell, facts] : cells) {
    const bool judged_below = !facts.expired_because && (!facts.day_is_open || scope.include_open_days);
    if (judged_below && facts.needs_owned_look()) days[cell.day].push_back(cell.team);
  }
  std::size_t beyond = 0;
  for (const auto& [day, teams] : days) {
    if (!scope.window.contains(day) && scope.beyond && scope.beyond->max_days > 0 &&
        ++beyond > scope.beyond->max_days) {
      for (const TeamId team : teams) cells.erase({team, day, seen.shards.shard_of(team)});
      seen.not_examined += teams.size();
      continue;
    }
    GAPLESS_ASSIGN(const auto owned, in_pieces<OwnedCell>(teams, [&, day = day](const Teams& some) {
                     return warehouse.owned_cells(day, some, limits);
                   }));
    for (const TeamId team : teams) {
      const Cell cell{team, day, seen.shards.shard_of(team)};
      cells.at(cell).owned = OwnedCell{cell, {}, {}};
    }
    for (const OwnedCell& cell : owned) cells.at(cell.cell).owned = cell;
  }
  return {};
}

/// Outside the window, and of teams that nobody chose, what needs nothing is only counted.
void leave_out_settled(const Scope& scope, const Definition& definition, CellIndex& cells, Observation& seen) {
  const Selected selected(scope);
  JudgeOptions options;
  options.targets = seen.targets;
  std::erase_if(cells, [&](const auto& one) {
    const auto& [cell, facts] = one;
    const bool chosen = selected.contains(cell.team);
    if (chosen && scope.window.contains(cell.day)) return false;
    const Judgement judgement = judge(facts, definition, options);
    const CellState state = judgement.state;
    const bool is_expired = state == CellState::kExpired;
    const bool gone = facts.owned && facts.owned->measures.view_events == 0;
    const bool settled =
        chosen ? state == CellState::kFresh || state == CellState::kEmpty || (is_expired && !judgement.is_due())
               : is_expired || !gone;
    seen.settled_beyond += settled && facts.entry.has_value();
    return settled;
  });
}

}  // namespace

Result<Observation> observe(Warehouse& warehouse, StateStore& store, const Scope& scope, const Definition& definition,
                            const Limits& limits) {
  GAPLESS_ASSIGN(Seen looked, look(warehouse, store, scope, definition, limits));
  if (!looked.source.days && looked.published && !scope.believe_empty_source)
    return fail(
        Fault::kUnavailable,
        "the source holds no events at all, but figures were published from it: taken as a failure to look, nothing"
        " is changed. Check the source table; with --allow-shrink an emptied source is believed");
  Observation seen;
  seen.source = looked.source;
  seen.source_version = std::move(looked.version);
  seen.targets = looked.targets;
  seen.team_buckets = warehouse.team_buckets();
  seen.shards = looked.shards;
  seen.live_bytes = std::move(looked.bytes);
  seen.teams = teams_of(scope, Selected(scope), looked);
  Cells wanted(scope, looked, definition);
  wanted.add_window(seen.teams);
  wanted.add_published(seen);
  wanted.add_foreign(seen);
  wanted.add_history(seen.teams, seen);
  CellIndex cells = std::move(wanted).take();
  GAPLESS_TRY(take_confirmations(store, seen.shards, cells));
  if (scope.look_by_session) GAPLESS_TRY(look_at_owned(warehouse, scope, limits, cells, seen));
  confirm(store, cells);
  leave_out_settled(scope, definition, cells, seen);

  for (const auto& [cell, facts] : cells) {
    const LedgerRow* row = facts.entry ? facts.entry->made_by_other_than(definition) : nullptr;
    if (row == nullptr || seen.definition_texts.contains(row->definition_hash())) continue;
    GAPLESS_ASSIGN(const auto text, warehouse.definition_text(row->definition_hash(), limits));
    if (text) seen.definition_texts.emplace(row->definition_hash(), *text);
  }
  for (const auto& [cell, facts] : cells)
    if (!scope.window.contains(cell.day)) seen.teams.push_back(cell.team);
  seen.teams = unique_teams(std::move(seen.teams));
  seen.facts.reserve(cells.size());
  for (auto& [cell, facts] : cells) seen.facts.push_back(std::move(facts));
  return seen;
}

Plan plan_of(Observation& seen, DayRange window, const Definition& definition, const PlanOptions& options) {
  PlanOptions with_targets = options;
  with_targets.judge.targets = seen.targets;
  Plan plan = make_plan(window, seen.teams, std::move(seen.facts), definition, with_targets, seen.definition_texts);
  plan.settled_beyond = seen.settled_beyond;
  plan.source_version = std::move(seen.source_version);
  plan.team_buckets = seen.team_buckets;
  plan.shards = seen.shards;
  plan.live_bytes = std::move(seen.live_bytes);
  return plan;
}

}  // namespace gapless
