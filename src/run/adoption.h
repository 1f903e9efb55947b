#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/definition.h"
#include "run/executor.h"
#include "run/verification.h"

namespace gapless {

/// Why a cell's rows stay foreign.
enum class RefusalReason {
  kDiffers,   ///< its figures are not those of the source
  kUnproven,  ///< they could not be compared, or changed while they were
  kHeld,      ///< another run works on the day
  kFailed     ///< an error on that day
};

struct Refusal {
  Cell cell;
  RefusalReason reason = RefusalReason::kFailed;
  std::string why;
  std::vector<Finding> found = {};  ///< where it differs
};

/// The cells of a plan whose rows gapless did not write: those that can be compared with the source, and those of which
/// it no longer holds the events. Of `states` only, where any are given. Open days are left alone.
struct ToAdopt {
  std::vector<CellFacts> cells;
  std::vector<Refusal> refused;
};
ToAdopt cells_to_adopt(const Plan& plan, const std::set<CellState>& states);

struct Adoption {
  std::vector<Cell> adopted;
  std::vector<Refusal> refused;    ///< by cell
  std::uint64_t view_events = 0;   ///< of those adopted
  std::uint64_t merged_since = 0;  ///< in order but for people who were merged since
};

/// What adopting works with. All references outlive it.
struct AdoptionContext {
  Warehouse& warehouse;
  StateStore& store;
  const Clock& clock;
  const Definition& definition;
  const ExecutorOptions& options;
  std::string run_id;
  std::function<void(Day, std::string_view step, std::size_t done, std::size_t total)> on_step = {};
};

/// Holds the foreign rows of these cells against the source, as verify() does, and writes the ledger entries of those that
/// hold exactly what it says, day by day, each under its lease. No target is written. Errors: those of the store, and
/// kCancelled; whatever else fails is a refusal of its day's cells.
Result<Adoption> adopt(const AdoptionContext& context, const std::vector<CellFacts>& cells);

}  // namespace gapless
