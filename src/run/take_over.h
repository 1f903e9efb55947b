#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "state/state_store.h"
#include "warehouse/warehouse.h"

namespace gapless {

struct TakeOverReport {
  std::string store_id;                   ///< of the keeper from now on
  std::optional<WarehouseMeta> previous;  ///< the keeper until now; none: nobody, or this store already
  std::size_t staging_dropped = 0;        ///< partitions that other stores had staged
};

/// Makes this state store the warehouse's keeper, whoever was. Its fences go on above all that the warehouse has seen, so
/// that its entries count; what other stores had staged is dropped, so that a late statement of theirs publishes nothing.
/// What they left half published differs from the ledger, and the next plan finds it damaged; of cells that had no entry,
/// foreign. Harmless to repeat.
/// Errors: kConflict where the layout is newer than `layout_version`; whatever store and warehouse say.
Result<TakeOverReport> take_over(Warehouse& warehouse, StateStore& store, std::uint64_t layout_version,
                                 const Limits& limits);

/// Writes down how many shards there are where some do not say so: from now on whoever has fewer configured is refused. To
/// be called before anything is published. Returns the warehouse's uuid, by which journal entries tell it from others.
/// Errors: whatever the warehouse says.
Result<std::string> claim_shards(Warehouse& warehouse, const Limits& limits);

/// The version of the tables' layout where there are so many shards. An older gapless knows 1 alone, and nothing of shards.
std::uint64_t layout_version_of(Shards shards);

/// Errors: kConflict where another store has taken the warehouse over, with `what_is_not_done` before it.
Status check_keeper(Warehouse& warehouse, const std::string& store_id, const std::string& what_is_not_done,
                    const Limits& limits);

}  // namespace gapless
