#pragma once

#include <string>

#include "cli/examination.h"
#include "cli/json.h"
#include "cli/style.h"

namespace gapless {

/// How a plan is shown.
struct PlanViewOptions {
  bool all = false;            ///< also cells without an action
  bool explain = false;        ///< with what was compared
  std::set<CellState> states;  ///< only cells in these, where any are given
};

std::string plan_text(const Examination& examination, const Definition& now, const PlanViewOptions& options,
                      const Style& style);
Json plan_json(const Examination& examination, const Definition& now, const PlanViewOptions& options);

/// One cell, its reason and what was compared for it.
std::string explained_text(const Examination& examination, const PlannedCell& planned, const Definition& now,
                           const Style& style);
/// One of JSON's `cells`; with its evidence where asked for.
Json cell_json(const Examination& examination, const PlannedCell& planned, const Definition& now, bool with_evidence);

/// What scheduled jobs wait for where cells are outdated, and what it costs; empty where they wait for nothing.
std::string acceptance_text(const Examination& examination);
/// The tone of a state, the same everywhere.
Tone tone_of(CellState state);
/// Every state with its number of cells; JSON's `summary`.
Json summary_json(const std::map<CellState, std::uint64_t>& summary);
/// "20 missing, 978 empty": the states that occur, in the manual's order.
std::string summary_text(const std::map<CellState, std::uint64_t>& summary, const Style& style);

}  // namespace gapless
