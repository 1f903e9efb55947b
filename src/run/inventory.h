#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "core/definition.h"
#include "core/facts.h"
#include "state/state_store.h"
#include "warehouse/warehouse.h"

namespace gapless {

// What source and targets hold, read where it changed since it was last read (ARCHITECTURE: detection). What was read of a
// partition is kept in the state store under the version that the partition had before it was read; so that whatever
// comes in between is read again the next time. The store is a shortcut: without it the answers are the same.

/// What the source holds.
struct SourceInventory {
  std::string version;              ///< source_version() before it was read
  std::vector<SourceCount> counts;  ///< every flat count, by cell
};

/// None where what changed in the source cannot be told by partition.
/// Errors: those of warehouse and store; what cannot be kept is a warning in the log.
Result<std::optional<SourceInventory>> read_source(Warehouse& warehouse, StateStore& store,
                                                   const Definition& definition, const Limits& limits);

/// Equal texts: the source holds the same events. A merge changes nothing. None as above.
Result<std::optional<std::string>> source_version(Warehouse& warehouse, const Limits& limits);

/// The flat counts of these days, by cell: of the inventory, or read where there is none. Errors: as above.
Result<std::vector<SourceCount>> read_counts(Warehouse& warehouse, StateStore& store, DayRange days,
                                             const Definition& definition, const Limits& limits);

/// What a target holds.
struct TargetInventory {
  std::vector<TargetCell> cells;             ///< by cell
  std::map<Partition, std::uint64_t> bytes;  ///< on disk
};

/// By target.
using TargetContents = std::array<std::vector<TargetCell>, kTargets.size()>;

/// What the live partition holds in each target that is kept: as it was read before, or read now. Errors: as above.
Result<TargetContents> read_partition(Warehouse& warehouse, StateStore& store, const Partition& partition,
                                      const Definition& definition, const Limits& limits);

/// Keeps the content of what was staged as that of the live partition, for the targets where its checksum says that this is
/// what stands there now. Errors: those of the warehouse; what cannot be kept is a warning in the log.
Status keep_published(Warehouse& warehouse, StateStore& store, const Partition& partition,
                      const PartitionStates& staged, const TargetContents& content, const Definition& definition,
                      const Limits& limits);

/// Errors: as above.
Result<TargetInventory> read_target(Warehouse& warehouse, StateStore& store, Target target,
                                    const Definition& definition, const Limits& limits);

}  // namespace gapless
