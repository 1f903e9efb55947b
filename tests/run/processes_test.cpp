// Processes that share a store and a warehouse, and one that is stopped in the middle and goes on too late.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <map>
#include <thread>

#include "contract/store_directory.h"
#include "run/run_world.h"
#include "state/sqlite/sqlite_store.h"
#include "support/file_warehouse.h"
#include "support/worker.h"

namespace gapless {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::Worker;

constexpr int kDays = 30;

/// Whatever it printed, line by line, once it is gone.
std::vector<std::string> lines_of(Worker& worker) {
  auto outcome = worker.wait();
  EXPECT_TRUE(outcome.exited_well) << fmt::format("{}", fmt::join(outcome.lines, "\n"));
  return std::move(outcome.lines);
}

class Processes : public testing::Test {
 protected:
  Processes() {
    warehouse.change([](FakeWarehouse& fake) { EXPECT_TRUE(fake.prepare({})); });
  }
  /// A view of each of two teams on so many days of March.
  void put_days(int days, std::uint64_t first_number, std::string_view time) {
    warehouse.change([&](FakeWarehouse& fake) {
      for (int i = 0; i < days; ++i)
        for (std::uint64_t id = 1; id <= 2; ++id)
          fake.put({view(id, fmt::format("2026-03-{:02}T{}Z", i + 1, time), fmt::format("s{}", first_number),
                         first_number++)});
    });
  }
  std::vector<std::string> arguments(const char* run_id, int lease_millis = 10'000) const {
    return {directory_.path() / "state.sqlite", directory_.path() / "warehouse.json", run_id,
            std::to_string(lease_millis)};
  }
  void wait_until_its_lease_is_over() const {
    const auto store = SqliteStateStore::open(directory_.path() / "state.sqlite").value();
    while (!store->leases().value().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  void expect_every_day_is_what_the_events_give() const {
    const FakeWarehouseState state = warehouse.state();
    Partitions live = partitions_of(state);
    for (Day one = day("2026-03-01"); one <= day("2026-03-30"); one = one + 1)
      for (const Target target : kTargets)
        EXPECT_TRUE((live[{target, Partition{0, one, 0}}]) == groups_of(target, sessions_of(state.events, one)))
            << name(target) << " on " << one.to_string();
    EXPECT_TRUE(state.staging.empty());
  }

  contract::TemporaryDirectory directory_;
  FileWarehouse warehouse{directory_.path() / "warehouse.json"};
};

TEST_F(Processes, ShareThirtyDaysOutAndDoEachOnce) {
  put_days(kDays, 1, "10:00:00");
  Worker first(GAPLESS_EXECUTOR_WORKER, arguments("first")), second(GAPLESS_EXECUTOR_WORKER, arguments("second"));
  first.wait_for_lines(1);
  second.wait_for_lines(1);
  first.let_go();
  second.let_go();
  std::map<std::string, int> published;
  for (Worker* worker : {&first, &second}) {
    const auto lines = lines_of(*worker);
    EXPECT_THAT(lines.front(), "planned 60");
    for (const std::string& line : lines) {
      if (line.ends_with(" published")) ++published[line];
      EXPECT_THAT(line, Not(HasSubstr("failed")));
    }
  }
  EXPECT_EQ(published.size(), kDays);
  for (const auto& [what, times] : published) EXPECT_EQ(times, 1) << what;
  const auto rows = warehouse.state().ledger;
  EXPECT_EQ(rows.size(), kDays * 2 * kTargets.size()) << "something was recorded twice";
  expect_every_day_is_what_the_events_give();
}

/// Where it is stopped: between looking at its lease and the statement that publishes.
class StoppedProcess : public Processes, public testing::WithParamInterface<const char*> {};

TEST_P(StoppedProcess, PublishesNothingOnceAnotherHasItsDay) {
  put_days(1, 1, "10:00:00");
  setenv("GAPLESS_STOP_AT", GetParam(), 1);
  Worker stopped(GAPLESS_EXECUTOR_WORKER, arguments("stopped", 1000));
  unsetenv("GAPLESS_STOP_AT");
  stopped.wait_for_lines(1);
  stopped.let_go();
  ASSERT_TRUE(stopped.wait_until_it_stops());
  wait_until_its_lease_is_over();

  put_days(1, 3, "20:00:00");
  Worker other(GAPLESS_EXECUTOR_WORKER, arguments("other", 10'000));
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
