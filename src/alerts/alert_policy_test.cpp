#include "alerts/alert_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alerts/alert_test_support.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr RunOutcome kGood = RunOutcome::kGood;
constexpr RunOutcome kPartial = RunOutcome::kPartial;
constexpr RunOutcome kFailed = RunOutcome::kFailed;
constexpr RunOutcome kOther = RunOutcome::kOther;

const Instant kMidnight = test_instant("2026-03-01T00:00:00Z");

/// A run that ends so many hours after midnight, and the kind of alert that is to follow; empty: none.
struct TimedRun {
  int hour;
  const char* job;
  RunOutcome outcome;
  const char* error;
  const char* told;
};

struct RunStory {
  const char* name;
  std::vector<TimedRun> runs;
};

class AlertsOfRuns : public testing::TestWithParam<RunStory> {};

TEST_P(AlertsOfRuns, are_told_once) {
  AlertPolicy policy({.host = "db1"});
  for (const TimedRun& run : GetParam().runs) {
    std::string told;
    for (const Alert& alert : policy.on_run_end({run.job, run.outcome, "r", run.error}, kMidnight + hours(run.hour))) {
      told += name(alert.kind);
      EXPECT_EQ(alert.job, run.job);
    }
    EXPECT_EQ(told, run.told) << "hour " << run.hour;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Stories, AlertsOfRuns,
    testing::ValuesIn<RunStory>({
        {"nothing_happens", {{0, "daily", kGood, "", ""}, {24, "daily", kGood, "", ""}}},
        {"it_fails_and_recovers",
         {{0, "daily", kFailed, "disk", "run_failed"},
          {1, "daily", kFailed, "disk", ""},
          {2, "daily", kGood, "", "recovered"},
          {3, "daily", kGood, "", ""}}},
        {"it_begins_to_fail_again",
         {{0, "daily", kFailed, "disk", "run_failed"},
          {1, "daily", kGood, "", "recovered"},
          {2, "daily", kFailed, "disk", "run_failed"}}},
        {"a_day_later_it_is_told_again",
         {{0, "daily", kFailed, "disk", "run_failed"},
          {23, "daily", kFailed, "disk", ""},
          {24, "daily", kFailed, "disk", "run_failed"},
          {25, "daily", kFailed, "disk", ""},
          {48, "daily", kFailed, "disk", "run_failed"}}},
        {"another_error", {{0, "daily", kFailed, "disk", "run_failed"}, {1, "daily", kFailed, "memory", "run_failed"}}},
        {"errors_that_alternate",
         {{0, "daily", kFailed, "disk", "run_failed"},
          {1, "daily", kFailed, "memory", "run_failed"},
          {2, "daily", kFailed, "disk", ""},
          {3, "daily", kFailed, "memory", ""}}},
        {"the_same_error_on_another_day",
         {{0, "daily", kFailed, "run 20260301-a: 2026-02-28 needs 1.5 GiB", "run_failed"},
          {1, "daily", kFailed, "run 20260301-b: 2026-02-27 needs 1.7 GiB", ""},
          {2, "daily", kFailed, "run 20260301-c: 2026-02-27, 2026-02-28 needs 1.7 GiB", ""},
          {3, "daily", kFailed, "run 20260301-d: 2026-02-27 needs a disk", "run_failed"}}},
        {"in_part_and_then_wholly",
         {{0, "daily", kPartial, "disk", "run_partial"},
          {1, "daily", kPartial, "disk", ""},
          {2, "daily", kFailed, "disk", "run_failed"},
          {3, "daily", kPartial, "disk", ""},
          {4, "daily", kGood, "", "recovered"}}},
        {"a_cancelled_run_says_nothing",
         {{0, "daily", kOther, "", ""},
          {1, "daily", kFailed, "disk", "run_failed"},
          {2, "daily", kOther, "stopped", ""},
          {3, "daily", kFailed, "disk", ""},
          {4, "daily", kGood, "", "recovered"}}},
        {"jobs_fail_by_themselves",
         {{0, "daily", kFailed, "disk", "run_failed"},
          {1, "intraday", kFailed, "disk", "run_failed"},
          {2, "intraday", kGood, "", "recovered"},
          {3, "daily", kFailed, "disk", ""}}},
        {"the_clock_is_set_back",
         {{100, "daily", kFailed, "disk", "run_failed"}, {0, "daily", kFailed, "disk", "run_failed"}}},
    }),
    kCaseName);

TEST(AlertsOfRuns, of_a_job_that_fails_and_recovers_all_the_time_are_bounded) {
  AlertPolicy policy({.most_failures_told = 3});
  std::vector<Alert> told;
  const auto end = [&](RunOutcome outcome, minutes at) {
    for (Alert& alert : policy.on_run_end({"intraday", outcome, "r", "disk"}, kMidnight + at))
      told.push_back(std::move(alert));
  };
  for (int i = 0; i < 20; ++i) {
    end(kFailed, minutes(30 * i));
    end(kGood, minutes(30 * i + 15));
  }
  ASSERT_EQ(told.size(), 6U);  // three failures, each with its recovery
  EXPECT_THAT(told[2].detail, testing::Not(HasSubstr("more have to wait")));
  EXPECT_THAT(told[4].detail,
              HasSubstr("alert 3 about intraday within 24 h, and more have to wait until 2026-03-02T00:00:00Z"));
  end(kFailed, hours(24));
  EXPECT_EQ(told.size(), 7U);
}

TEST(AlertsOfRuns, say_what_happened_and_what_to_do) {
  AlertPolicy policy({.host = "db1"});
  const auto failed = policy.on_run_end({"daily", kPartial, "20260301-x", "2026-02-28: no memory"}, kMidnight);
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].title, "the daily run failed in part");
  EXPECT_EQ(failed[0].detail, "2026-02-28: no memory; `gapless runs show 20260301-x` shows where");
  EXPECT_EQ(failed[0].run_id, "20260301-x");
  EXPECT_EQ(failed[0].host, "db1");
  EXPECT_EQ(failed[0].at, kMidnight);
  const auto good = policy.on_run_end({"daily", kGood, "20260301-y"}, kMidnight + hours(2));
  ASSERT_EQ(good.size(), 1U);
  EXPECT_EQ(good[0].title, "the daily run is good again");
  EXPECT_EQ(good[0].detail, "it had failed since 2026-03-01T00:00:00Z; nothing is to be done");
  EXPECT_EQ(good[0].run_id, "20260301-y");
}

