#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>

#include "core/error.h"
#include "state/sqlite/schema.h"
#include "state/sqlite/sqlite_error.h"

namespace gapless {

/// The one connection of a store, and its mutex. One is enough: SQLite lets one writer in at a time anyway, every
/// transaction here is a few rows and one sync, and one connection is one set of file locks to reason about (POSIX
/// locks belong to the process). A thread that waits for another process's transaction makes the others wait, for the
/// busy time-out at most. No exception leaves `read` and `write`. Not for use in a child after fork().
class Connection {
 public:
  /// Opens or creates the store at an absolute path. Errors as StateStore's.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path,
                                                  std::chrono::milliseconds busy_timeout);

  /// Runs `body(database)`, which returns a Result, on one snapshot. `doing` names it in messages.
  template <class Body>
  auto read(std::string_view doing, Body body) -> std::invoke_result_t<Body, SQLite::Database&> {
    std::scoped_lock lock(mutex_);
    return guarded(path_, doing, [&]() -> std::invoke_result_t<Body, SQLite::Database&> {
      GAPLESS_TRY(check_not_moved(doing));
      const SQLite::Transaction transaction(database_);
      GAPLESS_TRY(check_version(database_, path_));
      auto result = body(database_);
      if (!result && result.error().fault == Fault::kCorrupt) return fail(damaged(doing, result.error().message));
      return result;
    });
  }

  /// The same with the store's one write lock from the beginning on: what the body reads stays so until it has written.
  /// Committed, and on the disk, where the body returns a value; otherwise nothing has changed.
  template <class Body>
  auto write(std::string_view doing, Body body) -> std::invoke_result_t<Body, SQLite::Database&> {
    std::scoped_lock lock(mutex_);
    return guarded(path_, doing, [&]() -> std::invoke_result_t<Body, SQLite::Database&> {
      GAPLESS_TRY(check_not_moved(doing));
      SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
      GAPLESS_TRY(check_version(database_, path_));
      auto result = body(database_);
      if (result) transaction.commit();
      return result;
    });
  }

 private:
  Connection(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout);

  /// The room's one place where exceptions end.
  template <class Body>
  static std::invoke_result_t<Body> guarded(const std::filesystem::path& path, std::string_view doing, Body body) {
    try {
      return body();
    } catch (const std::exception&) {
      return fail(error_of_current_exception(path, doing));
    }
  }

  Status use_write_ahead_log(std::chrono::milliseconds busy_timeout);
  Status check_writable();
  Status check_not_moved(std::string_view doing);
  /// For a row that cannot be right: where it is, and what to do.
  Error damaged(std::string_view doing, std::string_view what) const;

  std::mutex mutex_;
  const std::filesystem::path path_;
  SQLite::Database database_;
};

}  // namespace gapless
