#include "state/postgres/postgres_schema.h"

#include <fmt/format.h>

#include <array>

#include "state/postgres/postgres_session.h"
#include "state/store_id.h"

namespace gapless {
namespace {

// Instants are microseconds since 1970, UTC; leases and heartbeats milliseconds. Text is compared byte by byte, whatever the
// database's language.
constexpr const char* kFirstTables = R"sql(
CREATE TABLE store (
  only_row integer PRIMARY KEY CHECK (only_row = 1),
  application text NOT NULL,
  version integer NOT NULL,
  id text NOT NULL,
  last_fence bigint NOT NULL
);

CREATE TABLE runs (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  job text NOT NULL,
  "trigger" text NOT NULL,
  host text NOT NULL,
  pid bigint NOT NULL,
  status text NOT NULL,
  "window" text NOT NULL,
  teams bigint NOT NULL,
  cells_planned bigint NOT NULL,
  cells_recomputed bigint NOT NULL,
  cells_by_state text NOT NULL,
  started_at_micros bigint NOT NULL,
  finished_at_micros bigint,
  error text NOT NULL,
  reason text NOT NULL,
  cancel_requested boolean NOT NULL DEFAULT false,
  heard_at_millis bigint NOT NULL
);
CREATE INDEX runs_by_start ON runs (started_at_micros, seq);

-- teams: ",3,7,12,", so that a team is found by ",7,".
CREATE TABLE steps (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text COLLATE "C" NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  shard bigint NOT NULL,
  day text COLLATE "C" NOT NULL,
  bucket bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  status text NOT NULL,
  started_at_micros bigint NOT NULL,
  seconds double precision NOT NULL,
  rows bigint NOT NULL,
  retries bigint NOT NULL,
  error text NOT NULL,
  teams text NOT NULL,
  UNIQUE (run_id, shard, day, bucket, name)
);
CREATE INDEX steps_by_day ON steps (day);

CREATE TABLE leases (
  resource text COLLATE "C" PRIMARY KEY,
  holder text NOT NULL,
  fence bigint NOT NULL UNIQUE,
  expires_at_millis bigint NOT NULL
);

-- Names runs without referring to them: what is unfinished outlives the history of who began it.
CREATE TABLE journal (
  run_id text COLLATE "C" NOT NULL,
  rollup text COLLATE "C" NOT NULL,
  shard bigint NOT NULL,
  day text COLLATE "C" NOT NULL,
  bucket bigint NOT NULL,
  fence bigint NOT NULL,
  phase text NOT NULL,
  warehouse text NOT NULL,
  payload text NOT NULL,
  PRIMARY KEY (run_id, rollup, shard, day, bucket)
);

-- What is known of the data: any of it may be deleted at any time.
CREATE TABLE cached_partitions (
  table_name text COLLATE "C" NOT NULL,
  partition text COLLATE "C" NOT NULL,
  version text NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (table_name, partition)
);

CREATE TABLE confirmations (
  rollup text COLLATE "C" NOT NULL,
  team_id bigint NOT NULL,
  day text COLLATE "C" NOT NULL,
  fence bigint NOT NULL,
  sequence bigint NOT NULL,
  window_events bigint NOT NULL,
  window_hash bigint NOT NULL,
  PRIMARY KEY (rollup, team_id, day)
);

-- The newest of each job, and a word of who took it by which a taker knows it again.
CREATE TABLE ticks (
  job text COLLATE "C" PRIMARY KEY,
  at_micros bigint NOT NULL,
  is_done boolean NOT NULL,
  taker text NOT NULL
);

CREATE TABLE accepted_definition (
  only_row integer PRIMARY KEY CHECK (only_row = 1),
  hash text NOT NULL
);

CREATE TABLE pause (
  only_row integer PRIMARY KEY CHECK (only_row = 1),
  reason text NOT NULL,
  until_micros bigint
);
)sql";

/// The n-th leads from version n to version n + 1. Never changed once released; a new version is a new text.
constexpr std::array kMigrations{kFirstTables};

enum class Found { kNoSchema, kEmpty, kOlder, kCurrent };

constexpr const char* kOpening = "opening";

/// What the schema is, within the caller's transaction.
Result<std::pair<Found, int>> examine(PostgresTransaction& transaction, const PostgresSession& session,
                                      const PostgresStoreName& name) {
  const pqxx::row seen = transaction.exec(R"sql(
    SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = $1),
      (SELECT count(*) FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
       WHERE nspname = $1 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')),
      (SELECT count(*) FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid JOIN pg_namespace AS n ON n.oid = relnamespace
       WHERE nspname = $1 AND relname = 'store' AND attname IN ('application', 'version', 'last_fence')))sql",
                                          session.schema().text())[0];
  if (read_count(seen, 0) == 0) return std::pair(Found::kNoSchema, 0);
  if (read_count(seen, 1) == 0) return std::pair(Found::kEmpty, 0);
  const bool may_be_ours = read_count(seen, 2) == 3;
  const pqxx::result rows = may_be_ours ? transaction.exec("SELECT application, version FROM store") : pqxx::result();
  if (rows.size() != 1 || read_raw(rows[0], 0) != kPostgresApplication)
    return fail(Fault::kCorrupt,
                session.message(kOpening,
                                "the schema has tables that are not a state store's; nothing was changed. Name "
                                "another schema with state.schema"));
  const int version = rows[0][1].as<int>();
  GAPLESS_TRY(check_postgres_version(version, name, kOpening));
  return std::pair(version < postgres_schema_version() ? Found::kOlder : Found::kCurrent, version);
}

