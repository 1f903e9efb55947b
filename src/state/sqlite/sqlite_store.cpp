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

Result<bool> SqliteStateStore::take_tick(std::string_view job, Instant at, Instant believable) {
  return connection_->write("taking a tick", [&](SQLite::Database& database) -> Result<bool> {
    return statement(database,
                     "INSERT INTO ticks (job, at_micros, is_done) VALUES (?, ?, 0) ON CONFLICT (job) DO UPDATE"
                     " SET at_micros = excluded.at_micros, is_done = 0"
                     " WHERE excluded.at_micros > ticks.at_micros OR ticks.at_micros > ?",
                     job, at, believable)
               .exec() == 1;
  });
}

Status SqliteStateStore::finish_tick(std::string_view job, Instant at) {
  return connection_->write("finishing a tick", [&](SQLite::Database& database) -> Status {
    statement(database, "UPDATE ticks SET is_done = 1 WHERE job = ? AND at_micros = ?", job, at).exec();
    return {};
  });
}

Result<std::vector<Tick>> SqliteStateStore::ticks() {
  return connection_->read("reading the ticks", [&](SQLite::Database& database) -> Result<std::vector<Tick>> {
    auto query = statement(database, "SELECT job, at_micros, is_done FROM ticks ORDER BY job");
    std::vector<Tick> ticks;
    while (query.executeStep())
      ticks.push_back({query.getColumn(0).getString(), from_micros(query.getColumn(1).getInt64()),
                       query.getColumn(2).getInt() != 0});
    return ticks;
  });
}

Status SqliteStateStore::accept_definition(std::string_view hash) {
  return connection_->write("accepting a definition", [&](SQLite::Database& database) -> Status {
    statement(database, "INSERT OR REPLACE INTO accepted_definition (only_row, hash) VALUES (1, ?)", hash).exec();
    return {};
  });
}

Result<std::optional<std::string>> SqliteStateStore::accepted_definition() {
  using Hash = std::optional<std::string>;
  return connection_->read("reading the accepted definition", [&](SQLite::Database& database) -> Result<Hash> {
    auto query = statement(database, "SELECT hash FROM accepted_definition");
    if (!query.executeStep()) return std::nullopt;
    return query.getColumn(0).getString();
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
