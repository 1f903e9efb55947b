#include "support/any_store.h"

#include "state/postgres/postgres_store.h"
#include "state/sqlite/sqlite_store.h"

namespace gapless::testing_support {

Result<std::unique_ptr<StateStore>> open_any_store(const std::string& address) {
  if (address.starts_with("postgresql:")) {
    const std::size_t hash = address.rfind('#');
    PostgresOptions options;
    options.connection = address.substr(0, hash);
    GAPLESS_ASSIGN(options.schema, Identifier::parse(address.substr(hash + 1), "test"));
    options.longest_call = std::chrono::seconds(6);
    options.heartbeat_every = std::chrono::milliseconds(200);
    return PostgresStateStore::open(std::move(options));
  }
  SqliteOptions options;
  options.busy_timeout = std::chrono::seconds(60);
  return SqliteStateStore::open(address, options);
}

}  // namespace gapless::testing_support
