// plan/: the state of a cell and what to do about it. Pure functions over facts; no I/O.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "core/definition.h"
#include "core/facts.h"
#include "core/target.h"

namespace gapless {

/// SEMANTICS: the state of a cell, in the order in which the first that applies is taken.
enum class CellState { kOpen, kExpired, kForeign, kOutdated, kOrphaned, kMissing, kDamaged, kStale, kFresh, kEmpty };

inline constexpr std::array<CellState, 10> kCellStates = {
    CellState::kOpen,    CellState::kExpired, CellState::kForeign, CellState::kOutdated, CellState::kOrphaned,
    CellState::kMissing, CellState::kDamaged, CellState::kStale,   CellState::kFresh,    CellState::kEmpty};

std::string_view name(CellState state);  ///< "open", "expired", …
std::optional<CellState> parse_cell_state(std::string_view text);

/// Whether the row of one target was left behind by that of an earlier one: it was published before it, or from other
/// events. (A target that joins a rollup is published after the others, and is behind none.)
bool is_behind(const LedgerRow& row, const LedgerRow& earlier);

/// The ledger's entry of a cell: one row a target. A target without a row has not been published under this rollup.
struct LedgerEntry {
  std::array<std::optional<LedgerRow>, kTargets.size()> rows;

  /// The row that stands for the cell: of the first target that has one. Not to be called on an entry without rows.
  const LedgerRow& any() const;
  /// The highest fence of its rows: who published last.
  std::uint64_t last_fence() const;
  /// The first of these targets that has no row, or one that is behind; none where the rows agree.
  std::optional<Target> first_lacking(const Targets& kept) const;
  /// The same, and the narrow target where it was made from the wide groups: it lacks host and pathname.
  std::optional<Target> first_incomplete(const Targets& kept) const;
  /// The first row that another definition made; none where this one made all that there are, or the wide groups that they
  /// were made from.
  const LedgerRow* made_by_other_than(const Definition& definition) const;
};

/// A team's entry among the rows of one day; none: it has none.
std::optional<LedgerEntry> entry_of(const std::vector<LedgerRow>& rows, TeamId team);

/// Of a cell whose team is another shard's now (core/shards.h).
struct Move {
  std::uint32_t to = 0;
  /// The view events of the cell there, as the ledger says; none: it has no entry of all targets that are kept.
  std::optional<std::uint64_t> published;
};

/// Everything that is known about one cell at one moment.
struct CellFacts {
  explicit CellFacts(Cell which) : cell(which) {}

  Cell cell;
  bool day_is_open = false;
  std::optional<std::string> expired_because;  ///< set: the source no longer holds all of [E-2, E+2)
  bool is_past_keeping = false;                ///< expired whatever the source holds: figures of its age are not kept
  std::optional<Move> moved;                   ///< set: no event is this shard's, and nothing is built here again

  std::uint64_t day_events = 0;      ///< flat, on the day
  std::uint64_t day_views = 0;       ///< flat view events on the day
  std::uint64_t next_day_views = 0;  ///< flat view events on the next day
  Fingerprint window;                ///< flat, over [E-2, E+2)

  /// What the day owns now, where it was looked at by session. Looked at and nothing owned: zero events.
  std::optional<OwnedCell> owned;

  std::optional<LedgerEntry> entry;
  bool is_confirmed = false;  ///< an earlier look by session, at this window, found it as the entry says
  std::array<TargetContent, kTargets.size()> content;  ///< of the live targets

  bool has_target_rows() const;
  /// An entry whose window differs tells nothing until its sessions are looked at.
  bool needs_owned_look() const { return !moved && entry && !is_confirmed && !(entry->any().window == window); }
};

/// Whether a target holds what the ledger says: as many groups with the same hash over them, and the same sums. Stats have
/// view events alone.
bool holds_what_was_said(const TargetContent& live, const LedgerRow& said);

/// What a plan does about a cell. Deriving makes the narrow part from the wide groups, where no events are left for it.
enum class Action { kNone, kRecompute, kDerive };
inline constexpr std::array<Action, 3> kActions = {Action::kNone, Action::kRecompute, Action::kDerive};
std::string_view name(Action action);  ///< "none", "recompute", "derive"

/// A decision with its reason, in words for a person.
struct Judgement {
  CellState state = CellState::kEmpty;
  Action action = Action::kNone;
  std::string why;
  /// Outdated in nothing but that a target lacks it, so that no figure need change.
  bool is_lacking_only = false;

  bool is_due() const { return action != Action::kNone; }
};

/// How a plan treats what is not simply broken.
struct JudgeOptions {
  bool include_open_days = false;                       ///< --include-today: open days follow the rows below `open`
  bool force = false;                                   ///< --force: recompute fresh cells too
  bool take_over = false;                               ///< --take-over: recompute foreign cells
  bool accept_definition = true;                        ///< false: outdated cells are reported and left alone
  std::optional<std::string> previous_definition_text;  ///< to name what changed
  Targets targets = all_targets();                      ///< that are kept
};

/// What is wrong with the cell, the first that applies in the manual's order, and what a plan does about it.
/// Precondition: facts.owned is set wherever facts.needs_owned_look().
Judgement judge(const CellFacts& facts, const Definition& definition, const JudgeOptions& options);

}  // namespace gapless
