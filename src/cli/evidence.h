#pragma once

#include <map>
#include <string>

#include "cli/json.h"
#include "core/definition.h"
#include "plan/judge.h"

namespace gapless {

/// What a cell's judgement compared: {entry, window, owned, targets, definition}, of the targets that are kept. Hashes are 16
/// hexadecimal digits. `texts` are those of other definitions, by hash.
Json evidence_json(const CellFacts& facts, const Targets& kept, const Definition& now,
                   const std::map<std::string, std::string>& texts);
/// The same in some indented lines: what the ledger says beside what is there.
std::string evidence_text(const CellFacts& facts, const Targets& kept, const Definition& now,
                          const std::map<std::string, std::string>& texts);

}  // namespace gapless
