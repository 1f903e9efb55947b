// What only the PostgreSQL store has: a server, and all that can be wrong with one. The StateStore contract is in the other
// files.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <pqxx/pqxx>
#include <thread>

#include "contract/store_fixture.h"
#include "contract/store_values.h"
#include "state/postgres/postgres_store.h"
#include "support/postgres_for_tests.h"

namespace gapless::contract {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_support::PostgresForTests;

/// One schema of the server, and ways to look at it and to harm it.
class PostgresStore : public testing::Test {
 protected:
  PostgresOptions options() const {
    PostgresOptions options;
    options.connection = server().url();
    options.schema = Identifier::parse(schema_, "test").value();
    options.patience = 20s;
    return options;
  }
  std::unique_ptr<PostgresStateStore> open() const { return open(options()); }
  static std::unique_ptr<PostgresStateStore> open(const PostgresOptions& options) {
    auto store = PostgresStateStore::open(options);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(store.value());
  }
  static Error refusal(const PostgresOptions& options) {
    auto store = PostgresStateStore::open(options);
    EXPECT_FALSE(store);
    return store ? Error{} : std::move(store.error());
  }
  /// As another program would: with SQL.
  static pqxx::result execute(const std::string& text) {
    pqxx::connection connection(server().url());
    return pqxx::nontransaction(connection).exec(text);
  }
  /// Ends the other connections of the server's.
  static void cut_connections() {
    execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gapless'");
  }
  static PostgresForTests& server() { return PostgresForTests::server(); }
  const std::string& schema() const { return schema_; }

 private:
  const std::string schema_ = server().next_schema();
};

std::string in_connection(const std::string& url, const std::string& before, const std::string& after) {
  std::string changed = url;
  return changed.replace(changed.find(before), before.size(), after);
}

TEST_F(PostgresStore, IsMadeInASchemaOfItsOwnAndKeepsItsId) {
  EXPECT_FALSE(PostgresStateStore::exists(options()).value());
  const std::string id = open()->store_id().value();
  EXPECT_TRUE(PostgresStateStore::exists(options()).value());
  EXPECT_EQ(open()->store_id().value(), id);
  EXPECT_EQ(execute("SELECT version FROM " + schema() + ".store")[0][0].as<int>(), 1);
}

TEST_F(PostgresStore, IsMadeInAnEmptySchema) {
  execute("CREATE SCHEMA " + schema());
  EXPECT_FALSE(PostgresStateStore::exists(options()).value());
  EXPECT_EQ(open()->store_id().value().size(), 16U);
}

TEST_F(PostgresStore, OfAnotherProgramIsCorruptAndLeftAlone) {
  for (const char* tables : {"{0}.users (id integer)", "{0}.store (id text, application text)"}) {
    execute(fmt::format("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}; CREATE TABLE ", schema()) +
            fmt::format(fmt::runtime(tables), schema()));
    const Error error = refusal(options());
    EXPECT_EQ(error.fault, Fault::kCorrupt);
    EXPECT_THAT(error.message, AllOf(HasSubstr("not a state store's"), HasSubstr("state.schema")));
    EXPECT_EQ(execute("SELECT 1 FROM pg_tables WHERE schemaname = '" + schema() + "'").size(), 1U);
  }
}

TEST_F(PostgresStore, OfANewerProgramIsAConflictAlsoWhileInUse) {
  const auto store = open();
  const Lease lease = std::get<Lease>(store->take_lease("web/1", "r1", 1h).value());
  execute("UPDATE " + schema() + ".store SET version = 7");
  const auto expect_conflict = [](const auto& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, Fault::kConflict) << result.error().message;
    EXPECT_THAT(result.error().message, AllOf(HasSubstr("version 7"), HasSubstr("up to 1"), HasSubstr("Upgrade")));
  };
  expect_conflict(store->take_lease("web/2", "r1", 1h));
  expect_conflict(store->renew_lease(lease, 1h));
  expect_conflict(store->runs(1));
  expect_conflict(PostgresStateStore::open(options()));
  EXPECT_EQ(execute("SELECT version FROM " + schema() + ".store")[0][0].as<int>(), 7);
}

