#include "schedule/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schedule/schedule_test_support.h"
#include "state/memory_store.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SchedulerTest : public testing::Test {
 protected:
  /// One daemon; what it starts is noted, and done at once if it is not to die.
  struct Daemon {
    explicit Daemon(SchedulerTest& test, std::vector<Scheduler::Job> jobs = {{"daily", schedule("0 1 * * *")}})
        : scheduler(test.store, test.clock, std::move(jobs), [this, &test](const DueTick& tick) {
            test.started.push_back(tick.job + " " + shown(tick.instant));
            if (dies) return;
            EXPECT_TRUE(test.store.finish_tick(tick.job, tick.instant));
          }) {}
    bool dies = false;
    Scheduler scheduler;
  };
  std::string step(Daemon& daemon, std::string_view time) {
    clock.set(at(time));
    const auto next = daemon.scheduler.step().value();
    return next ? shown(*next) : "never";
  }
  std::vector<std::string> taken() { return std::exchange(started, {}); }

  ManualClock clock{at("2026-03-01T00:30")};
  MemoryStateStore store{[this] { return clock.now(); }};
  std::vector<std::string> started;
};

TEST_F(SchedulerTest, StartsAJobAtItsTicks) {
  Daemon daemon(*this, {{"daily", schedule("0 1 * * *")}, {"intraday", schedule("*/20 * * * *")}, {"off", {}}});
  EXPECT_EQ(step(daemon, "2026-03-01T00:30"), "2026-03-01T00:40") << "what was before it was there is not made up for";
  EXPECT_THAT(taken(), IsEmpty());
  EXPECT_EQ(step(daemon, "2026-03-01T00:39"), "2026-03-01T00:40");
  EXPECT_THAT(taken(), IsEmpty());
  EXPECT_EQ(step(daemon, "2026-03-01T00:40"), "2026-03-01T01:00");
  EXPECT_THAT(taken(), ElementsAre("intraday 2026-03-01T00:40"));
  step(daemon, "2026-03-01T00:40");
  EXPECT_THAT(taken(), IsEmpty()) << "once";
  EXPECT_EQ(step(daemon, "2026-03-01T01:00"), "2026-03-01T01:20");
  EXPECT_THAT(taken(), ElementsAre("daily 2026-03-01T01:00", "intraday 2026-03-01T01:00"));
}

TEST_F(SchedulerTest, MakesUpForTheLatestOfTheTicksThatWereMissed) {
  {
    Daemon daemon(*this);
    step(daemon, "2026-03-01T00:30");
  }
  Daemon daemon(*this);
  EXPECT_EQ(step(daemon, "2026-03-05T12:00"), "2026-03-06T01:00");
  EXPECT_THAT(taken(), ElementsAre("daily 2026-03-05T01:00"));
  step(daemon, "2026-03-05T12:01");
  EXPECT_THAT(taken(), IsEmpty());
}

TEST_F(SchedulerTest, SharesTicksWithOthersOnTheSameStore) {
  Daemon one(*this), other(*this);
  for (const char* time : {"2026-03-01T00:30", "2026-03-01T01:00", "2026-03-02T01:00", "2026-03-02T09:00"}) {
    step(one, time);
    step(other, time);
  }
  EXPECT_THAT(taken(), ElementsAre("daily 2026-03-01T01:00", "daily 2026-03-02T01:00"));
}

TEST_F(SchedulerTest, StartsAgainWhatDiedBeforeItWasDone) {
  {
    Daemon daemon(*this);
    step(daemon, "2026-03-01T00:30");
    daemon.dies = true;
    step(daemon, "2026-03-01T01:00");
    EXPECT_THAT(taken(), ElementsAre("daily 2026-03-01T01:00"));
  }
  Daemon daemon(*this);
  ASSERT_TRUE(daemon.scheduler.resume());
  EXPECT_THAT(taken(), ElementsAre("daily 2026-03-01T01:00"));
  ASSERT_TRUE(daemon.scheduler.resume());
  EXPECT_THAT(taken(), IsEmpty()) << "done by now";
}

TEST_F(SchedulerTest, LeavesAloneWhatAnotherHostIsAt) {
  {
    Daemon daemon(*this);
    step(daemon, "2026-03-01T00:30");
    daemon.dies = true;
    step(daemon, "2026-03-01T01:00");
    taken();
  }
  RunRecord run;
  run.id = "r1";
  run.job = "daily";
  run.trigger = "schedule";
  ASSERT_TRUE(store.begin_run(run));
  Daemon daemon(*this);
  ASSERT_TRUE(daemon.scheduler.resume());
  EXPECT_THAT(taken(), IsEmpty());
  run.status = RunStatus::kInterrupted;
  ASSERT_TRUE(store.update_run(run));
  ASSERT_TRUE(daemon.scheduler.resume());
  EXPECT_THAT(taken(), ElementsAre("daily 2026-03-01T01:00"));
}

TEST_F(SchedulerTest, IsNotBlockedByAClockThatWasWrong) {
  Daemon daemon(*this);
  step(daemon, "2027-01-01T00:30");
  step(daemon, "2027-01-01T01:00");
  taken();
  step(daemon, "2026-03-01T00:30");
  EXPECT_THAT(taken(), IsEmpty());
  step(daemon, "2026-03-01T01:00");
  EXPECT_THAT(taken(), ElementsAre("daily 2026-03-01T01:00"));
}

}  // namespace
}  // namespace gapless