/// The oldest gap in hours, or -1 for none, and the kind of alert that is to follow.
struct GapStory {
  const char* name;
  std::vector<std::pair<int, const char*>> looks;
};

class AlertsOfGaps : public testing::TestWithParam<GapStory> {};

TEST_P(AlertsOfGaps, are_told_at_each_crossing) {
  AlertPolicy policy({.oldest_gap_allowed = hours(26)});
  for (const auto& [gap, expected] : GetParam().looks) {
    std::string told;
    const auto oldest = gap < 0 ? std::nullopt : std::optional<seconds>(hours(gap));
    for (const Alert& alert : policy.on_gaps(oldest, kMidnight)) told += name(alert.kind);
    EXPECT_EQ(told, expected) << gap << " hours";
  }
}

INSTANTIATE_TEST_SUITE_P(Stories, AlertsOfGaps,
                         testing::ValuesIn<GapStory>({
                             {"none", {{-1, ""}, {0, ""}, {26, ""}, {-1, ""}}},
                             {"grows_and_is_closed",
                              {{26, ""}, {27, "gap_too_old"}, {28, ""}, {90, ""}, {-1, "recovered"}, {-1, ""}}},
                             {"a_younger_one_is_left", {{27, "gap_too_old"}, {3, "recovered"}, {4, ""}}},
                             {"again", {{27, "gap_too_old"}, {-1, "recovered"}, {30, "gap_too_old"}}},
                         }),
                         kCaseName);

TEST(AlertsOfGaps, say_how_old_and_what_is_allowed) {
  AlertPolicy policy({.oldest_gap_allowed = minutes(30)});
  const auto told = policy.on_gaps(hours(76) + minutes(59), kMidnight);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].title, "figures are missing for 3 d 4 h");
  EXPECT_EQ(told[0].detail, "the oldest gap may be 30 min old; `gapless plan` shows the gaps and their reasons");
  EXPECT_EQ(told[0].job, "");
  const std::vector<std::pair<std::string, std::string>> fields = {{"oldest_gap_seconds", "277140"},
                                                                   {"allowed_seconds", "1800"}};
  EXPECT_EQ(told[0].fields, fields);
}

}  // namespace
}  // namespace gapless