TEST_F(PostgresStore, DroppedWhileInUseIsUsedNoMore) {
  const auto store = open();
  execute("DROP SCHEMA " + schema() + " CASCADE");
  const auto taken = store->take_lease("web/1", "r1", 1h);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().fault, Fault::kCorrupt);
  EXPECT_THAT(taken.error().message, AllOf(HasSubstr("are gone"), HasSubstr("adopt --take-over")));
}

TEST_F(PostgresStore, WithARowThatCannotBeRightIsCorruptNotAGuess) {
  const auto store = open();
  ASSERT_TRUE(store->begin_run(some_run("r1", at(0))));
  ASSERT_TRUE(store->write_journal(some_entry("r1", "2026-03-01", 1)));
  execute(fmt::format("UPDATE {0}.runs SET status = 'fine'; UPDATE {0}.journal SET day = 'today'", schema()));
  for (const auto& message : {store->runs(9).error().message, store->journal().error().message})
    EXPECT_THAT(message, AllOf(HasSubstr(schema()), HasSubstr("'"), HasSubstr("backup")));
  EXPECT_EQ(store->journal().error().fault, Fault::kCorrupt);
}

TEST_F(PostgresStore, WithoutRightsSaysWhatToGrant) {
  execute("DROP ROLE IF EXISTS worker; CREATE ROLE worker LOGIN PASSWORD 'pass''wo@rd/1'");
  PostgresOptions asked = options();
  asked.connection = in_connection(asked.connection, "//keeper:", "//worker:");
  EXPECT_THAT(refusal(asked).message, AllOf(HasSubstr("GRANT CREATE ON DATABASE"), HasSubstr("AUTHORIZATION")));
  execute("CREATE SCHEMA " + schema() + " AUTHORIZATION worker");
  EXPECT_TRUE(open(asked)->take_lease("web/1", "r1", 1h));
  execute("DROP SCHEMA " + schema() + " CASCADE; DROP ROLE worker");
}

TEST_F(PostgresStore, ThatCannotBeReachedSaysWhyAtOnceAndNeverThePassword) {
  PostgresOptions asked = options();
  const std::string url = asked.connection;
  const struct {
    std::string connection;
    const char* words;
  } cases[] = {
      {in_connection(url, ":pass", ":secret"), "state.password_file"},
      {in_connection(url, "/postgres", "/elsewhere"), "CREATE DATABASE"},
      {in_connection(url, "//keeper:", "//nobody:"), "state.url"},
      {"postgresql://keeper:secret@127.0.0.1:1/postgres", "cannot be reached"},
      {"postgresql://keeper:secret@[127/postgres", "cannot read state.url"},
  };
  for (const auto& [connection, words] : cases) {
    asked.connection = connection;
    const auto begun = steady_clock::now();
    const Error error = refusal(asked);
    EXPECT_THAT(error.message,
                AllOf(HasSubstr(words), Not(HasSubstr("secret")), Not(HasSubstr("wo@rd")), Not(HasSubstr("wo%40rd"))));
    EXPECT_LT(steady_clock::now() - begun, 10s) << error.message;
  }
  asked.connection = in_connection(url, ":pass", ":secret");
  asked.password = "pass'wo@rd/1";
  EXPECT_TRUE(open(asked));
}

TEST_F(PostgresStore, GoesOnAfterItsConnectionsWereCut) {
  const auto store = open();
  const Lease lease = std::get<Lease>(store->take_lease("web/1", "r1", 1h).value());
  cut_connections();
  EXPECT_TRUE(store->take_lease("web/2", "r1", 1h));
  EXPECT_TRUE(store->renew_lease(lease, 1h).value()) << "the other connection";
}

