// What only the SQLite store has: a file, and all that can be wrong with one. The StateStore contract is in
// tests/contract.
#include "state/sqlite/sqlite_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "state/sqlite/sqlite_test_support.h"

namespace gapless {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class SqliteStore : public SqliteStoreTest {};

TEST_F(SqliteStore, KeepsItsIdAcrossReopening) {
  const std::string id = open()->store_id().value();
  EXPECT_EQ(open()->store_id().value(), id);
  EXPECT_EQ(open()->store_id().value(), id);
}

TEST_F(SqliteStore, IsMarkedAsOursWithItsVersionAndHasAWriteAheadLog) {
  open();
  SQLite::Database raw(file().string());
  EXPECT_EQ(raw.execAndGet("PRAGMA application_id").getInt(), 0x6761706c);
  EXPECT_EQ(raw.execAndGet("PRAGMA user_version").getInt(), 5);
  EXPECT_EQ(raw.execAndGet("PRAGMA journal_mode").getString(), "wal");
}

TEST_F(SqliteStore, IsMadeInAnEmptyFile) {
  write_file("");
  EXPECT_EQ(open()->store_id().value().size(), 16U);
}

TEST_F(SqliteStore, HasAFileWhateverItsName) {
  for (const char* name : {":memory:", "file:x?mode=memory", "ümläut %20.sqlite"}) {
    const std::filesystem::path path = directory() / name;
    const auto store = SqliteStateStore::open(path);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_TRUE(std::filesystem::exists(path)) << path;
  }
}

TEST_F(SqliteStore, LeasesEndByTheWallClock) {
  const auto store = open();
  const auto before = std::chrono::system_clock::now() - 2ms;  // its clock has whole milliseconds
  const auto lease = std::get<Lease>(store->take_lease("web/1", "r1", 100ms).value());
  const auto after = std::chrono::system_clock::now() + 2ms;
  EXPECT_GE(lease.expires_at, before + 100ms);
  EXPECT_LE(lease.expires_at, after + 100ms);
  std::this_thread::sleep_for(110ms);
  EXPECT_FALSE(store->renew_lease(lease, 1h).value());
  EXPECT_TRUE(std::holds_alternative<Lease>(store->take_lease("web/1", "r2", 1h).value()));
}

TEST_F(SqliteStore, WaitsForAnotherProcessesTransaction) {
  const auto store = open();
  SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  std::jthread releasing([&] {
    std::this_thread::sleep_for(100ms);
    other.exec("COMMIT");
  });
  EXPECT_TRUE(store->set_pause({"reason", std::nullopt}));
}

TEST_F(SqliteStore, IsUnavailableWhereAnotherProcessHoldsItTooLong) {
  const auto store = open(SqliteOptions{.busy_timeout = 50ms});
  SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  const Status paused = store->set_pause({"reason", std::nullopt});
  ASSERT_FALSE(paused);
  EXPECT_EQ(paused.error().fault, Fault::kUnavailable);
  EXPECT_THAT(paused.error().message, AllOf(HasSubstr("pausing"), HasSubstr("another process")));
  EXPECT_TRUE(store->pause({})) << "readers do not wait for writers";
  other.exec("COMMIT");
  EXPECT_TRUE(store->set_pause({"reason", std::nullopt}));
}

TEST_F(SqliteStore, OfTheFirstVersionIsTakenAlong) {
  RunRecord run;
  run.id = "r1";
  const std::string id = open()->store_id().value();
  ASSERT_TRUE(open()->begin_run(run));
  execute(
      "DROP TABLE cached_partitions; DROP TABLE confirmations; DROP TABLE ticks; DROP TABLE accepted_definition;"
      " ALTER TABLE runs DROP COLUMN cells_by_state; ALTER TABLE runs DROP COLUMN reason;"
      " DROP INDEX steps_by_day; ALTER TABLE steps DROP COLUMN teams; ALTER TABLE journal DROP COLUMN warehouse;"
      " PRAGMA user_version = 1");
  const auto store = open();
  EXPECT_EQ(store->store_id().value(), id);
  EXPECT_EQ(store->run("r1").value().value().id, "r1");
  EXPECT_TRUE(store->cache_partitions("events", {{"1", "v", "c"}}, {}));
  EXPECT_EQ(open()->cached_partitions("events").value().size(), 1U);
}

TEST_F(SqliteStore, OfANewerProgramIsAConflictAndLeftAlone) {
  open();
  execute("PRAGMA user_version = 7");
  const std::string before = read_file();
  const auto store = SqliteStateStore::open(file());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, Fault::kConflict);
  EXPECT_THAT(store.error().message, AllOf(HasSubstr("version 7"), HasSubstr("up to 5"), HasSubstr("Upgrade")));
  EXPECT_EQ(read_file(), before);
}

