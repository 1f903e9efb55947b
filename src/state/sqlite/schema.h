#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <filesystem>

#include "core/error.h"

namespace gapless {

/// "gapl": marks an SQLite file as a state store of ours, in its header (PRAGMA application_id).
inline constexpr std::int32_t kApplicationId = 0x6761706c;

/// The schema version (PRAGMA user_version) that this program reads and writes.
int schema_version();

/// Error kConflict where a newer program has written the store. Inside a transaction, so that it holds until its end.
Status check_version(SQLite::Database& database, const std::filesystem::path& path);

/// Makes an empty database a store, and an older store a current one, each in one transaction: a crash leaves what was
/// there before, and of two processes at once one does it and the other finds it done. Errors: kCorrupt for a database
/// that is not ours or fails the check of its tables, kConflict for a newer one; neither is changed.
/// Throws SQLite::Exception.
Status prepare_schema(SQLite::Database& database, const std::filesystem::path& path);

}  // namespace gapless
