#include "state/sqlite/sqlite_error.h"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <new>

namespace gapless {

const char* const kReplaceStoreAdvice =
    "Stop every gapless process, move the file away together with its -wal and -shm files, and start again: a new "
    "store is made. Run history and leases are lost; what is known about the data is in the warehouse's ledger and "
    "is kept. Then let the new store take over with: gapless adopt --take-over";

std::string store_message(const std::filesystem::path& store, std::string_view doing, std::string_view what) {
  return fmt::format("state store '{}': {}: {}", store.string(), doing, what);
}

Error sqlite_error(int code, std::string_view detail, const std::filesystem::path& store, std::string_view doing) {
  const auto error = [&](Fault fault, std::string_view what) {
    return Error{fault, 0, store_message(store, doing, fmt::format("{} ({})", what, detail))};
  };
  switch (code & 0xff) {  // the primary code: the low byte of an extended one
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return error(Fault::kUnavailable,
                   "another process holds it for longer than the busy time-out; try again when that process is done");
    case SQLITE_FULL:
      return error(Fault::kUnavailable, "the disk is full, nothing was changed; make room and try again");
    case SQLITE_IOERR:
      return error(Fault::kUnavailable, "the disk reports an error; check the disk and its free space");
    case SQLITE_CANTOPEN:
      return error(Fault::kUnavailable,
                   "the file cannot be opened or created; check that its directory exists and that this user may "
                   "write to both");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return error(Fault::kUnavailable,
                   "it is read-only for this user; make the file and its directory writable, or use another --data");
    case SQLITE_NOMEM: return error(Fault::kOverload, "this machine has no memory left; try again with more");
    case SQLITE_CORRUPT: return error(Fault::kCorrupt, fmt::format("the file is damaged. {}", kReplaceStoreAdvice));
    case SQLITE_NOTADB:
      return error(Fault::kCorrupt, fmt::format("the file is not an SQLite database. {}", kReplaceStoreAdvice));
    default: return error(Fault::kInternal, fmt::format("SQLite refuses the statement with code {}", code));
  }
}

Error error_of_current_exception(const std::filesystem::path& store, std::string_view doing) {
  try {
    throw;
  } catch (const SQLite::Exception& exception) {
    const int extended = exception.getExtendedErrorCode();
    return sqlite_error(extended > 0 ? extended : exception.getErrorCode(), exception.what(), store, doing);
  } catch (const std::bad_alloc&) {
    return sqlite_error(SQLITE_NOMEM, "out of memory", store, doing);
  } catch (const std::exception& exception) {
    return Error{Fault::kInternal, 0, store_message(store, doing, exception.what())};
  }
}

}  // namespace gapless
