#include "state/sqlite/schema.h"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <array>

#include "state/sqlite/sqlite_error.h"
#include "state/store_id.h"

namespace gapless {
namespace {

// Instants are microseconds since 1970, UTC. Leases count milliseconds, as SQLite's clock does.
constexpr const char* kFirstTables = R"sql(
CREATE TABLE store (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  id TEXT NOT NULL,
  last_fence INTEGER NOT NULL
) STRICT;

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  job TEXT NOT NULL,
  "trigger" TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  status TEXT NOT NULL,
  "window" TEXT NOT NULL,
  teams INTEGER NOT NULL,
  cells_planned INTEGER NOT NULL,
  cells_recomputed INTEGER NOT NULL,
  started_at_micros INTEGER NOT NULL,
  finished_at_micros INTEGER,
  error TEXT NOT NULL,
  cancel_requested INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_by_start ON runs (started_at_micros, seq);

CREATE TABLE steps (
  seq INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  shard INTEGER NOT NULL,
  day TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at_micros INTEGER NOT NULL,
  seconds REAL NOT NULL,
  rows INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  error TEXT NOT NULL,
  UNIQUE (run_id, shard, day, bucket, name)
) STRICT;

CREATE TABLE leases (
  resource TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  fence INTEGER NOT NULL UNIQUE,
  expires_at_millis INTEGER NOT NULL
) STRICT;

-- Names runs without referring to them: what is unfinished outlives the history of who began it.
CREATE TABLE journal (
  run_id TEXT NOT NULL,
  rollup TEXT NOT NULL,
  shard INTEGER NOT NULL,
  day TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  phase TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (run_id, rollup, shard, day, bucket)
) STRICT;

CREATE TABLE pause (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  reason TEXT NOT NULL,
  until_micros INTEGER
) STRICT;
)sql";

// What is known of the data: any of it may be deleted at any time.
constexpr const char* kShortcuts = R"sql(
CREATE TABLE cached_partitions (
  table_name TEXT NOT NULL,
  partition TEXT NOT NULL,
  version TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (table_name, partition)
) STRICT;

CREATE TABLE confirmations (
  rollup TEXT NOT NULL,
  team_id INTEGER NOT NULL,
  day TEXT NOT NULL,
  fence INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  window_events INTEGER NOT NULL,
  window_hash INTEGER NOT NULL,
  PRIMARY KEY (rollup, team_id, day)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kSchedule = R"sql(
ALTER TABLE runs ADD COLUMN cells_by_state TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- The newest of each job.
CREATE TABLE ticks (
  job TEXT PRIMARY KEY,
  at_micros INTEGER NOT NULL,
  is_done INTEGER NOT NULL
) STRICT;

CREATE TABLE accepted_definition (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  hash TEXT NOT NULL
) STRICT;
)sql";

// Of a step: ",3,7,12,", so that a team is found by ",7,".
constexpr const char* kTeamsOfSteps = R"sql(
ALTER TABLE steps ADD COLUMN teams TEXT NOT NULL DEFAULT '';
CREATE INDEX steps_by_day ON steps (day);
)sql";

constexpr const char* kWarehouseOfJournal = "ALTER TABLE journal ADD COLUMN warehouse TEXT NOT NULL DEFAULT ''";

void make_shortcuts(SQLite::Database& database) { database.exec(kShortcuts); }

void make_schedule(SQLite::Database& database) { database.exec(kSchedule); }

void add_teams_to_steps(SQLite::Database& database) { database.exec(kTeamsOfSteps); }

void add_warehouse_to_journal(SQLite::Database& database) { database.exec(kWarehouseOfJournal); }

void make_first_tables(SQLite::Database& database) {
  database.exec(kFirstTables);
  SQLite::Statement insert(database, "INSERT INTO store (only_row, id, last_fence) VALUES (1, ?, 0)");
  insert.bind(1, make_store_id());
  insert.exec();
}

/// The n-th leads from version n to version n + 1. Never changed once released; a new version is a new function.
constexpr std::array<void (*)(SQLite::Database&), 5> kMigrations{make_first_tables, make_shortcuts, make_schedule,
                                                                 add_teams_to_steps, add_warehouse_to_journal};

int version_of(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

enum class Found { kEmpty, kOlder, kCurrent };

/// What the file is, within the caller's transaction.
Result<Found> examine(SQLite::Database& database, const std::filesystem::path& path) {
  const std::int32_t application = database.execAndGet("PRAGMA application_id").getInt();
  const int version = version_of(database);
  const bool has_tables = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() > 0;
  if (application == 0 && version == 0 && !has_tables) return Found::kEmpty;
  if (application != kApplicationId) {
    const auto what = fmt::format("the file is a database of another program (application id {}, {} expected). {}",
                                  application, kApplicationId, kReplaceStoreAdvice);
    return fail(Fault::kCorrupt, store_message(path, "opening", what));
  }
  GAPLESS_TRY(check_version(database, path));
  return version < schema_version() ? Found::kOlder : Found::kCurrent;
}

Result<Found> examine_in_transaction(SQLite::Database& database, const std::filesystem::path& path) {
  const SQLite::Transaction transaction(database);
  return examine(database, path);
}

Status migrate(SQLite::Database& database, const std::filesystem::path& path) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  GAPLESS_ASSIGN(const Found found, examine(database, path));  // again: another process may have come first
  if (found == Found::kCurrent) return {};
  for (auto version = static_cast<std::size_t>(version_of(database)); version < kMigrations.size(); ++version) {
    kMigrations[version](database);
  }
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database.exec(fmt::format("PRAGMA user_version = {}", kMigrations.size()));
  transaction.commit();
  return {};
}

// Only the tables that exclusion and recovery rest on, which are small: every command opens the store. Damage in the
// history is found when that is read.
Status check_tables(SQLite::Database& database, const std::filesystem::path& path) {
  for (const char* check : {"PRAGMA quick_check(store)", "PRAGMA quick_check(leases)", "PRAGMA quick_check(journal)"}) {
    const std::string verdict = database.execAndGet(check).getString();
    if (verdict != "ok") {
      const auto what = fmt::format("the file is damaged ({}). {}", verdict, kReplaceStoreAdvice);
      return fail(Fault::kCorrupt, store_message(path, "checking it", what));
    }
  }
  return {};
}

}  // namespace

int schema_version() { return static_cast<int>(kMigrations.size()); }

Status check_version(SQLite::Database& database, const std::filesystem::path& path) {
  const int version = version_of(database);
  if (version <= schema_version()) return {};
  const auto what = fmt::format(
      "a newer gapless has written it, in schema version {}; this one knows versions up to {}. Upgrade this program, "
      "or "
      "give it a store of its own with --data",
      version, schema_version());
  return fail(Fault::kConflict, store_message(path, "reading its version", what));
}

Status prepare_schema(SQLite::Database& database, const std::filesystem::path& path) {
  GAPLESS_ASSIGN(const Found found, examine_in_transaction(database, path));
  if (found != Found::kCurrent) GAPLESS_TRY(migrate(database, path));
  return check_tables(database, path);
}

}  // namespace gapless
