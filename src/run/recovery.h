#pragma once

#include <string>

#include "run/executor.h"

namespace gapless {

/// True where a run that is recorded as running can no longer be at work: nobody but the caller can be (`exclusive`), or
/// it is this machine's and its process is gone.
bool is_dead(const RunRecord& run, bool exclusive);

/// True where an entry of the journal is of the warehouse with this uuid (WarehouseMeta). What a store has left unfinished
/// in another database or server is resolved when that is worked on again.
bool is_of(const JournalEntry& entry, const std::string& warehouse);

/// Resolves one entry of the journal that nobody is working on: a publication is redone from its staging and recorded,
/// anything earlier is discarded. Void where the ledger has a higher fence for the partition. Harmless to repeat.
/// Returns whether it was redone. Errors: whatever store and warehouse say; the entry then stays.
Result<bool> resolve(Warehouse& warehouse, StateStore& store, const std::string& store_id, const JournalEntry& entry,
                     const ExecutorOptions& options);

}  // namespace gapless
