#pragma once

#include <optional>

#include "cli/output.h"
#include "cli/selection.h"
#include "cli/services.h"

namespace gapless {

/// What select_teams() decides by these rules, with each of their strategies having looked where it must: `all` at
/// source, ledger and targets in the window. Errors: that one could not look, naming the strategy.
Result<TeamSelection> selected_teams(Services& services, const TeamRules& rules, const Window& window);

/// The teams that a command works on.
struct TeamsAtWork {
  std::optional<Teams> teams;   ///< none: every team there is something known of
  std::string why_nobody = {};  ///< where no team is selected: why
};

/// Those of --teams, else those that the configured strategies select; every team where `all` is among these, which is
/// left to the look that follows. Excluded teams are left out, and named in a warning where --teams asked for one.
/// Errors: those of selected_teams(); kInvalidInput where every team of --teams is excluded.
Result<TeamsAtWork> teams_to_examine(const std::optional<Teams>& asked_for, const Window& window, Services& services,
                                     Output& output);

}  // namespace gapless
