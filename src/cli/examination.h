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
  std::string why_nobody = {};  ///< where no team is selected: why; nothing was looked at then

  /// Events on the days of the window, of the teams at work.
  std::uint64_t events_in_window() const;
};

/// What to look at, and how to judge it.
struct ExaminationRequest {
  Window window;
  TeamsAtWork teams;
  PlanOptions plan;
  bool believe_empty_source = false;  ///< a source without any events is not a failure to look
};

/// Looks and plans; says on the console that it does. Errors: those of observe().
Result<Examination> examine(Services& services, Output& output, const ExaminationRequest& request);

/// Where no event of the teams at work lies in the window: that, and the window that covers the data. Empty otherwise. `command` is what to
/// give the days to: "gapless plan".
std::string no_events_hint(const Examination& examination, std::string_view command);

/// Marks the days of which the source, which keeps `retention_days` days, no longer holds all that they are made from.
void apply_retention(std::vector<CellFacts>& facts, Day today, int retention_days);

}  // namespace gapless
