// A run that is stopped, by a signal, by request or by the clock.
#include <thread>

#include "run/run_world.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using namespace std::chrono_literals;

class Cancelled : public testing::Test {
 protected:
  Cancelled() {
    for (const char* on : {"2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"})
      world.warehouse.put({view(1, std::string(on) + "T10:00:00Z", "a", ++number_)});
    ask.options.stop = stop.get_token();
  }
  /// What was begun was finished or discarded, and a later run does the rest.
  void expect_good_afterwards() {
    expect_ledger_and_targets_agree(world);
    expect_nothing_left_over(world);
    world.faults.clear();
    ASSERT_EQ(world.backfill(world.ask()).value().status, RunStatus::kSucceeded);
    expect_matches_model(world, world.ask().window, {team(1)});
  }

  RunWorld world;
  std::stop_source stop;
  Ask ask = world.ask();

 private:
  std::uint64_t number_ = 0;
};

TEST_F(Cancelled, BetweenDaysBeginsNoOther) {
  ask.events.on_day = [&](const DayReport&, std::size_t done, std::size_t) {
    if (done == 2) stop.request_stop();
  };
  const RunReport report = world.backfill(ask).value();
  EXPECT_EQ(report.status, RunStatus::kCancelled);
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 cancelled", "2026-03-02 cancelled", "2026-03-03 published",
                                           "2026-03-04 published"));
  EXPECT_EQ(world.kept.run(report.run_id).value().value().status, RunStatus::kCancelled);
  expect_good_afterwards();
}

TEST_F(Cancelled, ByAPauseBeginsNoOtherDay) {
  ask.events.on_day = [&](const DayReport&, std::size_t done, std::size_t) {
    if (done == 1) {
      EXPECT_TRUE(world.kept.set_pause({"migrating", {}}));
    }
  };
  const RunReport report = world.backfill(ask).value();
  EXPECT_EQ(report.status, RunStatus::kPartial);
  EXPECT_THAT(days_of(report),
              ElementsAre("2026-03-01 skipped", "2026-03-02 skipped", "2026-03-03 skipped", "2026-03-04 published"));
  EXPECT_THAT(report.days.front().error, HasSubstr("paused (migrating)"));
  ASSERT_TRUE(world.kept.clear_pause());
  expect_good_afterwards();
}

TEST_F(Cancelled, BeforePublishingPublishesNothing) {
  for (const char* during : {"ledger", "source_inventory", "create_staging", "build_sessions", "stage_cells", "staged",
                             "staged_state", "live_state"}) {
    RunWorld other;
    other.warehouse.put(world.warehouse.events());
    std::stop_source source;
    Ask one = other.ask();
    one.options.stop = source.get_token();
    const Plan plan = other.observe_and_plan(one).value();
    other.faults.inject({.method = during, .outcome = Outcome::kSuccess, .on_fire = [&] { source.request_stop(); }});
    EXPECT_EQ(other.run(plan, one).value().status, RunStatus::kCancelled) << during;
    EXPECT_EQ(other.warehouse.state().parts_made, 0U) << during;
    expect_nothing_left_over(other);
  }
}

TEST_F(Cancelled, WhilePublishingFinishesTheDay) {
  for (const char* during : {"replace_partition", "record"}) {
    RunWorld other;
    other.warehouse.put(world.warehouse.events());
    std::stop_source source;
    Ask one = other.ask();
    one.options.stop = source.get_token();
    other.faults.inject({.method = during, .outcome = Outcome::kSuccess, .on_fire = [&] { source.request_stop(); }});
    const RunReport report = other.backfill(one).value();
    EXPECT_EQ(report.status, RunStatus::kCancelled) << during;
    EXPECT_EQ(report.cells_recomputed, 1U) << during;
    EXPECT_EQ(report.days.at(3).status, DayStatus::kPublished) << during;
    expect_ledger_and_targets_agree(other);
    expect_nothing_left_over(other);
  }
}

TEST_F(Cancelled, EndsAStatementThatHangs) {
  std::jthread stopper;
  world.faults.inject({.method = "build_sessions", .outcome = Outcome::kHangUntilStop, .on_fire = [&] {
                         stopper = std::jthread([&] { stop.request_stop(); });
                       }});
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kCancelled);
  expect_good_afterwards();
}

TEST_F(Cancelled, ByRequestThroughTheStore) {
  ask.options.lease_ttl = 2s;
  world.faults.inject({.method = "build_sessions", .outcome = Outcome::kHangUntilStop, .on_fire = [&] {
                         EXPECT_TRUE(world.kept.request_cancel("run-1").value());
                       }});
  const RunReport report = world.backfill(ask).value();
  EXPECT_EQ(report.status, RunStatus::kCancelled);
  EXPECT_EQ(report.cells_recomputed, 0U);
  expect_good_afterwards();
}

TEST_F(Cancelled, WhileItWaitsToTryAgain) {
  ask.options.retry.base_delay = 1h;
  ask.options.retry.max_delay = 1h;
  std::jthread stopper;
  world.faults.inject({.method = "build_sessions", .persistent = true, .on_fire = [&] {
                         stopper = std::jthread([&] {
                           std::this_thread::sleep_for(20ms);
                           stop.request_stop();
                         });
                       }});
  EXPECT_EQ(world.backfill(ask).value().status, RunStatus::kCancelled);
  expect_good_afterwards();
}

TEST_F(Cancelled, BeforeItBeganDoesNothing) {
  const Plan plan = world.observe_and_plan(ask).value();
  stop.request_stop();
  const RunReport report = world.run(plan, ask).value();
  EXPECT_EQ(report.status, RunStatus::kCancelled);
  EXPECT_THAT(report.days, SizeIs(4));
  EXPECT_EQ(world.warehouse.state().parts_made, 0U);
  expect_good_afterwards();
}

TEST_F(Cancelled, AtItsTimeLimitBeginsNoOtherDayAndIsPartial) {
  ask.options.run_timeout = 200ms;
  ask.events.on_day = [&](const DayReport&, std::size_t done, std::size_t) {
    if (done == 1) std::this_thread::sleep_for(250ms);
  };
  const RunReport report = world.backfill(ask).value();
  EXPECT_EQ(report.status, RunStatus::kPartial);
  EXPECT_EQ(report.cells_recomputed, 1U);
  EXPECT_THAT(report.days.at(0).error, HasSubstr("time was up"));
  expect_good_afterwards();
}

}  // namespace
}  // namespace gapless
