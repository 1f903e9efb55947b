#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "run/executor.h"
#include "run/lease_keeper.h"

namespace gapless {

/// True where a run that is recorded as running can no longer be at work: nobody but the caller can be (`exclusive`), it is
/// this machine's and its process is gone, or it has been silent for so long that it has lost whatever it held.
bool is_dead(const RunRecord& run, const ExecutorOptions& options);

/// By which journal entries tell warehouses apart (WarehouseMeta); empty where that cannot be told.
Result<std::string> uuid_of(Warehouse& warehouse, const Limits& limits);
/// True where an entry of the journal is of the warehouse with this uuid. What a store has left unfinished
/// in another database or server is resolved when that is worked on again.
bool is_of(const JournalEntry& entry, const std::string& warehouse);

/// Asked before each statement that publishes: how long it may take. Errors: it may not.
using Bounds = std::function<Result<Limits>()>;

/// Resolves one entry of the journal that nobody is working on: a publication is redone from its staging and recorded,
/// anything earlier is discarded. Void where the ledger has a higher fence for the partition. Harmless to repeat.
/// Returns whether it was redone. Errors: whatever store and warehouse say; the entry then stays.
Result<bool> resolve(Warehouse& warehouse, StateStore& store, const std::string& store_id, const JournalEntry& entry,
                     const ExecutorOptions& options, const Bounds& bounds);

/// Resolves whatever is left in the journal for a partition; for whoever has taken its lease, and written nothing under it
/// yet: what this run itself left there is of a lease that it lost. Returns whether it finished a publication of this run.
Result<bool> resolve_left_over(Warehouse& warehouse, StateStore& store, const Partition& partition,
                               std::string_view run_id, LeaseKeeper::Held& lease, const ExecutorOptions& options);

}  // namespace gapless
