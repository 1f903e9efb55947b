#include "teams/sqlite/sqlite_team_settings.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

namespace gapless {
namespace {

constexpr int kStepsBetweenLooks = 1000;  // of SQLite's machine

/// When a statement is to be given up.
struct Bounds {
  std::chrono::steady_clock::time_point deadline;
  std::stop_token stop;
  bool passed() const { return stop.stop_requested() || std::chrono::steady_clock::now() >= deadline; }
};

int give_up(void* bounds) { return static_cast<const Bounds*>(bounds)->passed() ? 1 : 0; }

std::string flags_text(const SettingsTable& table) {
  return fmt::format(
      "SELECT CAST({0} AS TEXT), CAST({1} AS TEXT) FROM {2} AS t "
      "WHERE {1} IS NOT NULL AND CAST({1} AS TEXT) NOT IN ('0', 'false') LIMIT {3}",
      table.quoted_id_column(), table.quoted_column(), table.quoted_table(), kMostFlaggedTeams + 1);
}

}  // namespace

Result<Teams> SqliteTeamSettings::enabled_teams() {
  try {
    return read();
  } catch (const std::exception&) {
    return fail(error_of_current_exception());
  }
}

Result<Teams> SqliteTeamSettings::read() const {
  // Absolute, so that SQLite takes no name for one of its special ones (":memory:").
  const std::filesystem::path file = std::filesystem::absolute(options_.file);
  if (!std::filesystem::exists(file))
    return fail(Fault::kUnavailable,
                fmt::format("there is no file {}; correct teams.settings_database", file.string()));
  const SQLite::Database database(file.string(), SQLite::OPEN_READONLY, static_cast<int>(options_.timeout.count()));
  Bounds bounds{std::chrono::steady_clock::now() + options_.timeout, options_.stop};
  sqlite3_progress_handler(database.getHandle(), kStepsBetweenLooks, give_up, &bounds);

  FlaggedTeams flagged(options_.table);
  SQLite::Statement query(database, flags_text(options_.table));
  while (query.executeStep()) {
    const std::string flag = query.getColumn(1).getString();
    const std::string id = query.getColumn(0).getString();
    GAPLESS_TRY(flagged.add(query.isColumnNull(0) ? std::nullopt : std::optional<std::string_view>(id), flag));
  }
  return std::move(flagged).teams();
}

Error SqliteTeamSettings::error_of_current_exception() const {
  const auto error = [&](Fault fault, std::string_view what) {
    return Error{fault, 0, fmt::format("SQLite file {}: {}", options_.file.string(), what)};
  };
  try {
    throw;
  } catch (const SQLite::Exception& exception) {
    const std::string_view what = exception.what();
    switch (exception.getErrorCode() & 0xff) {  // the primary code: the low byte of an extended one
      case SQLITE_ERROR:
        return error(
            Fault::kBadQuery,
            fmt::format("{}; check teams.settings_table, teams.settings_column and teams.settings_id_column", what));
      case SQLITE_INTERRUPT:
        if (options_.stop.stop_requested()) return error(Fault::kCancelled, "stopped on request");
        return error(Fault::kTimeout,
                     fmt::format("reading it takes longer than {} s", options_.timeout.count() / 1000));
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return error(Fault::kUnavailable, fmt::format("another program holds it ({}); try again later", what));
      case SQLITE_NOTADB:
      case SQLITE_CORRUPT: return error(Fault::kCorrupt, fmt::format("{}; correct teams.settings_database", what));
      default: return error(Fault::kUnavailable, fmt::format("{}; check that this user may read it", what));
    }
  } catch (const std::exception& exception) {
    return error(Fault::kUnavailable, exception.what());
  }
}

}  // namespace gapless