TEST_F(PostgresStore, IsUnavailableWhereAnotherTransactionHoldsItTooLong) {
  PostgresOptions asked = options();
  asked.longest_call = 2s;
  asked.patience = 0ms;
  const auto store = open(asked);
  pqxx::connection other(server().url());
  pqxx::work holding(other);
  holding.exec("SELECT 1 FROM " + schema() + ".store FOR UPDATE");
  const auto begun = steady_clock::now();
  const auto taken = store->take_lease("web/1", "r1", 1h);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().fault, Fault::kUnavailable);
  EXPECT_THAT(taken.error().message, HasSubstr("lock time-out"));
  EXPECT_LT(steady_clock::now() - begun, 10s);
  EXPECT_TRUE(store->leases()) << "readers do not wait";
  holding.abort();
  EXPECT_TRUE(store->take_lease("web/1", "r1", 1h));
}

TEST_F(PostgresStore, IsWaitedForWhileItIsAwayButNotByHeartbeats) {
  PostgresOptions asked = options();
  const auto store = open(asked);
  ASSERT_TRUE(store->begin_run(some_run("r1", at(0))));
  const Lease lease = std::get<Lease>(store->take_lease("web/1", "r1", 1h).value());
  server().stop();
  auto waiting = std::async(std::launch::async, [&] { return store->begin_run(some_run("r2", at(0))); });
  EXPECT_EQ(store->heartbeat("r1").error().fault, Fault::kUnavailable);
  EXPECT_EQ(store->renew_lease(lease, 1h).error().fault, Fault::kUnavailable);
  EXPECT_FALSE(store->release_lease(lease));
  EXPECT_EQ(waiting.wait_for(500ms), std::future_status::timeout);
  server().start();
  const Status begun = waiting.get();
  EXPECT_TRUE(begun) << begun.error().message;
  EXPECT_TRUE(store->renew_lease(lease, 1h).value()) << "leases outlive the server";
}

TEST_F(PostgresStore, IsNotWaitedForAfterAStop) {
  std::stop_source stop;
  PostgresOptions asked = options();
  asked.stop = stop.get_token();
  const auto store = open(asked);
  server().stop();
  auto waiting = std::async(std::launch::async, [&] { return store->leases(); });
  EXPECT_EQ(waiting.wait_for(300ms), std::future_status::timeout);
  stop.request_stop();
  EXPECT_EQ(waiting.get().error().fault, Fault::kUnavailable);
  server().start();
  EXPECT_TRUE(store->leases());
}

TEST_F(PostgresStore, ThatStandsStillIsCutOff) {
  PostgresOptions asked = options();
  asked.longest_call = 3s;
  const auto store = open(asked);
  ASSERT_TRUE(store->begin_run(some_run("r1", at(0))));
  ASSERT_TRUE(store->heartbeat("r1"));
  server().freeze();
  const auto begun = steady_clock::now();
  auto waiting = std::async(std::launch::async, [&] { return store->begin_run(some_run("r2", at(0))); });
  EXPECT_EQ(store->heartbeat("r1").error().fault, Fault::kUnavailable);
  EXPECT_LT(steady_clock::now() - begun, 3s);
  std::this_thread::sleep_until(begun + 4s);
  server().thaw();
  const Status second = waiting.get();
  EXPECT_TRUE(second) << second.error().message;
  EXPECT_TRUE(store->heartbeat("r1"));
}

/// The server commits and does not say so: as one does that waits for a standby.
class UnansweredCommit : public PostgresStore {
 protected:
  UnansweredCommit() {
    PostgresOptions asked = options();
    asked.longest_call = 1500ms;
    store_ = open(asked);
  }
  ~UnansweredCommit() override { answer(); }
  StateStore& store() { return *store_; }
  template <class Call>
  auto unanswered(Call call) {
    execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    execute("SELECT pg_reload_conf()");
    auto result = std::async(std::launch::async, call);
    EXPECT_EQ(result.wait_for(1800ms), std::future_status::timeout);  // it was cut off once
    answer();
    return result.get();
  }
  static void answer() {
    execute("ALTER SYSTEM RESET synchronous_standby_names");
    execute("SELECT pg_reload_conf()");
  }