TEST_F(SqliteStore, MadeNewerWhileInUseIsAConflictFromThenOn) {
  const auto store = open();
  const Lease lease = std::get<Lease>(store->take_lease("web/1", "r1", 1h).value());
  execute("PRAGMA user_version = 6");
  const auto expect_conflict = [](const auto& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, Fault::kConflict) << result.error().message;
  };
  expect_conflict(store->take_lease("web/2", "r1", 1h));
  expect_conflict(store->renew_lease(lease, 1h));
  expect_conflict(store->runs(1));
  expect_conflict(store->write_journal({"r1", "web", {0, Day::of({}), 0}, 1, JournalPhase::kBuilding, "", ""}));
}

TEST_F(SqliteStore, MovedOrDeletedWhileInUseIsUsedNoMore) {
  const auto expect_error = [](const auto& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, Fault::kCorrupt);
    EXPECT_THAT(result.error().message, AllOf(HasSubstr("moved or deleted"), HasSubstr("start again")));
  };
  const auto moved = open();
  ASSERT_TRUE(moved->take_lease("web/1", "r1", 1h));
  std::filesystem::rename(file(), directory() / "elsewhere.sqlite");
  expect_error(moved->take_lease("web/2", "r1", 1h));
  expect_error(moved->leases());

  const auto deleted = open();  // a new store, in the old one's place
  ASSERT_TRUE(deleted->take_lease("web/1", "r2", 1h));
  std::filesystem::remove(file());
  expect_error(deleted->take_lease("web/2", "r2", 1h));
  const auto replaced = open();
  expect_error(deleted->take_lease("web/2", "r2", 1h));
  EXPECT_TRUE(replaced->take_lease("web/2", "r3", 1h));
}

struct BadRow {
  const char* name;
  const char* text;
  const char* message;
};
class SqliteBadRow : public SqliteStoreTest, public testing::WithParamInterface<BadRow> {};

TEST_P(SqliteBadRow, IsCorruptNotAGuess) {
  const auto store = open();
  RunRecord run;
  run.id = "r1";
  ASSERT_TRUE(store->begin_run(run));
  ASSERT_TRUE(store->record_step({"r1", {0, Day::of({}), 0}, "build", "done", {}, 0, 0, 0, ""}));
  ASSERT_TRUE(store->write_journal({"r1", "web", {0, Day::of({}), 0}, 1, JournalPhase::kBuilding, "", ""}));
  ASSERT_TRUE(store->run("r1") && store->runs(9) && store->steps("r1") && store->journal());
  execute(GetParam().text);
  std::vector<Error> errors;
  if (auto result = store->run("r1"); !result) errors.push_back(result.error());
  if (auto result = store->runs(9); !result) errors.push_back(result.error());
  if (auto result = store->steps("r1"); !result) errors.push_back(result.error());
  if (auto result = store->journal(); !result) errors.push_back(result.error());
  ASSERT_FALSE(errors.empty());
  for (const Error& error : errors) {
    EXPECT_EQ(error.fault, Fault::kCorrupt);
    EXPECT_THAT(error.message, AllOf(HasSubstr(file().string()), HasSubstr(GetParam().message), HasSubstr("adopt")));
  }
}

INSTANTIATE_TEST_SUITE_P(Sqlite, SqliteBadRow,
                         testing::ValuesIn<BadRow>({
                             {"status", "UPDATE runs SET status = 'fine'", "unknown status 'fine'"},
                             {"step_day", "UPDATE steps SET day = '2026-02-30'", "'2026-02-30' is not a day"},
                             {"journal_day", "UPDATE journal SET day = 'today'", "'today' is not a day"},
                             {"phase", "UPDATE journal SET phase = ''", "unknown phase ''"},
                         }),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace gapless
