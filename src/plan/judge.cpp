#include "plan/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace gapless {
namespace {

constexpr std::array<std::string_view, kCellStates.size()> kStateNames = {
    "open", "expired", "foreign", "outdated", "orphaned", "missing", "damaged", "stale", "fresh", "empty"};
constexpr std::array<std::string_view, kActions.size()> kActionNames = {"none", "recompute", "derive"};

std::string count(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}
std::string views(std::uint64_t number) { return count(number, "view event", "view events"); }
std::string events(std::uint64_t number) { return count(number, "owned event", "owned events"); }

/// View events that the day owns now: unchanged where the window is, else as looked at.
std::uint64_t owned_views(const CellFacts& facts) {
  if (facts.owned) return facts.owned->measures.view_events;
  return facts.entry ? facts.entry->any().content.measures.view_events : 0;
}

bool owned_changed(const CellFacts& facts) { return facts.owned && !(facts.owned->owned == facts.entry->any().owned); }

/// Why the entry is not of this definition; none where it is.
std::optional<std::string> outdated(const LedgerEntry& entry, const Definition& now, const JudgeOptions& options) {
  const LedgerRow* row = entry.made_by_other_than(now);
  if (!row) return std::nullopt;
  if (!options.previous_definition_text)
    return fmt::format("made by definition {}, now {}", row->definition_hash(), now.hash());
  return fmt::format("made by another definition; changed: {}",
                     fmt::join(Definition::changed_keys(*options.previous_definition_text, now.text()), ", "));
}

/// Which target lacks the cell or a part of it, in words; none where none does.
std::optional<std::string> lacking(const LedgerEntry& entry, const JudgeOptions& options) {
  if (const auto target = entry.first_lacking(options.targets))
    return fmt::format("{} was {} for this cell", table_name(*target),
                       entry.rows[static_cast<std::size_t>(*target)] ? "not built with the others" : "never built");
  if (const auto target = entry.first_incomplete(options.targets))
    return fmt::format("{} was made from the wide groups of this cell, without host and pathname", table_name(*target));
  return std::nullopt;
}

/// The first target that does not hold what the ledger says, in words; none where all do.
std::optional<std::string> damage(const CellFacts& facts) {
  for (const Target target : kTargets) {
    const auto index = static_cast<std::size_t>(target);
    if (!facts.entry->rows[index]) continue;
    const TargetContent& live = facts.content[index];
    const TargetContent& said = facts.entry->rows[index]->content;
    if (live.keys == 0 && said.keys > 0)
      return fmt::format("{} has no rows, the ledger says {}", table_name(target), count(said.keys, "group", "groups"));
    if (live.keys != said.keys)
      return fmt::format("{} has {}, the ledger says {}", table_name(target), count(live.keys, "group", "groups"),
                         said.keys);
    if (live.measures.view_events != said.measures.view_events)
      return fmt::format("{} holds {}, the ledger says {}", table_name(target), views(live.measures.view_events),
                         said.measures.view_events);
    if (!holds_what_was_said(live, *facts.entry->rows[index]))
      return fmt::format("{} holds other groups or figures than the ledger says", table_name(target));
  }
  return std::nullopt;
}

/// Whether the narrow target alone lacks the cell, and the wide groups are there to make it from.
bool can_derive(const CellFacts& facts, const JudgeOptions& options) {
  if (facts.is_past_keeping || !facts.entry) return false;
  constexpr auto kBounces = static_cast<std::size_t>(Target::kBounces);
  const auto& said = facts.entry->rows[kBounces];
  return facts.entry->first_lacking(options.targets) == Target::kBreakdowns && said &&
         holds_what_was_said(facts.content[kBounces], *said);
}

Judgement judge_expired(const CellFacts& facts, const JudgeOptions& options) {
  if (!can_derive(facts, options)) return {CellState::kExpired, Action::kNone, *facts.expired_because};
  return {CellState::kExpired, Action::kDerive,
          fmt::format("{}; {} is made from the wide groups, without host and pathname", *facts.expired_because,
                      table_name(Target::kBreakdowns))};
}

/// What a team left behind where it was, of a day whose events are there. When it goes the plan as a whole says.
Judgement judge_moved(const CellFacts& facts, const JudgeOptions& options) {
  if (!facts.entry && !facts.has_target_rows())
    return {CellState::kEmpty, Action::kNone, "the team is another shard's"};
  if (!facts.entry)
    return {CellState::kForeign, options.take_over ? Action::kRecompute : Action::kNone,
            fmt::format("target rows that gapless did not write, of a team that is shard {}'s; backfill --take-over"
                        " takes them away",
                        facts.moved->to)};
  return {CellState::kOrphaned, Action::kRecompute,
          fmt::format("holds {}, of a team that is shard {}'s now",
                      views(facts.entry->any().content.measures.view_events), facts.moved->to)};
}

Judgement judge_closed(const CellFacts& facts, const Definition& now, const JudgeOptions& options) {
  if (facts.expired_because) return judge_expired(facts, options);
  if (facts.moved) return judge_moved(facts, options);
  if (!facts.entry && facts.has_target_rows())
    return {CellState::kForeign, options.take_over ? Action::kRecompute : Action::kNone,
            "target rows that gapless did not write; adopt them, or backfill --take-over"};
  if (!facts.entry) {
    const std::uint64_t found = facts.day_views + facts.next_day_views;
    if (facts.day_events == 0 || found == 0) return {CellState::kEmpty, Action::kNone, "no view events"};
    if (facts.day_views > 0) return {CellState::kMissing, Action::kRecompute, views(facts.day_views) + ", never built"};
    return {CellState::kMissing, Action::kRecompute, "may own the next day's first views, never built"};
  }
  const LedgerRow& entry = facts.entry->any();
  const std::uint64_t before = entry.content.measures.view_events;
  if (const auto found = outdated(*facts.entry, now, options))
    return {CellState::kOutdated, options.accept_definition ? Action::kRecompute : Action::kNone, *found};
  if (const auto found = lacking(*facts.entry, options))
    return {CellState::kOutdated, Action::kRecompute, *found, !options.force};
  if (before > 0 && owned_views(facts) == 0)
    return {CellState::kOrphaned, Action::kRecompute, fmt::format("held {}, the source has none now", views(before))};
  if (const auto found = damage(facts)) return {CellState::kDamaged, Action::kRecompute, *found};
  if (owned_changed(facts))
    return {CellState::kStale, Action::kRecompute,
            facts.owned->owned.events == entry.owned.events
                ? fmt::format("{}, some rewritten", events(entry.owned.events))
                : fmt::format("{} then, {} now", events(entry.owned.events), facts.owned->owned.events)};
  const Action action = options.force ? Action::kRecompute : Action::kNone;
  if (before > 0)
    return {CellState::kFresh, action,
            fmt::format("{}, unchanged since {}", views(before), format_instant(entry.published_at))};
  return {CellState::kEmpty, action, "no view events, as the ledger says"};
}

}  // namespace

