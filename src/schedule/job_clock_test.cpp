#include "schedule/job_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schedule/schedule_test_support.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

JobSchedule daily(std::string_view since) { return {"daily", schedule("0 1 * * *"), at(since)}; }
JobSchedule intraday(std::string_view since) { return {"intraday", schedule("*/20 * * * *"), at(since)}; }

Due due_at(std::string_view now, const std::vector<JobSchedule>& jobs) { return due(jobs, at(now)); }

TEST(JobClock, NothingIsDueBeforeItsTime) {
  const Due found = due_at("2026-03-01T00:59", {daily("2026-02-28T01:00")});
  EXPECT_THAT(found.ticks, IsEmpty());
  EXPECT_EQ(found.wake_at, at("2026-03-01T01:00"));
}

TEST(JobClock, ATickIsDueFromItsInstantOn) {
  const Due found = due_at("2026-03-01T01:00", {daily("2026-02-28T01:00")});
  EXPECT_THAT(found.ticks, ElementsAre(DueTick{"daily", at("2026-03-01T01:00")}));
  EXPECT_EQ(found.wake_at, at("2026-03-02T01:00"));
}

TEST(JobClock, ATickThatIsKnownIsNotDueAgain) {
  EXPECT_THAT(due_at("2026-03-01T01:00", {daily("2026-03-01T01:00")}).ticks, IsEmpty());
  EXPECT_THAT(due_at("2026-03-01T12:00", {daily("2026-03-01T01:00")}).ticks, IsEmpty());
}

TEST(JobClock, AScheduleSeenForTheFirstTimeMakesUpNothing) {
  EXPECT_THAT(due_at("2026-03-01T12:00", {daily("2026-03-01T12:00")}).ticks, IsEmpty());
}

TEST(JobClock, OfTicksMissedOnlyTheLatestIsDue) {
  const Due found = due_at("2026-03-10T12:30", {daily("2026-03-01T01:00"), intraday("2026-03-01T01:00")});
  EXPECT_THAT(found.ticks, ElementsAre(DueTick{"daily", at("2026-03-10T01:00")},  //
                                       DueTick{"intraday", at("2026-03-10T12:20")}));
  EXPECT_EQ(found.wake_at, at("2026-03-10T12:40"));
}

TEST(JobClock, AJobThatIsOffIsNeverDueAndWakesNobody) {
  const JobSchedule off{"backfill", std::nullopt, at("2020-01-01T00:00")};
  const Due found = due_at("2026-03-01T01:00", {off});
  EXPECT_THAT(found.ticks, IsEmpty());
  EXPECT_EQ(found.wake_at, std::nullopt);
  EXPECT_EQ(due_at("2026-03-01T01:10", {off, daily("2026-03-01T01:00")}).wake_at, at("2026-03-02T01:00"));
}

TEST(JobClock, AClockThatWasSetBackRepeatsNothing) {
  const Due found = due_at("2026-03-01T00:30", {daily("2026-03-01T01:00")});
  EXPECT_THAT(found.ticks, IsEmpty());
  EXPECT_EQ(found.wake_at, at("2026-03-02T01:00"));
}

TEST(JobClock, AClockThatWasFarAheadKeepsNoJobWaiting) {
  const Due found = due_at("2026-03-01T00:30", {daily("2031-03-01T01:00")});
  EXPECT_THAT(found.ticks, IsEmpty());
  EXPECT_EQ(found.wake_at, at("2026-03-01T01:00"));
}

TEST(JobClock, WithoutJobsThereIsNothingToDo) {
  const Due found = due_at("2026-03-01T00:30", {});
  EXPECT_THAT(found.ticks, IsEmpty());
  EXPECT_EQ(found.wake_at, std::nullopt);
}

}  // namespace
}  // namespace gapless
