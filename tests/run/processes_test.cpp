// Processes that share a store and a warehouse: they do each day once, also where one is killed or the store goes away, and
// one that is stopped in the middle and goes on too late publishes nothing.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <map>
#include <thread>

#include "contract/store_directory.h"
#include "run/run_world.h"
#include "support/any_store.h"
#include "support/case_name.h"
#include "support/file_warehouse.h"
#include "support/worker.h"
#ifdef GAPLESS_POSTGRES_SERVER
#include "support/postgres_for_tests.h"
#endif

namespace gapless {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::Worker;

/// Whatever it printed, line by line, once it is gone.
std::vector<std::string> lines_of(Worker& worker) {
  auto outcome = worker.wait();
  EXPECT_TRUE(outcome.exited_well) << fmt::format("{}", fmt::join(outcome.lines, "\n"));
  return std::move(outcome.lines);
}

/// Four months in the place of one, and a minute's outage: make test-long.
bool is_long() { return std::getenv("GAPLESS_TEST_LONG") != nullptr; }

class Processes : public testing::Test {
 protected:
  Processes() {
    warehouse.change([](FakeWarehouse& fake) { EXPECT_TRUE(fake.prepare({})); });
  }
  /// A view of each of two teams on so many days from March on.
  void put_days(int days, std::uint64_t first_number, std::string_view time) {
    warehouse.change([&](FakeWarehouse& fake) {
      for (int i = 0; i < days; ++i)
        for (std::uint64_t id = 1; id <= 2; ++id)
          fake.put({view(id, fmt::format("{}T{}Z", (day("2026-03-01") + i).to_string(), time),
                         fmt::format("s{}", first_number), first_number++)});
    });
  }
  struct Told {
    int lease_millis = 10'000;
    int attempts = 1;
    int days = 30;
  };
  std::vector<std::string> arguments(const std::string& run_id, Told told) const {
    return {store(),
            directory_.path() / "warehouse.json",
            run_id,
            std::to_string(told.lease_millis),
            std::to_string(told.attempts),
            std::to_string(told.days)};
  }
  std::string store() const { return store_.empty() ? (directory_.path() / "state.sqlite").string() : store_; }
  void use_store(std::string address) { store_ = std::move(address); }
  void wait_until_somebody_builds() const {
    const auto opened = testing_support::open_any_store(store()).value();
    while (opened->journal().value().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  void wait_until_its_lease_is_over() const {
    const auto opened = testing_support::open_any_store(store()).value();
    while (!opened->leases().value().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  void expect_every_day_is_what_the_events_give(int days = 30) const {
    const FakeWarehouseState state = warehouse.state();
    Partitions live = partitions_of(state);
    for (Day one = day("2026-03-01"); one < day("2026-03-01") + days; one = one + 1)
      for (const Target target : kTargets)
        EXPECT_TRUE((live[{target, Partition{0, one, 0}}]) == groups_of(target, sessions_of(state.events, one)))
            << name(target) << " on " << one.to_string();
    EXPECT_TRUE(state.staging.empty());
  }

  contract::TemporaryDirectory directory_;
  FileWarehouse warehouse{directory_.path() / "warehouse.json"};

 private:
  std::string store_;  ///< empty: a file
};

struct Crowd {
  const char* name;
  bool over_postgres;
  int workers;
  int days;
  const char* killed_at;  ///< where the first of them dies; empty: nowhere
};
void PrintTo(const Crowd& crowd, std::ostream* out) { *out << crowd.name; }

class Crowds : public Processes, public testing::WithParamInterface<Crowd> {
 protected:
  /// All of them, with their plans made; let go.
  std::vector<Worker> started(const Told& told) {
    std::vector<Worker> workers;
    for (int i = 0; i < GetParam().workers; ++i) {
      if (i == 0 && *GetParam().killed_at != 0) setenv("GAPLESS_KILL_AT", GetParam().killed_at, 1);
      workers.emplace_back(GAPLESS_EXECUTOR_WORKER, arguments(fmt::format("run-{}", i), told));
      unsetenv("GAPLESS_KILL_AT");
    }
    for (Worker& worker : workers) worker.wait_for_lines(1);
    for (Worker& worker : workers) {
      worker.let_go();
      const bool dies = &worker == &workers.front() && *GetParam().killed_at != 0;
      if (dies) wait_until_somebody_builds();  // before the others have done all there is
    }
    return workers;
  }
};

TEST_P(Crowds, ShareTheDaysOutAndDoEachOnce) {
  const auto& [_, over_postgres, count, few_days, killed_at] = GetParam();
  const int days = is_long() ? 4 * few_days : few_days;
#ifdef GAPLESS_POSTGRES_SERVER
  using testing_support::PostgresForTests;
  if (over_postgres) use_store(PostgresForTests::server().url() + "#" + PostgresForTests::server().next_schema());
#endif
  put_days(days, 1, "10:00:00");
  const bool one_dies = *killed_at != 0;
  auto workers = started({.lease_millis = one_dies ? 2'000 : 10'000, .days = days});
  EXPECT_EQ(workers.size(), static_cast<std::size_t>(count));
  std::map<std::string, int> published;
  for (Worker& worker : workers) {
    const bool dies = one_dies && &worker == &workers.front();
    const auto outcome = worker.wait();
    EXPECT_EQ(outcome.killed, dies);
    EXPECT_TRUE(outcome.exited_well || dies) << fmt::format("{}", fmt::join(outcome.lines, "\n"));
    EXPECT_THAT(outcome.lines.front(), fmt::format("planned {}", 2 * days));
    for (const std::string& line : outcome.lines) {
      if (line.ends_with(" published")) ++published[line];
      EXPECT_THAT(line, Not(HasSubstr("failed")));
    }
  }
  for (const auto& [what, times] : published) EXPECT_EQ(times, 1) << what;
  if (!one_dies) {
    EXPECT_EQ(published.size(), static_cast<std::size_t>(days));
  }
  const auto rows = warehouse.state().ledger;
  EXPECT_EQ(rows.size(), static_cast<std::size_t>(days) * 2 * kTargets.size()) << "something was recorded twice";
  expect_every_day_is_what_the_events_give(days);
}

INSTANTIATE_TEST_SUITE_P(File, Crowds, testing::Values(Crowd{"two", false, 2, 30, ""}), kCaseName);
#ifdef GAPLESS_POSTGRES_SERVER
INSTANTIATE_TEST_SUITE_P(Postgres, Crowds,
                         testing::Values(Crowd{"two", true, 2, 30, ""}, Crowd{"four", true, 4, 30, ""},
                                         Crowd{"two_one_dies_building", true, 2, 12, "build.staged_stats"},
                                         Crowd{"four_one_dies_publishing", true, 4, 12, "publish.after_stats"}),
                         kCaseName);

/// How the server is away.
struct Outage {
  const char* name;
  bool stands_still;  ///< with its connections; else it is stopped
};
void PrintTo(const Outage& outage, std::ostream* out) { *out << outage.name; }

class OutageOfTheStore : public Processes, public testing::WithParamInterface<Outage> {
 protected:
  std::size_t recorded() const { return warehouse.state().ledger.size(); }
};

TEST_P(OutageOfTheStore, StopsPublishingAndEverythingGoesOnAfterwards) {
  using namespace std::chrono_literals;
  const auto lease = is_long() ? 10'000ms : 1'200ms;
  const auto away = is_long() ? 60'000ms : 2'500ms;
  const int days = 40;
  auto& server = testing_support::PostgresForTests::server();
  use_store(server.url() + "#" + server.next_schema());
  put_days(days, 1, "10:00:00");
  const Told told{.lease_millis = static_cast<int>(lease.count()), .attempts = 5, .days = days};
  std::vector<Worker> workers;
  for (const char* id : {"first", "second"}) workers.emplace_back(GAPLESS_EXECUTOR_WORKER, arguments(id, told));
  for (Worker& worker : workers) worker.wait_for_lines(1);
  for (Worker& worker : workers) worker.let_go();
  while (recorded() < 12) std::this_thread::sleep_for(5ms);
  GetParam().stands_still ? server.freeze() : server.stop();
  std::this_thread::sleep_for(lease + 200ms);  // a statement that was begun under a lease ends within it
  const std::size_t before = recorded();
  std::this_thread::sleep_for(away - lease);
  const std::size_t after = recorded();
  GetParam().stands_still ? server.thaw() : server.start();
  EXPECT_EQ(before, after) << "published without a lease";
  EXPECT_LT(after, static_cast<std::size_t>(days) * 2 * kTargets.size()) << "the outage came too late";
  std::map<std::string, int> published;
  for (Worker& worker : workers) {
    const auto lines = lines_of(worker);
    for (const std::string& line : lines) {
      if (line.ends_with(" published")) ++published[line];
      EXPECT_THAT(line, Not(HasSubstr("failed")));
      EXPECT_THAT(line, Not(HasSubstr("error")));
    }
  }
  // What one had left half published the other may have finished: then neither says that it was its own.
  EXPECT_GE(published.size(), static_cast<std::size_t>(days) - workers.size());
  expect_every_day_is_what_the_events_give(days);
}

INSTANTIATE_TEST_SUITE_P(Ways, OutageOfTheStore,
                         testing::Values(Outage{"stopped", false}, Outage{"standing_still", true}), kCaseName);
#endif

/// Where it is stopped: between looking at its lease and the statement that publishes.
class StoppedProcess : public Processes, public testing::WithParamInterface<const char*> {};

TEST_P(StoppedProcess, PublishesNothingOnceAnotherHasItsDay) {
  put_days(1, 1, "10:00:00");
  setenv("GAPLESS_STOP_AT", GetParam(), 1);
  Worker stopped(GAPLESS_EXECUTOR_WORKER, arguments("stopped", {.lease_millis = 1000}));
  unsetenv("GAPLESS_STOP_AT");
  stopped.wait_for_lines(1);
  stopped.let_go();
  ASSERT_TRUE(stopped.wait_until_it_stops());
  wait_until_its_lease_is_over();

  put_days(1, 3, "20:00:00");
  Worker other(GAPLESS_EXECUTOR_WORKER, arguments("other", {}));
  other.wait_for_lines(1);
  other.let_go();
  EXPECT_THAT(lines_of(other), ElementsAre("planned 2", "2026-03-01 published"));
  expect_every_day_is_what_the_events_give();
  const FakeWarehouseState before = warehouse.state();

  stopped.go_on();
  EXPECT_THAT(lines_of(stopped), Contains("2026-03-01 failed"));
  const FakeWarehouseState after = warehouse.state();
  EXPECT_TRUE(partitions_of(after) == partitions_of(before));
  EXPECT_EQ(after.ledger.size(), before.ledger.size());
  expect_every_day_is_what_the_events_give();
}

INSTANTIATE_TEST_SUITE_P(Points, StoppedProcess,
                         testing::Values("publish.before_stats", "publish.before_bounces",
                                         "publish.before_breakdowns"));

}  // namespace
}  // namespace gapless
