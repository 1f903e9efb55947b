#include "state/sqlite/sqlite_store.h"

#include "state/sqlite/connection.h"
#include "state/sqlite/statement.h"

namespace gapless {

SqliteStateStore::SqliteStateStore(std::unique_ptr<Connection> connection, SqliteOptions options)
    : connection_(std::move(connection)), options_(std::move(options)) {}

SqliteStateStore::~SqliteStateStore() = default;

Result<std::unique_ptr<SqliteStateStore>> SqliteStateStore::open(const std::filesystem::path& path,
                                                                 SqliteOptions options) {
  if (path.empty()) return fail(Fault::kInvalidInput, "the state store's path is empty; name a file");
  // Absolute, so that SQLite takes no name for one of its special ones (":memory:").
  std::error_code problem;
  const std::filesystem::path absolute = std::filesystem::absolute(path, problem);
  if (problem) return fail(Fault::kUnavailable, store_message(path, "opening", problem.message()));
  GAPLESS_ASSIGN(auto connection, Connection::open(absolute, options.busy_timeout));
  return std::unique_ptr<SqliteStateStore>(new SqliteStateStore(std::move(connection), std::move(options)));
}

Result<std::string> SqliteStateStore::store_id() {
  return connection_->read("reading the store's id", [](SQLite::Database& database) -> Result<std::string> {
    return database.execAndGet("SELECT id FROM store").getString();
  });
}

Status SqliteStateStore::set_pause(const Pause& pause) {
  return connection_->write("pausing", [&](SQLite::Database& database) -> Status {
    statement(database, "INSERT OR REPLACE INTO pause (only_row, reason, until_micros) VALUES (1, ?, ?)", pause.reason,
              pause.until)
        .exec();
    return {};
  });
}

Status SqliteStateStore::clear_pause() {
  return connection_->write("resuming", [](SQLite::Database& database) -> Status {
    database.exec("DELETE FROM pause");
    return {};
  });
}

Result<std::optional<StateStore::Pause>> SqliteStateStore::pause(Instant now) {
  return connection_->read("reading the pause", [&](SQLite::Database& database) -> Result<std::optional<Pause>> {
    auto query = statement(
        database, "SELECT reason, until_micros FROM pause WHERE until_micros IS NULL OR until_micros > ?", now);
    if (!query.executeStep()) return std::nullopt;
    Pause pause{query.getColumn(0).getString(), std::nullopt};
    if (!query.isColumnNull(1)) pause.until = from_micros(query.getColumn(1).getInt64());
    return pause;
  });
}

}  // namespace gapless
