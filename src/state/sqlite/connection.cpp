#include "state/sqlite/connection.h"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <thread>

namespace gapless {

Connection::Connection(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout)
    : path_(path),
      database_(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, static_cast<int>(busy_timeout.count())) {}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path,
                                                     std::chrono::milliseconds busy_timeout) {
  return guarded(path, "opening", [&]() -> Result<std::unique_ptr<Connection>> {
    std::unique_ptr<Connection> connection(new Connection(path, busy_timeout));
    SQLite::Database& database = connection->database_;
    GAPLESS_TRY(connection->check_writable());
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("PRAGMA synchronous = FULL");    // a lease or a journal entry that was reported is on the disk
    database.exec("PRAGMA cell_size_check = ON");  // damage is an error where it is read, not a wrong answer later
    GAPLESS_TRY(prepare_schema(database, path));   // first, so that nobody else's database is changed in any way
    GAPLESS_TRY(connection->use_write_ahead_log(busy_timeout));
    return connection;
  });
}

// SQLite opens a file that it may not write for reading, without a word.
Status Connection::check_writable() {
  if (sqlite3_db_readonly(database_.getHandle(), "main") == 0) return {};
  return fail(sqlite_error(SQLITE_READONLY, "opened for reading only", path_, "opening"));
}

// SQLite does not apply its busy time-out to the change of the mode, which two processes may make at once.
Status Connection::use_write_ahead_log(std::chrono::milliseconds busy_timeout) {
  const auto deadline = std::chrono::steady_clock::now() + busy_timeout;
  for (;;) {
    try {
      const std::string mode = database_.execAndGet("PRAGMA journal_mode = WAL").getString();
      if (mode == "wal") return {};
      const auto what = fmt::format(
          "this file system has no shared memory for the write-ahead log (journal mode stays '{}'); put --data on a "
          "local disk",
          mode);
      return fail(Fault::kUnavailable, store_message(path_, "opening", what));
    } catch (const SQLite::Exception& exception) {
      if (exception.getErrorCode() != SQLITE_BUSY || std::chrono::steady_clock::now() >= deadline) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// A deleted or renamed file still takes writes, while the next process makes a new one: two would hold one lease.
Status Connection::check_not_moved(std::string_view doing) {
  int moved = 0;
  sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  if (moved == 0) return {};
  return fail(Fault::kCorrupt, store_message(path_, doing,
                                             "the file was moved or deleted while in use, nothing was changed. Stop "
                                             "every gapless process that uses it, and start again"));
}

Error Connection::damaged(std::string_view doing, std::string_view what) const {
  return Error{Fault::kCorrupt, 0, store_message(path_, doing, fmt::format("{}. {}", what, kReplaceStoreAdvice))};
}

}  // namespace gapless
