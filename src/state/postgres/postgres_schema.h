#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/table_name.h"
#include "state/postgres/postgres_error.h"

namespace gapless {

class PostgresSession;

/// Marks the tables of a schema as a state store of ours.
inline constexpr std::string_view kPostgresApplication = "gapless";

/// The schema version that this program reads and writes.
int postgres_schema_version();

/// Error kConflict where a newer program has written the store.
Status check_postgres_version(int version, const PostgresStoreName& name, std::string_view doing);

/// The two numbers of the advisory lock of a schema, as SQL: shared by transactions, exclusive where tables change.
std::string schema_lock(const Identifier& schema);

/// Makes a missing or empty schema a store, and an older store a current one, each in one transaction: a crash leaves what
/// was there before, and of two processes at once one does it and the other finds it done. Errors: kCorrupt for a schema
/// that is not ours, kConflict for a newer one; neither is changed.
Status prepare_postgres_schema(PostgresSession& session);

/// False: preparing it would make a new store.
Result<bool> has_postgres_store(PostgresSession& session);

}  // namespace gapless
