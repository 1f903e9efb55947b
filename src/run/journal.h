#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/facts.h"

namespace gapless {

/// What recovery needs to redo a publication: the payload of a JournalEntry, written before the first REPLACE.
struct Publication {
  struct OfTarget {
    bool drop = false;                    ///< the partition is proven empty: it is dropped, not replaced
    std::vector<std::string> live_parts;  ///< active before; should staging be gone, these are the old ones
    std::uint64_t staged_rows = 0;        ///< newer parts with fewer are not all that was staged
  };
  std::array<std::optional<OfTarget>, kTargets.size()> targets;  ///< none: this one stays as it is
  std::vector<LedgerRow> ledger;
  std::string definition_text;
  std::uint32_t team_buckets = 0;  ///< in which its partition was staged; 0: of a version that did not say
};

/// Those that it replaces or drops.
Targets targets_of(const Publication& publication);

std::string encode(const Publication& publication);
/// Errors: kCorrupt.
Result<Publication> decode_publication(std::string_view payload);

}  // namespace gapless
