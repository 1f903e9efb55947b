#include "state/postgres/postgres_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>

#include "state/postgres/postgres_schema.h"
#include "util/waiting.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The lock is shared by all transactions, and taken alone by whoever changes the tables: nobody works in tables that
// change. It comes in the round trip of BEGIN, as the version does.
std::string beginning_of(const char* how, const Identifier& schema, const char* lock) {
  return fmt::format(
      "BEGIN ISOLATION LEVEL {}; SELECT pg_advisory_xact_lock_shared({}); SELECT application, version"
      " FROM store{}",
      how, schema_lock(schema), lock);
}

/// What a role or database may have set otherwise. A transaction of a process that stands still is ended by the server, so
/// that the others go on.
std::string session_settings(const Identifier& schema, milliseconds longest_call) {
  return fmt::format(
      "SET search_path = \"{}\", pg_temp; SET statement_timeout = {}; SET lock_timeout = {};"
      " SET idle_in_transaction_session_timeout = {}; SET client_min_messages = error; SET bytea_output = hex;"
      " SET extra_float_digits = 1; SET standard_conforming_strings = on;"
      " SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') <>"
      " 'remote_apply'",
      schema.text(), longest_call.count() * 2 / 3, longest_call.count() / 2, longest_call.count() / 2);
}

}  // namespace

PostgresSession::PostgresSession(Options options)
    : options_(std::move(options)),
      begin_read_(beginning_of("REPEATABLE READ READ ONLY", options_.schema, "")),
      begin_write_(beginning_of("READ COMMITTED READ WRITE", options_.schema, "")),
      begin_take_(beginning_of("READ COMMITTED READ WRITE", options_.schema, " FOR UPDATE")),
      watch_(options_.longest_call) {}

std::string PostgresSession::beginning(Kind kind) const {
  switch (kind) {
    case Kind::kRead: return begin_read_;
    case Kind::kWrite: return begin_write_;
    case Kind::kTake: return begin_take_;
    case Kind::kBare: break;
  }
  return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
}

void PostgresSession::connect() {
  link_ = std::make_unique<Link>(options_.connection);
  const auto call = watch_.begin(link_->connection.sock());
  pqxx::nontransaction(link_->connection).exec(session_settings(options_.schema, options_.longest_call));
}

Status PostgresSession::check_version(const pqxx::result& rows, std::string_view doing) const {
  const bool is_ours = rows.size() == 1 && read_raw(rows[0], 0) == kPostgresApplication;
  if (!is_ours)
    return fail(Fault::kCorrupt,
                message(doing, fmt::format("it is not a state store any more. {}", kReplaceSchemaAdvice)));
  return check_postgres_version(rows[0][1].as<int>(), options_.name, doing);
}

Status PostgresSession::worked(const Work& work, PostgresTransaction& transaction, std::string_view doing) const {
  Status done = work(transaction);
  if (done || done.error().fault != Fault::kCorrupt) return done;
  return fail(Fault::kCorrupt, message(doing, fmt::format("{}. {}", done.error().message, kReplaceSchemaAdvice)));
}

PostgresSession::Ending PostgresSession::attempt(Kind kind, std::string_view doing, const Work& work,
                                                 bool is_repeated) {
  const std::scoped_lock lock(mutex_);
  const auto begun = steady_clock::now();
  const bool had_link = link_ != nullptr;
  bool committing = false;
  try {
    if (!link_) connect();
    const auto call = watch_.begin(link_->connection.sock());
    pqxx::nontransaction statements(link_->connection);
    const pqxx::result looked = statements.exec(beginning(kind));
    PostgresTransaction transaction(statements, is_repeated);
    Status done = kind == Kind::kBare ? work(transaction) : check_version(looked, doing);
    if (done && kind != Kind::kBare) done = worked(work, transaction, doing);
    committing = done.has_value();
    statements.exec(committing ? "COMMIT" : "ROLLBACK");
    return {std::move(done), {}};
  } catch (const std::exception&) {
    PostgresTrouble trouble = trouble_of_current_exception(options_.name, doing);
    link_.reset();  // whatever state it is in
    const bool at_once = steady_clock::now() - begun < std::chrono::seconds(1);
    return {std::nullopt, std::move(trouble), committing, had_link && at_once};
  }
}

Status PostgresSession::attempts(Kind kind, std::string_view doing, const Work& work) {
  const auto begun = steady_clock::now();
  std::minstd_rand random(std::random_device{}());
  bool in_doubt = false;
  for (int tries = 1;; ++tries) {
    Ending ending = attempt(kind, doing, work, in_doubt);
    if (ending.answer) {
      if (options_.patience.count() > 0 && away_.exchange(false)) spdlog::info("{}", message(doing, "it is back"));
      return std::move(*ending.answer);
    }
    in_doubt = in_doubt || (ending.in_doubt && kind != Kind::kRead);
    if (tries == 1 && ending.was_stale && ending.trouble.may_pass) continue;  // a new connection may do
    const auto waited = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
    const bool waits = ending.trouble.may_pass && waited < options_.patience && !options_.stop.stop_requested();
    if (waits && !away_.exchange(true))
      spdlog::warn("{}; waiting for it, for {} s at most", ending.trouble.error.message,
                   options_.patience.count() / 1000);
    const milliseconds longest(std::min(1000, 50 << std::min(tries, 6)));
    const milliseconds pause(std::uniform_int_distribution<long>(longest.count() / 2, longest.count())(random));
    if (waits && wait_unless_stopped(pause, options_.stop)) continue;
    Error error = std::move(ending.trouble.error);
    if (in_doubt) error.message += "; whether it was done is not known";
    return fail(std::move(error));
  }
}

}  // namespace gapless
