#pragma once

#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/selected_teams.h"
#include "cli/selection.h"
#include "plan/plan.h"
#include "run/observe.h"

namespace gapless {

/// What a look at source, ledger and targets found, and the plan that follows from it.
struct Examination {
  Window window;
  SourceExtent source;
  std::map<std::string, std::string> definition_texts;  ///< of other definitions that made entries, by hash
  Plan plan;
  std::uint64_t not_examined = 0;            ///< published cells outside the window
  std::map<TeamId, Day> older_history = {};  ///< before backfill.history_days, where nothing is built
  std::optional<double> seconds = {};        ///< that carrying out the plan may take; none: nothing to judge by
  bool jobs_accept_definition = false;       ///< scheduled jobs recompute outdated cells: by configuration or consent

  /// Events on the days of the window, of the teams at work.
  std::uint64_t events_in_window() const;
};

/// What to look at, and how to judge it. Where `plan` does not accept another definition, consent or configuration may.
struct ExaminationRequest {
  Window window;
  std::optional<Teams> asked_for;  ///< by --teams; none: those that the configured strategies select
  PlanOptions plan;
  bool believe_empty_source = false;  ///< a source without any events is not a failure to look
  /// Published cells outside the window too, and what is missing as far back as backfill.history_days.
  bool beyond_window = false;
  std::size_t max_days_beyond = 0;  ///< outside the window, looked at by session; 0: no limit
};

/// Chooses teams, looks, and plans; says on the console that it does. Errors: those of teams_to_examine() and observe().
Result<Examination> examine(Services& services, Output& output, const ExaminationRequest& request);

/// Where no event of the teams at work lies in the window: that, and the window that covers the data. Empty otherwise. `command` is what to
/// give the days to: "gapless plan".
std::string no_events_hint(const Examination& examination, std::string_view command);

}  // namespace gapless