std::string_view name(CellState state) { return kStateNames[static_cast<std::size_t>(state)]; }

std::optional<CellState> parse_cell_state(std::string_view text) {
  for (const CellState state : kCellStates)
    if (name(state) == text) return state;
  return std::nullopt;
}

bool holds_what_was_said(const TargetContent& live, const LedgerRow& said) {
  if (live.keys != said.content.keys || live.key_hash != said.content.key_hash) return false;
  if (said.target != Target::kStats) return live.measures == said.content.measures;
  return live.measures.view_events == said.content.measures.view_events;
}

std::string_view name(Action action) { return kActionNames[static_cast<std::size_t>(action)]; }

bool is_behind(const LedgerRow& row, const LedgerRow& earlier) {
  return row.target > earlier.target && (row.fence < earlier.fence || !(row.owned == earlier.owned));
}

const LedgerRow& LedgerEntry::any() const {
  return **std::ranges::find_if(rows, [](const auto& row) { return row.has_value(); });
}

std::uint64_t LedgerEntry::last_fence() const {
  std::uint64_t last = 0;
  for (const auto& row : rows)
    if (row) last = std::max(last, row->fence);
  return last;
}

std::optional<Target> LedgerEntry::first_lacking(const Targets& kept) const {
  for (const Target target : kept) {
    const auto& row = rows[static_cast<std::size_t>(target)];
    if (!row || std::ranges::any_of(rows, [&](const auto& other) { return other && is_behind(*row, *other); }))
      return target;
  }
  return std::nullopt;
}

std::optional<Target> LedgerEntry::first_incomplete(const Targets& kept) const {
  if (const auto target = first_lacking(kept)) return target;
  for (const Target target : kept)
    if (const auto& row = rows[static_cast<std::size_t>(target)]; row && row->is_from_wide()) return target;
  return std::nullopt;
}

const LedgerRow* LedgerEntry::made_by_other_than(const Definition& definition) const {
  for (const auto& row : rows)
    if (row && row->definition_hash() != definition.hash()) return &*row;
  return nullptr;
}

std::optional<LedgerEntry> entry_of(const std::vector<LedgerRow>& rows, TeamId team) {
  std::optional<LedgerEntry> entry;
  for (const LedgerRow& row : rows) {
    if (row.cell.team != team) continue;
    if (!entry) entry.emplace();
    entry->rows[static_cast<std::size_t>(row.target)] = row;
  }
  return entry;
}

bool CellFacts::has_target_rows() const {
  for (const TargetContent& target : content)
    if (target.rows > 0) return true;
  return false;
}

Judgement judge(const CellFacts& facts, const Definition& definition, const JudgeOptions& options) {
  if (!facts.day_is_open) return judge_closed(facts, definition, options);
  if (!options.include_open_days) return {CellState::kOpen, Action::kNone, "the day is not over"};
  Judgement below = judge_closed(facts, definition, options);
  return {CellState::kOpen, below.action, fmt::format("the day is not over; {}: {}", name(below.state), below.why),
          below.is_lacking_only};
}

}  // namespace gapless
