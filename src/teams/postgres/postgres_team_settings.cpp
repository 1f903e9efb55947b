#include "teams/postgres/postgres_team_settings.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>

#include "core/secret_file.h"
#include "postgres/connection_text.h"
#include "postgres/server_words.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;

/// Cuts a connection on a stop request, or when its time is over: the server's own limit is of no use where the server
/// does not answer at all; `timed_out` then says so. To be destroyed before the connection.
class Scissors {
 public:
  Scissors(int socket, milliseconds limit, const std::stop_token& stop, std::atomic<bool>& timed_out)
      : on_stop_(stop, [socket] { cut(socket); }),
        on_limit_([this, socket, limit, &timed_out](const std::stop_token& done) {
          std::unique_lock lock(mutex_);
          changed_.wait_for(lock, done, limit, [] { return false; });
          if (done.stop_requested()) return;
          timed_out = true;
          cut(socket);
        }) {}

 private:
  static void cut(int socket) { ::shutdown(socket, SHUT_RDWR); }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::jthread on_limit_;
};

std::string flags_text(const SettingsTable& table) {
  return fmt::format(
      "SELECT left({0}::text, 100), left({1}::text, 100) FROM {2} AS t "
      "WHERE {1} IS NOT NULL AND {1}::text NOT IN ('false', '0') LIMIT {3}",
      table.quoted_id_column(), table.quoted_column(), table.quoted_table(), kMostFlaggedTeams + 1);
}

/// What to do about a statement that the server refuses.
std::string_view advice(const pqxx::sql_error& refusal) {
  if (dynamic_cast<const pqxx::undefined_table*>(&refusal) != nullptr) return "; check teams.settings_table";
  if (dynamic_cast<const pqxx::undefined_column*>(&refusal) != nullptr)
    return "; check teams.settings_column and teams.settings_id_column";
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&refusal) != nullptr)
    return "; let this user SELECT the two columns";
  return "";
}

}  // namespace

Result<Teams> PostgresTeamSettings::enabled_teams() {
  std::optional<std::string> password;
  if (!options_.password_file.empty()) {
    GAPLESS_ASSIGN(password, read_secret_file(options_.password_file, "teams.settings_password_file"));
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(options_.timeout);
  GAPLESS_ASSIGN(const std::string text, connection_text({options_.connection, password, "teams.settings_database"},
                                                         {{"connect_timeout", std::to_string(seconds.count())}}));
  std::atomic<bool> timed_out = false;
  try {
    return read(text, timed_out);
  } catch (const std::exception&) {
    if (options_.stop.stop_requested()) return fail(Fault::kCancelled, "PostgreSQL: stopped on request");
    return fail(timed_out ? too_slow() : error_of_current_exception());
  }
}

Result<Teams> PostgresTeamSettings::read(const std::string& connection_text, std::atomic<bool>& timed_out) const {
  pqxx::connection connection(connection_text);
  const pqxx::quiet_errorhandler quiet(connection);
  const Scissors scissors(connection.sock(), options_.timeout + std::chrono::seconds(2), options_.stop, timed_out);
  pqxx::read_transaction transaction(connection);
  transaction.exec_params("SELECT set_config('statement_timeout', $1, true)", std::to_string(options_.timeout.count()));
  const pqxx::result rows = transaction.exec(flags_text(options_.table));
  FlaggedTeams flagged(options_.table);
  for (const pqxx::row& row : rows) {
    const auto id = row[0].is_null() ? std::nullopt : std::optional<std::string_view>(row[0].c_str());
    GAPLESS_TRY(flagged.add(id, row[1].c_str()));
  }
  return std::move(flagged).teams();
}

Error PostgresTeamSettings::too_slow() const {
  return {Fault::kTimeout, 0,
          fmt::format("PostgreSQL: reading {} takes longer than {} s; try again later", options_.table.name(),
                      options_.timeout.count() / 1000)};
}

Error PostgresTeamSettings::error_of_current_exception() const {
  const auto error = [](Fault fault, std::string_view what, std::string_view what_now) {
    return Error{fault, 0, fmt::format("PostgreSQL: {}{}", in_one_line(what), what_now)};
  };
  try {
    throw;
  } catch (const pqxx::broken_connection& exception) {
    return error(Fault::kUnavailable, exception.what(), "; check teams.settings_database, the password and the server");
  } catch (const pqxx::sql_error& exception) {
    if (exception.sqlstate() == "57014") return too_slow();  // cancelled by its statement_timeout
    return error(Fault::kBadQuery, exception.what(), advice(exception));
  } catch (const std::exception& exception) {
    return error(Fault::kUnavailable, exception.what(), "");
  }
}

}  // namespace gapless
