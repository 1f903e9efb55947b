// Files that are not a state store, or no longer: an error that says what to do, and the file as it was.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/sqlite/sqlite_test_support.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct Damage {
  const char* name;
  std::string (*apply)(std::string content);
  const char* message;
};

class SqliteFullStore : public SqliteStoreTest {
 protected:
  /// A store with several pages of every table, closed: all of it is in the one file.
  void make_store() {
    RunRecord run;
    run.id = "r1";
    ASSERT_TRUE(open()->begin_run(run));
    for (const char* values : {"INTO steps SELECT NULL, 'r1', 0, '2026-03-01', n, 'build', 'done', 0, 0, 0, 0, '', ''",
                               "INTO leases SELECT 'web/' || n, 'r1', n, 9e15",
                               "INTO journal SELECT 'r1', 'web', 0, '2026-03-01', n, n, 'building', '{}', ''"}) {
      execute(std::string("WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 500) "
                          "INSERT ") +
              values + " FROM numbers");
    }
    ASSERT_EQ(open()->journal().value().size(), 500U);
  }
};

class SqliteDamage : public SqliteFullStore, public testing::WithParamInterface<Damage> {};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

TEST_P(SqliteDamage, IsFoundWhenItIsOpened) {
  make_store();
  const std::string damaged = GetParam().apply(read_file());
  write_file(damaged);
  const auto store = SqliteStateStore::open(file());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, Fault::kCorrupt) << store.error().message;
  EXPECT_THAT(store.error().message,
              AllOf(HasSubstr(file().string()), HasSubstr(GetParam().message),
                    HasSubstr("Run history and leases are lost"), HasSubstr("gapless adopt --take-over")));
  EXPECT_EQ(read_file(), damaged) << "the evidence was changed";
}

std::string with(std::string content, std::size_t offset, std::size_t length, char byte) {
  return content.replace(offset, length, std::string(length, byte));
}

constexpr std::size_t kPage = 4096;

INSTANTIATE_TEST_SUITE_P(
    Sqlite, SqliteDamage,
    testing::ValuesIn<Damage>({
        {"text", [](std::string) { return std::string("hello, this is a text\n"); }, "not an SQLite database"},
        {"two_bytes", [](std::string) { return std::string("SQ"); }, "not an SQLite database"},
        {"noise", [](std::string) { return std::string(100'000, '\xa7'); }, "not an SQLite database"},
        {"no_magic", [](std::string content) { return with(content, 0, 16, 'x'); }, "not an SQLite database"},
        {"cut_off", [](std::string content) { return content.substr(0, content.size() / 2); }, "damaged"},
        {"cut_off_in_the_first_page", [](std::string content) { return content.substr(0, 1000); }, "damaged"},
        {"schema_overwritten", [](std::string content) { return with(content, 100, kPage - 100, '\xff'); }, "damaged"},
        {"pages_overwritten", [](std::string content) { return with(content, kPage, content.size() - kPage, '\x5a'); },
         "damaged"},
        {"pages_zeroed", [](std::string content) { return with(content, kPage, content.size() - kPage, '\0'); },
         "damaged"},
    }),
    [](const auto& param) { return std::string(param.param.name); });

class SqliteForeign : public SqliteStoreTest {
 protected:
  void expect_left_alone(const char* message) {
    const std::string before = read_file();
    const auto store = SqliteStateStore::open(file());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().fault, Fault::kCorrupt) << store.error().message;
    EXPECT_THAT(store.error().message, AllOf(HasSubstr("another program"), HasSubstr(message)));
    EXPECT_EQ(read_file(), before);
  }
  void make_database(const char* text) {
    SQLite::Database(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(text);
  }
};

TEST_F(SqliteForeign, DatabaseOfAnotherApplicationIsLeftAlone) {
  make_database("PRAGMA application_id = 252006674; CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
  expect_left_alone("application id 252006674");
}

TEST_F(SqliteForeign, DatabaseWithAnotherApplicationIdAndNothingElseIsLeftAlone) {
  make_database("PRAGMA application_id = 5; CREATE TABLE theirs (x); DROP TABLE theirs");
  expect_left_alone("application id 5");
}

TEST_F(SqliteForeign, DatabaseWithoutAnApplicationIdIsLeftAlone) {
  make_database("CREATE TABLE runs (x); INSERT INTO runs VALUES (1)");
  expect_left_alone("application id 0");
}

TEST_F(SqliteForeign, DatabaseWithAVersionOfItsOwnIsLeftAlone) {
  make_database("PRAGMA user_version = 1");
  expect_left_alone("application id 0");
}

TEST_F(SqliteFullStore, WithADamagedHistoryFailsWhereThatIsReadAndLeasesGoOn) {
  make_store();
  int root = 0;
  {
    SQLite::Database raw(file().string());
    root = raw.execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = 'steps'").getInt();
  }
  write_file(with(read_file(), static_cast<std::size_t>(root - 1) * kPage, kPage, '\x5a'));
  const auto store = open();
  ASSERT_TRUE(store);
  EXPECT_TRUE(store->run("r1").value());
  const auto steps = store->steps("r1");
  ASSERT_FALSE(steps);
  EXPECT_EQ(steps.error().fault, Fault::kCorrupt);
  EXPECT_THAT(steps.error().message, AllOf(HasSubstr("reading steps"), HasSubstr("gapless adopt --take-over")));
  EXPECT_TRUE(store->take_lease("web/new", "r", std::chrono::hours(1)));
}

}  // namespace
}  // namespace gapless
