// Two runs that want the same day.
#include <algorithm>
#include <thread>

#include "run/run_world.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class Conflict : public testing::Test {
 protected:
  Conflict() {
    for (std::uint64_t id = 1; id <= 2; ++id)
      world.warehouse.put({view(id, "2026-03-01T10:00:00Z", "a", id), view(id, "2026-03-02T10:00:00Z", "b", 10 + id)});
  }
  Lease hold(const char* resource, std::chrono::milliseconds ttl = 1h) {
    return std::get<Lease>(world.kept.take_lease(resource, "somebody", ttl).value());
  }
  Ask ask(OnConflict on_conflict) const {
    Ask ask = world.ask();
    ask.options.on_conflict = on_conflict;
    return ask;
  }
  RunReport run(const Ask& ask) {
    const Plan plan = world.observe_and_plan(ask).value();
    return world.run(plan, ask).value();
  }

  RunWorld world;
};

TEST_F(Conflict, SkipsTheDayThatIsTakenAndSaysByWhom) {
  hold("web/2026-03-02");
  const RunReport report = run(ask(OnConflict::kSkip));
  EXPECT_EQ(report.status, RunStatus::kPartial);
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 published", "2026-03-02 skipped"));
  EXPECT_EQ(report.days.at(1).error, "held by run somebody until 2026-03-05T13:00:00Z");
  EXPECT_THAT(world.warehouse.rows(Target::kStats, day("2026-03-02")), IsEmpty());
}

TEST_F(Conflict, IsSkippedAltogetherWhereEveryDayIsTaken) {
  hold("web/2026-03-01");
  hold("web/2026-03-02");
  EXPECT_EQ(run(ask(OnConflict::kSkip)).status, RunStatus::kSkipped);
  EXPECT_EQ(world.warehouse.state().parts_made, 0U);
}

TEST_F(Conflict, FailsBeforeAnyWorkWhereAskedTo) {
  hold("web/2026-03-01");
  const RunReport report = run(ask(OnConflict::kFail));
  EXPECT_EQ(report.status, RunStatus::kSkipped);
  EXPECT_THAT(report.error, HasSubstr("2026-03-01 is held by run somebody"));
  EXPECT_EQ(world.warehouse.state().parts_made, 0U);
  const auto leases = world.kept.leases().value();
  ASSERT_EQ(leases.size(), 1U) << "it gave back what it had taken";
  EXPECT_EQ(leases.at(0).holder, "somebody");
}

TEST_F(Conflict, WaitsUntilTheDayIsFree) {
  const Lease lease = hold("web/2026-03-02");
  Ask waiting = ask(OnConflict::kWait);
  waiting.options.lease_ttl = 2s;
  std::jthread giver;
  waiting.events.on_day = [&](const DayReport& report, std::size_t, std::size_t) {
    // The other day is done meanwhile; only then is this one given back.
    if (report.partition.day == day("2026-03-01"))
      giver = std::jthread([&] { EXPECT_TRUE(world.kept.release_lease(lease)); });
  };
  const RunReport report = run(waiting);
  EXPECT_EQ(report.status, RunStatus::kSucceeded);
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 published", "2026-03-02 published"));
  expect_matches_model(world, waiting.window, {team(1), team(2)});
}

TEST_F(Conflict, TakesALeaseThatExpired) {
  hold("web/2026-03-02", 60s);
  world.store_clock.advance(61s);
  EXPECT_EQ(run(ask(OnConflict::kSkip)).status, RunStatus::kSucceeded);
}

TEST_F(Conflict, StopsWaitingWhenItIsStopped) {
  hold("web/2026-03-01");
  hold("web/2026-03-02");
  std::stop_source stop;
  Ask waiting = ask(OnConflict::kWait);
  waiting.options.stop = stop.get_token();
  waiting.options.lease_ttl = 2s;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  const RunReport report = run(waiting);
  EXPECT_EQ(report.status, RunStatus::kCancelled);
  EXPECT_EQ(world.warehouse.state().parts_made, 0U);
}

TEST_F(Conflict, IsAFailureOfTheDayWhereTheLeaseIsLostInEveryAttempt) {
  Ask losing = ask(OnConflict::kSkip);
  losing.options.lease_ttl = 300ms;
  losing.options.newest_first = false;
  losing.options.retry.attempts = 1;
  world.faults.inject({.method = "build_sessions", .outcome = Outcome::kHangUntilStop, .on_fire = [&] {
                         world.store_clock.advance(1h);  // the next renewal finds it expired
                       }});
  const RunReport report = run(losing);
  EXPECT_EQ(report.status, RunStatus::kPartial) << "nobody asked it to stop";
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 failed", "2026-03-02 published"));
  EXPECT_THAT(report.days.at(0).error, HasSubstr("lease"));
  EXPECT_THAT(world.warehouse.rows(Target::kStats, day("2026-03-01")), IsEmpty());
  expect_ledger_and_targets_agree(world);
}

