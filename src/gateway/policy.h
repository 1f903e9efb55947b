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

/// What the tree cannot tell by itself.
struct OpenQuestions {
  std::size_t settings_clauses = 0;  ///< so many there must be in the text, which has the names
  /// Names that stand where arrayMap and its kind take a function as well as a column: none may be somebody's function.
  std::set<std::string> perhaps_functions;
};

/// Judges a statement by its syntax tree, one line a node, as EXPLAIN AST writes it: allowed is what only reads, and only
/// what the policy allows. What is not understood is refused. Failures: 164 for statements that do anything else, 497 for
/// tables and functions that are not allowed, 46 for functions that are not the engine's.
OrFailure<OpenQuestions> judge_tree(const std::vector<std::string>& lines, const ReadPolicy& policy);

}  // namespace gapless::gateway
