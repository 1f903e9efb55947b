#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/failure.h"

namespace gapless::gateway {

/// What may be read, and by which functions.
struct ReadPolicy {
  std::set<std::string> databases;  ///< all of their tables
  std::string database;             ///< where unqualified names are
  /// Names of the engine's own functions, lower case. Others (somebody's own) are refused, and so are those of these that
  /// reach outside, wait, or tell of the server.
  std::set<std::string> functions;
};

/// Judges a statement by its syntax tree, one line a node, as EXPLAIN AST writes it: allowed is what only reads, and only
/// what the policy allows. What is not understood is refused. Failures: 164 for statements that do anything else, 497 for
/// tables and functions that are not allowed, 46 for functions that are not the engine's. `set_nodes` becomes the number
/// of its SETTINGS clauses.
OrFailure<void> judge_tree(const std::vector<std::string>& lines, const ReadPolicy& policy, std::size_t& set_nodes);

}  // namespace gapless::gateway
