#include "state/postgres/postgres_store.h"

#include <fmt/format.h>

#include "postgres/connection_text.h"
#include "state/postgres/postgres_schema.h"
#include "state/postgres/postgres_session.h"
#include "state/store_id.h"

namespace gapless {
namespace {

using Kind = PostgresSession::Kind;

constexpr std::string_view kUrlSetting = "state.url";

/// libpq's text. A network path that was cut shows as a broken connection within a third of a minute.
Result<std::string> text_of(const PostgresOptions& options, std::chrono::milliseconds longest_call) {
  const auto seconds = std::max<long>(2, std::chrono::ceil<std::chrono::seconds>(longest_call).count());
  return connection_text({options.connection, options.password, kUrlSetting},
                         {{"connect_timeout", std::to_string(seconds)},
                          {"fallback_application_name", "gapless"},
                          {"keepalives_idle", "10"},
                          {"keepalives_interval", "3"},
                          {"keepalives_count", "3"},
                          {"tcp_user_timeout", std::to_string(longest_call.count())}});
}

PostgresStoreName name_of(const PostgresOptions& options) {
  return {shown_place({options.connection, options.password, kUrlSetting}), options.schema.text()};
}

Result<std::unique_ptr<PostgresSession>> session_of(const PostgresOptions& options, std::chrono::milliseconds patience,
                                                    std::chrono::milliseconds longest_call) {
  GAPLESS_ASSIGN(std::string text, text_of(options, longest_call));
  return std::make_unique<PostgresSession>(PostgresSession::Options{std::move(text), name_of(options), options.schema,
                                                                    patience, longest_call, options.stop});
}

}  // namespace

PostgresStateStore::PostgresStateStore(PostgresOptions options) : options_(std::move(options)) {}

PostgresStateStore::~PostgresStateStore() = default;

Result<std::unique_ptr<PostgresStateStore>> PostgresStateStore::open(PostgresOptions options) {
  std::unique_ptr<PostgresStateStore> store(new PostgresStateStore(std::move(options)));
  const PostgresOptions& own = store->options_;
  GAPLESS_ASSIGN(const auto opening, session_of(own, std::chrono::milliseconds(0), own.longest_call));
  GAPLESS_TRY(prepare_postgres_schema(*opening));
  GAPLESS_ASSIGN(store->calls_, session_of(own, own.patience, own.longest_call));
  GAPLESS_ASSIGN(store->pulse_, session_of(own, std::chrono::milliseconds(0), own.longest_call / 3));
  return store;
}

Result<bool> PostgresStateStore::exists(const PostgresOptions& options) {
  GAPLESS_ASSIGN(const auto session, session_of(options, std::chrono::milliseconds(0), options.longest_call));
  return has_postgres_store(*session);
}

std::string PostgresStateStore::shown(const PostgresOptions& options) {
  const PostgresStoreName name = name_of(options);
  return fmt::format("{}, schema {}", name.place, name.schema);
}

Result<std::chrono::microseconds> PostgresStateStore::round_trip() {
  using Took = Result<std::chrono::microseconds>;
  return pulse_->run(Kind::kRead, "measuring a round trip", [](PostgresTransaction& transaction) -> Took {
    const auto begun = std::chrono::steady_clock::now();
    transaction.exec("SELECT 1");
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  });
}

Result<std::string> PostgresStateStore::store_id() {
  return calls_->run(Kind::kRead, "reading the store's id",
                     [](PostgresTransaction& transaction) -> Result<std::string> {
                       return read_text(transaction.exec("SELECT id FROM store")[0], 0);
                     });
}

Result<bool> PostgresStateStore::take_tick(std::string_view job, Instant at, Instant believable) {
  const std::string taker = make_store_id();  // any word that nobody else has
  return calls_->run(Kind::kWrite, "taking a tick", [&](PostgresTransaction& transaction) -> Result<bool> {
    const auto taken = transaction.exec(
        "INSERT INTO ticks (job, at_micros, is_done, taker) VALUES ($1, $2, false, $4) ON CONFLICT (job) DO UPDATE"
        " SET at_micros = excluded.at_micros, is_done = false, taker = excluded.taker"
        " WHERE excluded.at_micros > ticks.at_micros OR ticks.at_micros > $3",
        job, at, believable, std::string_view(taker));
    if (taken.affected_rows() == 1 || !transaction.is_repeated()) return taken.affected_rows() == 1;
    return !transaction.exec("SELECT 1 FROM ticks WHERE job = $1 AND taker = $2", job, std::string_view(taker)).empty();
  });
}

Status PostgresStateStore::finish_tick(std::string_view job, Instant at) {
  return calls_->run(Kind::kWrite, "finishing a tick", [&](PostgresTransaction& transaction) -> Status {
    transaction.exec("UPDATE ticks SET is_done = true WHERE job = $1 AND at_micros = $2", job, at);
    return {};
  });
}

Result<std::vector<Tick>> PostgresStateStore::ticks() {
  return calls_->run(
      Kind::kRead, "reading the ticks", [](PostgresTransaction& transaction) -> Result<std::vector<Tick>> {
        std::vector<Tick> ticks;
        for (const pqxx::row row : transaction.exec("SELECT job, at_micros, is_done FROM ticks ORDER BY job"))
          ticks.push_back({read_text(row, 0), read_instant(row, 1), row[2].as<bool>()});
        return ticks;
      });
}

Status PostgresStateStore::accept_definition(std::string_view hash) {
  return calls_->run(Kind::kWrite, "accepting a definition", [&](PostgresTransaction& transaction) -> Status {
    transaction.exec(
        "INSERT INTO accepted_definition (only_row, hash) VALUES (1, $1) ON CONFLICT (only_row) DO UPDATE"
        " SET hash = excluded.hash",
        hash);
    return {};
  });
}

Result<std::optional<std::string>> PostgresStateStore::accepted_definition() {
  using Hash = std::optional<std::string>;
  return calls_->run(Kind::kRead, "reading the accepted definition",
                     [](PostgresTransaction& transaction) -> Result<Hash> {
                       const auto rows = transaction.exec("SELECT hash FROM accepted_definition");
                       if (rows.empty()) return std::nullopt;
                       return read_text(rows[0], 0);
                     });
}

Status PostgresStateStore::set_pause(const Pause& pause) {
  return calls_->run(Kind::kWrite, "pausing", [&](PostgresTransaction& transaction) -> Status {
    transaction.exec(
        "INSERT INTO pause (only_row, reason, until_micros) VALUES (1, $1, NULLIF($2, '')::bigint)"
        " ON CONFLICT (only_row) DO UPDATE SET reason = excluded.reason, until_micros = excluded.until_micros",
        pause.reason, pause.until);
    return {};
  });
}

Status PostgresStateStore::clear_pause() {
  return calls_->run(Kind::kWrite, "resuming", [](PostgresTransaction& transaction) -> Status {
    transaction.exec("DELETE FROM pause");
    return {};
  });
}

Result<std::optional<StateStore::Pause>> PostgresStateStore::pause(Instant now) {
  using Found = std::optional<Pause>;
  return calls_->run(Kind::kRead, "reading the pause", [&](PostgresTransaction& transaction) -> Result<Found> {
    const auto rows =
        transaction.exec("SELECT reason, until_micros FROM pause WHERE until_micros IS NULL OR until_micros > $1", now);
    if (rows.empty()) return std::nullopt;
    Pause pause{read_text(rows[0], 0), std::nullopt};
    if (!rows[0][1].is_null()) pause.until = read_instant(rows[0], 1);
    return pause;
  });
}

}  // namespace gapless
