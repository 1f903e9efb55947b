#include "state/sqlite/sqlite_error.h"

#include <SQLiteCpp/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace gapless {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct CodeCase {
  int code;
  Fault fault;
  bool retryable;
  const char* advice;
};
class SqliteCode : public testing::TestWithParam<CodeCase> {};

TEST_P(SqliteCode, SaysWhatWasTriedWhatHappenedAndWhatToDo) {
  const Error error = sqlite_error(GetParam().code, "words of SQLite", "/data/state.sqlite", "beginning a run");
  EXPECT_EQ(error.fault, GetParam().fault) << name(error.fault);
  EXPECT_EQ(error.retryable(), GetParam().retryable);
  EXPECT_EQ(error.code, 0) << "that is for ClickHouse's codes";
  EXPECT_THAT(error.message, StartsWith("state store '/data/state.sqlite': beginning a run: "));
  EXPECT_THAT(error.message, HasSubstr("words of SQLite"));
  EXPECT_THAT(error.message, HasSubstr(GetParam().advice));
}

INSTANTIATE_TEST_SUITE_P(Sqlite, SqliteCode,
                         testing::ValuesIn<CodeCase>({
                             {SQLITE_BUSY, Fault::kUnavailable, true, "another process"},
                             {SQLITE_BUSY_SNAPSHOT, Fault::kUnavailable, true, "another process"},
                             {SQLITE_LOCKED, Fault::kUnavailable, true, "another process"},
                             {SQLITE_FULL, Fault::kUnavailable, true, "disk is full"},
                             {SQLITE_IOERR_WRITE, Fault::kUnavailable, true, "check the disk"},
                             {SQLITE_IOERR_FSYNC, Fault::kUnavailable, true, "check the disk"},
                             {SQLITE_CANTOPEN, Fault::kUnavailable, true, "its directory exists"},
                             {SQLITE_CANTOPEN_ISDIR, Fault::kUnavailable, true, "its directory exists"},
                             {SQLITE_READONLY, Fault::kUnavailable, true, "writable"},
                             {SQLITE_READONLY_DIRECTORY, Fault::kUnavailable, true, "writable"},
                             {SQLITE_PERM, Fault::kUnavailable, true, "writable"},
                             {SQLITE_NOMEM, Fault::kOverload, true, "no memory"},
                             {SQLITE_CORRUPT, Fault::kCorrupt, false, "adopt --take-over"},
                             {SQLITE_CORRUPT_INDEX, Fault::kCorrupt, false, "adopt --take-over"},
                             {SQLITE_NOTADB, Fault::kCorrupt, false, "adopt --take-over"},
                             {SQLITE_ERROR, Fault::kInternal, false, "code 1"},
                             {SQLITE_CONSTRAINT_FOREIGNKEY, Fault::kInternal, false, "code 787"},
                             {SQLITE_MISUSE, Fault::kInternal, false, "code 21"},
                         }));

Error caught(const std::function<void()>& thrower) {
  try {
    thrower();
  } catch (...) {
    return error_of_current_exception("/data/state.sqlite", "pausing");
  }
  return {};
}

TEST(SqliteException, OfAnyTypeIsAnError) {
  EXPECT_EQ(caught([] { throw SQLite::Exception("full", SQLITE_FULL); }).fault, Fault::kUnavailable);
  EXPECT_EQ(caught([] { throw SQLite::Exception("without a code"); }).fault, Fault::kInternal);
  EXPECT_EQ(caught([] { throw std::bad_alloc(); }).fault, Fault::kOverload);
  const Error other = caught([] { throw std::runtime_error("no random device"); });
  EXPECT_EQ(other.fault, Fault::kInternal);
  EXPECT_EQ(other.message, "state store '/data/state.sqlite': pausing: no random device");
}

}  // namespace
}  // namespace gapless
