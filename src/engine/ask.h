#pragma once

#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace gapless {

/// Runs a query whose columns must be exactly these, and writes down what it cost. `question` goes before an error's
/// message. Errors: those of Engine::select; kCorrupt where the columns are others.
Result<Rows> ask(Engine& engine, std::string_view question, const Statement& statement,
                 const std::vector<std::string_view>& columns, const StatementOptions& options);
/// Likewise a statement that is run for its effect.
Status run(Engine& engine, std::string_view what, const Statement& statement, const StatementOptions& options);

}  // namespace gapless
