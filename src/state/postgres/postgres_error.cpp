#include "state/postgres/postgres_error.h"

#include <fmt/format.h>

#include <array>
#include <new>
#include <pqxx/pqxx>
#include <typeinfo>

#include "postgres/server_words.h"

namespace gapless {
namespace {

struct Meaning {
  std::string_view sign;  ///< an SQLSTATE, or words of a refused connection
  Fault fault;
  bool may_pass;
  std::string_view what;
};

constexpr std::string_view kRights =
    "this user may not do that; an administrator types, with the names of user, database and schema: GRANT CREATE ON "
    "DATABASE database TO user, or CREATE SCHEMA schema AUTHORIZATION user";

constexpr std::array kStates = {
    Meaning{"57P01", Fault::kUnavailable, true, "the server is shutting down"},
    Meaning{"57P02", Fault::kUnavailable, true, "the server crashed, and starts again"},
    Meaning{"57P03", Fault::kUnavailable, true, "the server is starting"},
    Meaning{"57014", Fault::kUnavailable, true, "the server took too long, or somebody cancelled the statement"},
    Meaning{"55P03", Fault::kUnavailable, true, "another process holds it for longer than the lock time-out"},
    Meaning{"40001", Fault::kUnavailable, true, "another transaction came in between"},
    Meaning{"40P01", Fault::kUnavailable, true, "another transaction came in between"},
    Meaning{"25P03", Fault::kUnavailable, true, "this process stood still in a transaction, which the server ended"},
    Meaning{"53300", Fault::kUnavailable, true,
            "the server has no connection left (max_connections); each gapless process needs two"},
    Meaning{"53100", Fault::kUnavailable, true, "the server's disk is full, nothing was changed; make room"},
    Meaning{"53200", Fault::kOverload, true, "the server has no memory left"},
    Meaning{"25006", Fault::kUnavailable, true,
            "the server lets nobody write, as a standby does; let state.url lead to the primary (with several hosts: "
            "target_session_attrs=read-write)"},
    Meaning{"42501", Fault::kUnavailable, false, kRights},
    Meaning{"28P01", Fault::kUnavailable, false, "the server refuses user or password"},
    Meaning{"28000", Fault::kUnavailable, false, "the server refuses the user"},
    Meaning{"3D000", Fault::kUnavailable, false, "there is no such database; make it with CREATE DATABASE"},
};

// Of libpq and of a server's refusal, in English; in other languages the general advice has to do.
constexpr std::array kRefusals = {
    Meaning{"password authentication failed", Fault::kUnavailable, false,
            "the server refuses user or password; check state.url and state.password_file"},
    Meaning{"no password supplied", Fault::kUnavailable, false,
            "the server wants a password; put it into a file and name that in state.password_file"},
    Meaning{"authentication failed", Fault::kUnavailable, false,
            "the server refuses the user; check state.url and the server's pg_hba.conf"},
    Meaning{"pg_hba.conf", Fault::kUnavailable, false,
            "the server lets this user not in from here; add a line to its pg_hba.conf"},
    Meaning{"database \"", Fault::kUnavailable, false,
            "check the name of the database in state.url, or make it with CREATE DATABASE"},
    Meaning{"role \"", Fault::kUnavailable, false,
            "check the name of the user in state.url, or make it with CREATE ROLE"},
    Meaning{"certificate", Fault::kUnavailable, false, "check the certificates that state.url names"},
    Meaning{"too many clients", Fault::kUnavailable, true,
            "the server has no connection left (max_connections); each gapless process needs two"},
    Meaning{"connection slots", Fault::kUnavailable, true,
            "the server has no connection left (max_connections); each gapless process needs two"},
};

/// libpqxx gives some of its exceptions a type and no state.
std::string sqlstate_of(const pqxx::sql_error& error) {
  if (!error.sqlstate().empty() || typeid(error) == typeid(pqxx::sql_error)) return error.sqlstate();
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) return "42501";
  if (dynamic_cast<const pqxx::undefined_table*>(&error) != nullptr) return "42P01";
  if (dynamic_cast<const pqxx::undefined_column*>(&error) != nullptr) return "42703";
  if (dynamic_cast<const pqxx::too_many_connections*>(&error) != nullptr) return "53300";
  if (dynamic_cast<const pqxx::disk_full*>(&error) != nullptr) return "53100";
  if (dynamic_cast<const pqxx::out_of_memory*>(&error) != nullptr) return "53200";
  return "HV000";  // that of an unspecified error
}

PostgresTrouble trouble(const Meaning& meaning, std::string_view words, const PostgresStoreName& store,
                        std::string_view doing) {
  const std::string line = in_one_line(words);
  const std::string what = line.empty() ? std::string(meaning.what) : fmt::format("{} ({})", meaning.what, line);
  return {Error{meaning.fault, 0, store_message(store, doing, what)}, meaning.may_pass};
}

}  // namespace

