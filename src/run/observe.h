// run/: observe, build, check, publish, recover: the one way through, over the interfaces of warehouse/ and state/.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// What to look at.
struct Scope {
  DayRange window;
  std::optional<Teams> teams;  ///< none: every team with events in the window, a ledger entry or target rows
  Teams excluded;              ///< always left out
  Day last_finished;           ///< later days are open
  bool include_open_days = false;
  bool believe_empty_source = false;  ///< --allow-shrink: a source without any events is not a failure to look
};

struct Observation {
  SourceExtent source;
  Teams teams;
  std::vector<CellFacts> facts;                         ///< every (team, day) of the window
  std::map<std::string, std::string> definition_texts;  ///< by hash, of other definitions that made entries
};

/// Looks at source, ledger and targets, and by session only at cells whose window changed since their entry.
/// Errors: whatever the warehouse says, with the question that could not be answered; kUnavailable where the source is
/// empty while the ledger has entries: that is a failure to look, never "everything was deleted".
Result<Observation> observe(Warehouse& warehouse, const Scope& scope, const Definition& definition,
                            const Limits& limits);

}  // namespace gapless