TEST_F(Conflict, TakesADayAgainWhoseLeaseItLost) {
  Ask losing = ask(OnConflict::kSkip);
  losing.options.lease_ttl = 300ms;
  losing.options.retry.attempts = 2;
  world.faults.inject({.method = "build_sessions", .outcome = Outcome::kHangUntilStop, .on_fire = [&] {
                         world.store_clock.advance(1h);
                       }});
  const RunReport report = run(losing);
  EXPECT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 published", "2026-03-02 published"));
  expect_ledger_and_targets_agree(world);
  expect_nothing_left_over(world);
}

TEST_F(Conflict, PublishesNoFurtherOnceTheLeaseIsLost) {
  Ask losing = ask(OnConflict::kSkip);
  losing.options.retry.attempts = 1;
  losing.window = {day("2026-03-01"), day("2026-03-01")};
  std::optional<Lease> taken;
  world.faults.inject({.method = "replace_partition", .outcome = Outcome::kSuccess, .on_fire = [&] {
                         world.store_clock.advance(1h);
                         taken = hold("web/2026-03-01");
                       }});
  const RunReport report = run(losing);
  EXPECT_EQ(report.status, RunStatus::kFailed);
  EXPECT_THAT(report.error, HasSubstr("lease"));
  const auto calls = world.faults.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "replace_partition"), 1);
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "record"), 0);

  ASSERT_TRUE(world.kept.release_lease(*taken));
  EXPECT_EQ(world.recover(losing, world.store).value().redone, 1U) << "what it had begun is left to be redone";
  expect_matches_model(world, losing.window, {team(1), team(2)});
  expect_ledger_and_targets_agree(world);
  expect_nothing_left_over(world);
}

TEST_F(Conflict, IsPreventedByDeadlinesWithinTheLease) {
  Ask short_lease = ask(OnConflict::kSkip);
  short_lease.options.lease_ttl = 20s;
  ASSERT_EQ(run(short_lease).status, RunStatus::kSucceeded);
  for (const char* method : {"replace_partition", "record"}) {
    const auto longest = world.faults.longest_deadline(method);
    ASSERT_TRUE(longest) << method;
    EXPECT_GT(*longest, 1s) << method;
    EXPECT_LT(*longest, 20s) << method;
  }
  EXPECT_EQ(world.faults.longest_deadline("build_sessions"), short_lease.options.statement_timeout);
}

TEST_F(Conflict, DoesNotRepeatWhatAnotherPublishedSinceThePlan) {
  const Plan plan = world.observe_and_plan(world.ask()).value();
  ASSERT_EQ(world.backfill(world.ask()).value().status, RunStatus::kSucceeded);
  const auto parts_made = world.warehouse.state().parts_made;
  const RunReport late = world.run(plan, world.ask()).value();
  EXPECT_EQ(late.status, RunStatus::kNothingToDo);
  EXPECT_THAT(days_of(late), ElementsAre("2026-03-01 unchanged", "2026-03-02 unchanged"));
  EXPECT_EQ(world.warehouse.state().parts_made, parts_made);
}

TEST_F(Conflict, TwoAtOnceShareTheDaysOut) {
  for (const OnConflict on_conflict : {OnConflict::kSkip, OnConflict::kWait}) {
    RunWorld shared;
    for (int offset = 0; offset < 12; ++offset)
      for (std::uint64_t id = 1; id <= 3; ++id)
        shared.warehouse.put({view(id, format_instant((day("2026-02-20") + offset).start() + 10h), "s",
                                   static_cast<std::uint64_t>(offset) * 10 + id)});
    Ask ask = shared.ask();
    ask.window = {day("2026-02-20"), day("2026-03-04")};
    ask.options.on_conflict = on_conflict;
    ask.options.max_concurrent = 2;
    ask.options.lease_ttl = 5s;
    const Plan plan = shared.observe_and_plan(ask).value();
    std::vector<RunStatus> statuses(2);
    {
      std::vector<std::jthread> runs;
      for (std::size_t i = 0; i < 2; ++i)
        runs.emplace_back([&, i] {
          Executor executor(shared.warehouse, shared.kept, shared.clock, shared.definition);
          statuses[i] =
              executor.run(plan, {"run-" + std::to_string(i), "manual", "command"}, ask.options, {}).value().status;
        });
    }
    for (const RunStatus status : statuses) EXPECT_NE(status, RunStatus::kFailed);
    // Skipped days were the other's to do.
    expect_matches_model(shared, ask.window, {team(1), team(2), team(3)});
    expect_ledger_and_targets_agree(shared);
    expect_nothing_left_over(shared);
    EXPECT_THAT(to_recompute(shared.observe_and_plan(ask).value()), IsEmpty());
  }
}

}  // namespace
}  // namespace gapless
