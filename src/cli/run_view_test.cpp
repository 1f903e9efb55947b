#include "cli/run_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/facts_test_support.h"
#include "cli/run_job.h"

namespace gapless {
namespace {

using testing::HasSubstr;

RunReport report(RunStatus status, std::vector<DayReport> days) {
  RunReport made{"run-9", "manual", status, {a_day("2026-03-01"), a_day("2026-03-03")}, std::move(days), 0,
                 1.5,     "",       ""};
  for (const DayReport& day : made.days) made.cells_recomputed += day.cells;
  return made;
}

DayReport published(const char* day) {
  return {{0, a_day(day), 0}, DayStatus::kPublished, 2, {1500, 300, 10, 60}, 0.25, ""};
}

TEST(RunView, shows_a_day_a_line_and_how_it_ended) {
  EXPECT_EQ(run_text(report(RunStatus::kSucceeded, {published("2026-03-01"), published("2026-03-02")}), Style::plain()),
            "day         status     cells  view events  sessions    time\n"
            "2026-03-01  published      2        1,500       300  0.25 s\n"
            "2026-03-02  published      2        1,500       300  0.25 s\n\n"
            "done: 4 cells on 2 days in 1.50 s: 3,000 view events, 600 sessions  (run run-9)\n");
}

TEST(RunView, says_why_days_failed_and_what_to_do) {
  const DayReport failed{{0, a_day("2026-03-02"), 0}, DayStatus::kFailed, 0, {}, 0.5, "no disk"};
  EXPECT_EQ(run_text(report(RunStatus::kPartial, {published("2026-03-01"), failed}), Style::plain()),
            "day         status     cells  view events  sessions    time  reason\n"
            "2026-03-01  published      2        1,500       300  0.25 s\n"
            "2026-03-02  failed                                   0.50 s  no disk\n\n"
            "partly done: 2 cells on 1 day in 1.50 s: 1,500 view events, 300 sessions; 1 day failed. gapless backfill "
            "again does"
            " what is left  (run run-9)\n");
}

TEST(RunView, says_why_there_was_nothing_to_do_and_who_is_in_the_way) {
  RunReport nothing = report(RunStatus::kNothingToDo, {});
  nothing.reason = "all 20 cells are fresh";
  EXPECT_EQ(run_text(nothing, Style::plain()), "nothing to do: all 20 cells are fresh  (run run-9)\n");
  RunReport skipped = report(RunStatus::kSkipped, {});
  skipped.reason = "2026-03-01: held by run run-8";
  EXPECT_EQ(run_text(skipped, Style::plain()), "skipped: 2026-03-01: held by run run-8  (run run-9)\n");
  skipped.error = "2026-03-01 is held by run run-8";
  EXPECT_EQ(run_text(skipped, Style::plain()), "skipped: 2026-03-01 is held by run run-8  (run run-9)\n");
}

TEST(RunView, gives_programs_the_same) {
  const Json json = run_json(report(RunStatus::kSucceeded, {published("2026-03-01")}));
  EXPECT_EQ(json.at("run_id"), "run-9");
  EXPECT_EQ(json.at("job"), "manual");
  EXPECT_EQ(json.at("status"), "succeeded");
  EXPECT_EQ(json.at("window"), (Json{{"from", "2026-03-01"}, {"to", "2026-03-03"}}));
  EXPECT_EQ(json.at("days"), Json::array({{{"day", "2026-03-01"},
                                           {"shard", 0},
                                           {"bucket", 0},
                                           {"status", "published"},
                                           {"cells", 2},
                                           {"view_events", 1500},
                                           {"sessions", 300},
                                           {"seconds", 0.25},
                                           {"error", nullptr}}}));
  EXPECT_EQ(json.at("cells_recomputed"), 2);
  EXPECT_EQ(json.at("seconds"), 1.5);
}

TEST(RunIds, sort_by_time_and_may_name_statements) {
  const Instant now = parse_instant("2026-03-10T12:34:56Z", "test").value();
  const std::string id = make_run_id(now);
  EXPECT_THAT(id, testing::MatchesRegex("20260310-123456-[0-9a-f]{6}"));
  EXPECT_LT(id, make_run_id(now + std::chrono::seconds(1)));
}

}  // namespace
}  // namespace gapless