const char* const kReplaceSchemaAdvice =
    "Stop every gapless process that uses it, restore the schema from a backup, or name a new one with state.schema. A "
    "new one has no run history and no leases; what is known about the data is in the warehouse's ledger and is kept. "
    "Then let the new store take over with: gapless adopt --take-over";

std::string store_message(const PostgresStoreName& store, std::string_view doing, std::string_view what) {
  return fmt::format("state store in PostgreSQL at {}, schema {}: {}: {}", store.place, store.schema, doing, what);
}

PostgresTrouble trouble_of(std::string_view sqlstate, std::string_view words, const PostgresStoreName& store,
                           std::string_view doing) {
  for (const Meaning& meaning : kStates)
    if (meaning.sign == sqlstate) return trouble(meaning, words, store, doing);
  if (sqlstate == "42P01" || sqlstate == "42703" || sqlstate == "3F000")  // no such table, column, schema
    return trouble({sqlstate, Fault::kCorrupt, false,
                    fmt::format("tables of the store are gone or are others. {}", kReplaceSchemaAdvice)},
                   words, store, doing);
  if (sqlstate.starts_with("XX"))
    return trouble({sqlstate, Fault::kCorrupt, false, "the server reports damage; see its log"}, words, store, doing);
  if (sqlstate.starts_with("08") || sqlstate.empty()) return trouble_of_connection(words, store, doing);
  if (sqlstate.starts_with("53") || sqlstate.starts_with("57") || sqlstate.starts_with("58"))
    return trouble({sqlstate, Fault::kUnavailable, true, "the server is in trouble"}, words, store, doing);
  return trouble(
      {sqlstate, Fault::kInternal, false, fmt::format("PostgreSQL refuses the statement with state {}", sqlstate)},
      words, store, doing);
}

PostgresTrouble trouble_of_connection(std::string_view words, const PostgresStoreName& store, std::string_view doing) {
  for (const Meaning& meaning : kRefusals)
    if (words.find(meaning.sign) != std::string_view::npos) return trouble(meaning, words, store, doing);
  return trouble({"", Fault::kUnavailable, true, "it cannot be reached; check state.url, the network and the server"},
                 words, store, doing);
}

PostgresTrouble trouble_of_current_exception(const PostgresStoreName& store, std::string_view doing) {
  try {
    throw;
  } catch (const pqxx::sql_error& exception) {
    return trouble_of(sqlstate_of(exception), exception.what(), store, doing);
  } catch (const pqxx::broken_connection& exception) {
    return trouble_of_connection(exception.what(), store, doing);
  } catch (const std::bad_alloc&) {
    return {Error{Fault::kOverload, 0, store_message(store, doing, "this machine has no memory left")}, false};
  } catch (const std::exception& exception) {
    return {Error{Fault::kInternal, 0, store_message(store, doing, in_one_line(exception.what()))}, false};
  }
}

}  // namespace gapless