Status migrate(PostgresTransaction& transaction, const PostgresSession& session, const PostgresStoreName& name) {
  transaction.exec(fmt::format("SELECT pg_advisory_xact_lock({})", schema_lock(session.schema())));
  GAPLESS_ASSIGN(const auto found, examine(transaction, session, name));  // again: another process may have come first
  const auto [what, version] = found;
  if (what == Found::kCurrent) return {};
  if (what == Found::kNoSchema) transaction.exec_script(fmt::format("CREATE SCHEMA \"{}\"", session.schema().text()));
  for (auto next = static_cast<std::size_t>(version); next < kMigrations.size(); ++next)
    transaction.exec_script(kMigrations[next]);
  transaction.exec(
      "INSERT INTO store (only_row, application, version, id, last_fence) VALUES (1, $1, $2, $3, 0)"
      " ON CONFLICT (only_row) DO UPDATE SET version = excluded.version",
      kPostgresApplication, static_cast<std::int64_t>(postgres_schema_version()), make_store_id());
  return {};
}

}  // namespace

int postgres_schema_version() { return static_cast<int>(kMigrations.size()); }

std::string schema_lock(const Identifier& schema) {
  constexpr int kGapl = 0x6761706c;
  return fmt::format("{}, hashtext('{}')", kGapl, schema.text());
}

Status check_postgres_version(int version, const PostgresStoreName& name, std::string_view doing) {
  if (version <= postgres_schema_version()) return {};
  const auto what = fmt::format(
      "a newer gapless has written it, in schema version {}; this one knows versions up to {}. Upgrade this program, "
      "or "
      "give it a store of its own with state.schema",
      version, postgres_schema_version());
  return fail(Fault::kConflict, store_message(name, doing, what));
}

Status prepare_postgres_schema(PostgresSession& session) {
  using Seen = Result<std::pair<Found, int>>;
  GAPLESS_ASSIGN(const auto found,
                 session.run(PostgresSession::Kind::kBare, kOpening, [&](PostgresTransaction& transaction) -> Seen {
                   return examine(transaction, session, session.name());
                 }));
  if (found.first == Found::kCurrent) return {};
  return session.run(
      PostgresSession::Kind::kBare, "making its tables",
      [&](PostgresTransaction& transaction) -> Status { return migrate(transaction, session, session.name()); });
}

Result<bool> has_postgres_store(PostgresSession& session) {
  return session.run(PostgresSession::Kind::kBare, "looking for it",
                     [&](PostgresTransaction& transaction) -> Result<bool> {
                       GAPLESS_ASSIGN(const auto found, examine(transaction, session, session.name()));
                       return found.first == Found::kOlder || found.first == Found::kCurrent;
                     });
}

}  // namespace gapless
