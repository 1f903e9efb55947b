#pragma once

#include <optional>
#include <set>
#include <vector>

#include "cli/command.h"
#include "core/day.h"
#include "core/team_id.h"
#include "plan/judge.h"

namespace gapless {

/// The options of plan, backfill and status that choose cells.
std::vector<OptionSpec> selection_options();

/// What they say.
struct Selection {
  std::optional<Day> from;
  std::optional<Day> to;
  std::optional<int> days;
  bool include_today = false;
  std::optional<Teams> teams;
  std::set<CellState> states;

  /// Nothing says which days: the window is the configured one.
  bool is_default_window() const { return !from && !to && !days; }
};

/// Errors: kInvalidInput, naming option and text.
Result<Selection> read_selection(const Given& given);

/// The days to look at, and which of them are over.
struct Window {
  DayRange days;
  Day last_finished;
};

/// The window that a selection means at `now`: --from to --to; else the last `days` (or backfill.days_back) finished days,
/// which end backfill.end_offset_days before today, or with today under --include-today. Errors: kInvalidInput where
/// --from is after --to.
Result<Window> window_of(const Selection& selection, const Settings& settings, Instant now);

/// A number of days as options and settings take it: 1 to 36,500.
Result<int> parse_days(std::string_view text, std::string_view origin);

}  // namespace gapless