 private:
  std::unique_ptr<PostgresStateStore> store_;
};

TEST_F(UnansweredCommit, OfARunBeginsItOnce) {
  const Status begun = unanswered([&] { return store().begin_run(some_run("r1", at(0))); });
  EXPECT_TRUE(begun) << begun.error().message;
  EXPECT_EQ(store().runs(9).value().size(), 1U);
  EXPECT_EQ(store().begin_run(some_run("r1", at(0))).error().fault, Fault::kInternal) << "somebody else's";
}

TEST_F(UnansweredCommit, OfATickIsKnownForOnesOwn) {
  const auto taken = unanswered([&] { return store().take_tick("daily", at(60), at(1000)); });
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_TRUE(*taken);
  EXPECT_FALSE(store().take_tick("daily", at(60), at(1000)).value());
}

TEST_F(PostgresStore, KnowsHowLongARunWasSilent) {
  std::atomic<std::chrono::milliseconds> offset{0ms};
  PostgresOptions asked = options();
  asked.clock_offset = [&] { return offset.load(); };
  const auto store = open(asked);
  ASSERT_TRUE(store->begin_run(some_run("r1", at(0))));
  const auto silent_for = [&] { return store->run("r1").value()->silent_for.value(); };
  EXPECT_LT(silent_for(), 60s);
  offset = 600s;
  EXPECT_GE(silent_for(), 600s);
  EXPECT_GE(store->runs(1).value()[0].silent_for.value(), 600s);
  EXPECT_FALSE(store->heartbeat("r1").value());
  EXPECT_LT(silent_for(), 60s);
  RunRecord done = some_run("r1", at(0));
  done.status = RunStatus::kSucceeded;
  ASSERT_TRUE(store->update_run(done));
  EXPECT_EQ(store->run("r1").value()->silent_for, std::nullopt);
}

TEST_F(PostgresStore, WorksWhateverTheRoleHasSet) {
  execute("ALTER ROLE keeper SET synchronous_commit = off; ALTER ROLE keeper SET default_transaction_read_only = on");
  const auto store = open();
  EXPECT_TRUE(store->set_pause({"reason", std::nullopt}));
  execute(
      "BEGIN READ WRITE; ALTER ROLE keeper RESET synchronous_commit; ALTER ROLE keeper RESET"
      " default_transaction_read_only; COMMIT");
}

TEST_F(PostgresStore, KeepsMoreRowsThanFitIntoOneStatement) {
  const auto store = open();
  std::vector<CachedPartition> partitions;
  std::vector<Confirmation> cells;
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < 1300; ++i) {
    partitions.push_back({fmt::format("{:05}", i), "v", std::string(10, '\0')});
    cells.push_back({{TeamId::from(i + 1, "test").value(), day("2026-03-01")}, i, 0, {i, i}});
    names.push_back(partitions.back().partition);
  }
  partitions.push_back({"00000", "last", ""});
  ASSERT_TRUE(store->cache_partitions("events", partitions, {}));
  EXPECT_EQ(store->cached_partitions("events").value().size(), 1300U);
  EXPECT_EQ(store->cached_partition("events", "00000").value()->version, "last");
  ASSERT_TRUE(store->cache_partitions("events", {}, names));
  EXPECT_EQ(store->cached_partitions("events").value().size(), 0U);
  ASSERT_TRUE(store->confirm("web", cells));
  EXPECT_EQ(store->confirmations("web").value(), cells);
}

}  // namespace
}  // namespace gapless::contract
