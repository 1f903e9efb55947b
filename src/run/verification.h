#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "plan/plan.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// The cells of a plan that can be held against the source, and how many cannot, by state.
struct ToVerify {
  std::vector<CellFacts> cells;
  std::map<CellState, std::uint64_t> left_out;
};

/// Those that were made from the events which the source holds now: `fresh`, `empty` by the ledger's word, and `damaged`
/// where the source is as it was. Of `states` only, where any are given; what is in others is not counted either.
ToVerify cells_to_verify(const Plan& plan, const std::set<CellState>& states);
/// So many of them by chance, in their order; all where there are fewer.
std::vector<CellFacts> sampled(std::vector<CellFacts> cells, std::size_t number, std::mt19937_64& random);

/// A cell of one target that differs.
struct Finding {
  Target target = Target::kStats;
  CellDifferences differences;
  const Cell& cell() const { return differences.cell; }
};

struct Verification {
  std::uint64_t cells = 0;  ///< compared, in all targets
  std::uint64_t days = 0;   ///< on which these are
  /// Not among `cells`: they differed, but their events changed since they were looked at.
  std::set<Cell> changed_meanwhile = {};
  /// Among `cells`, and in order but for people who were merged since these were built.
  std::uint64_t merged_since = 0;
  std::vector<Finding> found;  ///< by day, target and team

  std::set<Cell> differing() const;
};

struct VerifyOptions {
  std::optional<double> tolerance_percent = {};                               ///< of Warehouse::differences
  std::function<bool()> stopping = {};                                        ///< asked before each day
  std::function<void(Day, std::size_t done, std::size_t total)> on_day = {};  ///< before each day
};

/// Compares each of these cells with the source, day by day, in pieces where memory does not suffice; writes nothing.
/// Errors: those of the warehouse; kCancelled.
Result<Verification> verify(Warehouse& warehouse, const std::vector<CellFacts>& cells, const VerifyOptions& options,
                            const Limits& limits);

}  // namespace gapless
