#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cell.h"
#include "core/target.h"

// What is observed of source, ledger and targets: the facts that a plan is made from.

namespace gapless {

/// The days that the source holds, by event time, and how many events. No days: it is empty.
struct SourceExtent {
  std::optional<DayRange> days;
  std::uint64_t events = 0;
};

/// Flat facts about one team's events of one event day: no look at sessions.
struct SourceCount {
  Cell cell;
  std::uint64_t view_events = 0;
  Fingerprint events;
};

/// What one day owns of one team (SEMANTICS: sessions): from the narrow look at sessions, or from the building pass.
struct OwnedCell {
  Cell cell;
  Fingerprint owned;
  Measures measures;
};

/// In the place of a definition: the cell was taken out of the rollup. Such a row counts as no entry.
inline constexpr std::string_view kForgotten = "forgotten";

/// Before a definition: the narrow part was made from the wide groups that it made. It has no host and no pathname.
inline constexpr std::string_view kFromWide = "wide:";

/// One row of the ledger: what was published for one cell in one target. The one with the highest (fence, sequence) counts.
struct LedgerRow {
  Cell cell;
  Target target = Target::kStats;
  std::string definition;  ///< Definition::hash of what made it, perhaps behind kFromWide; or kForgotten
  Fingerprint window;      ///< flat counts over [E-2, E+2), taken before the building pass
  Fingerprint owned;
  TargetContent content;  ///< measures of the whole cell, keys and key hash of this target
  std::string run_id;
  std::uint64_t fence = 0;
  std::uint64_t sequence = 0;  ///< within the fence
  Instant published_at{};

  bool is_from_wide() const { return definition.starts_with(kFromWide); }
  /// The hash of the definition that decided the figures, also where they were made from the wide groups.
  std::string definition_hash() const { return is_from_wide() ? definition.substr(kFromWide.size()) : definition; }
};

/// What a target, or its staging, holds of one cell.
struct TargetCell {
  Cell cell;
  TargetContent content;
};

/// One figure of one group that a target holds otherwise than the raw events say.
struct Difference {
  std::string measure;  ///< the state's column, "rows", or "persons_uniq_exact", "sessions_uniq_exact"
  std::int64_t in_target = 0;
  std::int64_t in_source = 0;
  /// Of uniq states: of both together. Where the numbers agree and this is another, they count different ones.
  std::optional<std::int64_t> in_union = {};
  std::vector<std::pair<std::string, std::string>> group = {};  ///< its key, by column, in the target's order
  bool operator==(const Difference&) const = default;
};

/// The measure of persons where they are looked up when a cell is built (source.persons): people may have been merged
/// since, which is no mistake.
inline constexpr std::string_view kMergedPersons = "persons_merged_since";

/// Where a cell of a target differs from the raw events.
struct CellDifferences {
  Cell cell;
  std::uint64_t count = 0;        ///< of all groups and measures
  std::vector<Difference> first;  ///< not all where these are many; those of merged persons come last

  bool is_of_merged_persons() const { return !first.empty() && first.front().measure == kMergedPersons; }
};

}  // namespace gapless
