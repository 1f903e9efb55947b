#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// Which store it is, for messages.
struct PostgresStoreName {
  std::string place;   ///< "db:5432/gapless"
  std::string schema;  ///< "gapless"
};

/// "state store in PostgreSQL at db:5432/gapless, schema gapless: doing: what", the beginning of every message of this room.
std::string store_message(const PostgresStoreName& store, std::string_view doing, std::string_view what);

/// What went wrong with a call.
struct PostgresTrouble {
  Error error;
  bool may_pass = false;  ///< the same call may succeed soon
};

/// What an SQLSTATE means here, and what to do about it. `doing` is what was tried, `words` the server's own.
PostgresTrouble trouble_of(std::string_view sqlstate, std::string_view words, const PostgresStoreName& store,
                           std::string_view doing);
/// The same where there is no connection, or no longer: libpq has words alone.
PostgresTrouble trouble_of_connection(std::string_view words, const PostgresStoreName& store, std::string_view doing);
/// The exception that is being handled. Only for use inside a catch block.
PostgresTrouble trouble_of_current_exception(const PostgresStoreName& store, std::string_view doing);

/// What to do with a schema that is not, or no longer, a state store.
extern const char* const kReplaceSchemaAdvice;

}  // namespace gapless
