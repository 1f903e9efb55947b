// Places where a store cannot be, and disks that fail under it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>

#include "state/sqlite/sqlite_test_support.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

class SqliteDisk : public SqliteStoreTest {
 protected:
  static void expect_unavailable(const std::filesystem::path& path) {
    const auto store = SqliteStateStore::open(path);
    ASSERT_FALSE(store) << path;
    EXPECT_EQ(store.error().fault, Fault::kUnavailable) << store.error().message;
    EXPECT_THAT(store.error().message, AllOf(HasSubstr("'" + path.string() + "'"), HasSubstr("opening"),
                                             AnyOf(HasSubstr("writable"), HasSubstr("its directory exists"))));
  }
};

TEST_F(SqliteDisk, NeedsADirectoryThatExists) {
  expect_unavailable(directory() / "missing" / "state.sqlite");
  EXPECT_FALSE(std::filesystem::exists(directory() / "missing"));
}

TEST_F(SqliteDisk, NeedsADirectoryAboveAndNoneInItsPlace) {
  write_file("");
  expect_unavailable(file() / "state.sqlite");
  std::filesystem::create_directory(directory() / "taken");
  expect_unavailable(directory() / "taken");
}

TEST_F(SqliteDisk, NeedsAFileSystemThatTakesFiles) { expect_unavailable("/proc/state.sqlite"); }

TEST_F(SqliteDisk, NeedsAPath) {
  const auto store = SqliteStateStore::open("");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, Fault::kInvalidInput);
}

/// Root may write anywhere: as root, be nobody for a while.
class Nobody {
 public:
  Nobody() { be(was_root_ ? 65534 : geteuid()); }
  ~Nobody() { be(was_root_ ? 0 : geteuid()); }

 private:
  static void be(uid_t user) { EXPECT_EQ(seteuid(user), 0); }
  const bool was_root_ = geteuid() == 0;
};

TEST_F(SqliteDisk, NeedsADirectoryThatItMayWriteTo) {
  std::filesystem::permissions(directory(), std::filesystem::perms(0555));
  {
    const Nobody nobody;
    expect_unavailable(file());
  }
  std::filesystem::permissions(directory(), std::filesystem::perms(0755));
  EXPECT_TRUE(open()) << "the same place, once it is writable";
}

TEST_F(SqliteDisk, NeedsAFileThatItMayWriteTo) {
  const std::string id = open()->store_id().value();
  std::filesystem::permissions(file(), std::filesystem::perms(0444));
  for (const int directory_mode : {0555, 0777}) {
    std::filesystem::permissions(directory(), std::filesystem::perms(directory_mode));
    const Nobody nobody;
    expect_unavailable(file());
  }
  std::filesystem::permissions(directory(), std::filesystem::perms(0755));
  std::filesystem::permissions(file(), std::filesystem::perms(0644));
  EXPECT_EQ(open()->store_id().value(), id);
}

int failing_with = 0;
ssize_t failing_pwrite(int, const void*, std::size_t, off_t) {
  errno = failing_with;
  return -1;
}
ssize_t failing_write(int, const void*, std::size_t) {
  errno = failing_with;
  return -1;
}

/// Makes every write of SQLite fail with an error number, until the end of its scope.
class FailingDisk {
 public:
  explicit FailingDisk(int error_number) {
    failing_with = error_number;
    replace("pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(&failing_pwrite));
    replace("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(&failing_pwrite));
    replace("write", reinterpret_cast<sqlite3_syscall_ptr>(&failing_write));
  }
  ~FailingDisk() {
    for (const char* call : {"pwrite64", "pwrite", "write"}) replace(call, nullptr);  // null: the original again
  }

 private:
  static void replace(const char* call, sqlite3_syscall_ptr function) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    EXPECT_EQ(vfs->xSetSystemCall(vfs, call, function), SQLITE_OK) << call;
  }
};

struct DiskCase {
  const char* name;
  int error_number;
  const char* message;
};
class SqliteFailingDisk : public SqliteDisk, public testing::WithParamInterface<DiskCase> {};

TEST_P(SqliteFailingDisk, IsAnErrorThatChangesNothingAndIsOverWhenTheDiskIsWell) {
  const auto store = open();
  RunRecord run;
  run.id = "before";
  ASSERT_TRUE(store->begin_run(run));
  const auto held = std::get<Lease>(store->take_lease("web/1", "r1", std::chrono::hours(1)).value());
  {
    const FailingDisk disk(GetParam().error_number);
    run.id = "during";
    const Status begun = store->begin_run(run);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().fault, Fault::kUnavailable);
    EXPECT_THAT(begun.error().message, AllOf(HasSubstr("beginning a run"), HasSubstr(GetParam().message)));
    EXPECT_FALSE(store->take_lease("web/2", "r1", std::chrono::hours(1)));
    EXPECT_FALSE(store->renew_lease(held, std::chrono::hours(2))) << "a lease that was not renewed must not seem so";
    EXPECT_EQ(store->runs(9).value().size(), 1U);
  }
  EXPECT_EQ(store->leases().value().size(), 1U);
  run.id = "after";
  EXPECT_TRUE(store->begin_run(run));
  EXPECT_EQ(open()->runs(9).value().size(), 2U);
}

TEST_P(SqliteFailingDisk, LeavesNothingHalfMade) {
  {
    const FailingDisk disk(GetParam().error_number);
    const auto store = SqliteStateStore::open(file());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().fault, Fault::kUnavailable);
    EXPECT_THAT(store.error().message, HasSubstr(GetParam().message));
  }
  EXPECT_EQ(open()->store_id().value().size(), 16U);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, SqliteFailingDisk,
                         testing::ValuesIn<DiskCase>({
                             {"full", ENOSPC, "disk is full, nothing was changed; make room"},
                             {"broken", EIO, "check the disk"},
                         }),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace gapless
