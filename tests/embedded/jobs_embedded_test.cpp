// Scheduled jobs over the embedded engine, on a clock that the test holds: what comes of a tick when all is well, when
// somebody else is at work, and when it cannot be known. tests/jobs/ has more of it, over fakes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fake_services_test_support.h"
#include "cli/run_job.h"
#include "embedded/embedded.h"
#include "embedded/faulty_engine.h"
#include "run/mortal_store.h"

namespace gapless::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

/// Two teams with a page view each on 1 to 4 March 2026 and today, the 5th; it is noon.
class EmbeddedJobs : public testing::Test {
 protected:
  EmbeddedJobs() {
    embedded().reset();
    std::string lines;
    for (int date = 1; date <= 5; ++date)
      for (const int team_id : {1, 2})
        lines += fmt::format(
            R"({{"team_id":{0},"event":"$pageview","timestamp":"2026-03-{1:02} 10:00:00","uuid":"00000000-0000-4000-8000-0000000{0}{1:04}","session_id":"s{0}-{1}","pathname":"/"}})"
            "\n",
            team_id, date);
    embedded().load(lines);
    set_clock("2026-03-05T12:00:00Z");
    services.parts().definition = embedded().definition();
    services.parts().figures = Figures{&warehouse_, &store_, &executor_};
    services.parts().executor_options.retry.base_delay = std::chrono::milliseconds(0);
    settings().days_back = 30;
    settings().detection_window_days = 7;
    settings().end_offset_days = 1;
    settings().settle_delay = std::chrono::minutes(30);
    settings().keep_runs_days = 90;
    settings().max_shrink_percent = 10;
    settings().run_timeout = std::chrono::minutes(40);
    settings().teams.strategies = {Strategy::kAll};
  }

  Settings& settings() { return services.parts().settings; }
  void set_clock(const char* instant) { services.parts().clock.set(parse_instant(instant, "test").value()); }
  CommandOutcome job(std::string_view name) {
    Given given;
    given.add_argument(std::string(name));
    return run_command(services, "run", OutputFormat::kJson, given);
  }
  RunRecord newest_run() { return kept.runs(1).value().at(0); }
  std::vector<std::string> published_days() {
    const Rows rows = embedded().rows(
        "SELECT DISTINCT toString(toDate(period_bucket)) AS day FROM gapless.web_pre_aggregated_stats ORDER BY day");
    std::vector<std::string> days;
    for (std::size_t i = 0; i < rows.size(); ++i) days.push_back(rows.text(i, 0));
    return days;
  }
  void expect_failed(std::string_view name, const char* why) {
    const CommandOutcome outcome = job(name);
    ASSERT_FALSE(outcome.code);
    EXPECT_EQ(exit_code_of(outcome.code.error()), ExitCode::kFailed);
    EXPECT_EQ(newest_run().status, RunStatus::kFailed);
    EXPECT_THAT(newest_run().error, HasSubstr(why));
    EXPECT_THAT(published_days(), IsEmpty());
  }

  FaultInjector faults;  ///< of engine and store together
  FakeServices services;
  MemoryStateStore kept{[this] { return services.clock().now(); }};

 private:
  FaultyEngine engine_{embedded().engine(), faults};
  SqlWarehouse warehouse_{engine_, layout()};
  MortalStore store_{kept, faults, 0};
  Executor executor_{warehouse_, store_, services.clock(), services.definition()};
};

const std::vector<std::string> kFour = {"2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"};

TEST_F(EmbeddedJobs, RecordWhatTheyDidAndThenHaveNothingToDo) {
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  EXPECT_EQ(newest_run().window, "2026-02-03 to 2026-03-04");
  EXPECT_EQ(newest_run().teams, 2U);
  EXPECT_THAT(newest_run().cells_by_state, ElementsAre(Pair("missing", 8U)));
  EXPECT_EQ(published_days(), kFour);
  ASSERT_EQ(job("daily").code, ExitCode::kDone);
  EXPECT_EQ(newest_run().status, RunStatus::kNothingToDo);
  EXPECT_EQ(newest_run().reason, "all 8 cells are fresh");
}

TEST_F(EmbeddedJobs, WorkOnTheTeamsThatAreSelectedAlone) {
  settings().teams.strategies = {Strategy::kList};
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  EXPECT_EQ(newest_run().reason, "no team is selected: teams.enabled names none (list)");
  EXPECT_THAT(published_days(), IsEmpty());
  settings().teams.enabled = parse_teams("2", "test").value();
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  EXPECT_EQ(embedded().number("SELECT countIf(team_id = 1) FROM gapless.web_pre_aggregated_stats"), 0U);
  EXPECT_EQ(published_days(), kFour);
}

TEST_F(EmbeddedJobs, FailWhereTheEngineIsDownAndRecover) {
  faults.inject({.method = "statement", .persistent = true});
  for (const char* name : {"daily", "backfill"}) expect_failed(name, "cannot be reached");
  faults.clear();
  EXPECT_EQ(job("backfill").code, ExitCode::kDone);
  EXPECT_EQ(published_days(), kFour);
}

TEST_F(EmbeddedJobs, FailWithAStrategyThatFails) {
  settings().teams.strategies = {Strategy::kProjectSettings, Strategy::kAll};
  services.parts().team_settings.answer = fail(Fault::kUnavailable, "no server");
  expect_failed("daily", "team selection by project_settings failed: no server");
}

TEST_F(EmbeddedJobs, FailWhereItCannotBeKnownWhetherAnotherIsAtWork) {
  for (const char* call : {"take_lease", "pause"}) {
    faults.inject({.method = call, .error = {Fault::kUnavailable, 0, "the store is locked"}, .persistent = true});
    expect_failed("backfill", "the store is locked");
    faults.clear();
  }
  EXPECT_EQ(job("backfill").code, ExitCode::kDone) << "the next one recovers";
}

TEST_F(EmbeddedJobs, AreSkippedWhileAnotherHasTheJobOrTheDays) {
  ASSERT_TRUE(kept.take_lease("job/backfill", "run-8", std::chrono::hours(1)));
  EXPECT_EQ(job("backfill").code, ExitCode::kConflict);
  EXPECT_EQ(newest_run().status, RunStatus::kSkipped);
  EXPECT_THAT(newest_run().reason, HasSubstr("the previous run of backfill is still going"));
  for (const std::string& day : kFour) ASSERT_TRUE(kept.take_lease("web/" + day, "run-9", std::chrono::hours(1)));
  EXPECT_EQ(job("daily").code, ExitCode::kConflict);
  EXPECT_EQ(newest_run().status, RunStatus::kSkipped);
  EXPECT_THAT(newest_run().reason, HasSubstr("held by run run-9"));
  EXPECT_THAT(published_days(), IsEmpty());
}

TEST_F(EmbeddedJobs, LeaveTheDayThatIsNotOverAlone) {
  const std::vector<std::string> three(kFour.begin(), kFour.end() - 1);
  struct Case {
    const char* job;
    int end_offset_days;
    const char* now;
    std::vector<std::string> published;
  };
  for (const Case& one : std::vector<Case>{{"daily", 0, "2026-03-05T23:59:59Z", kFour},
                                           {"daily", 2, "2026-03-05T23:59:59Z", three},
                                           {"backfill", 0, "2026-03-05T00:29:59Z", three},
                                           {"backfill", 1, "2026-03-05T00:30:00Z", kFour},
                                           {"backfill", 2, "2026-03-05T23:59:59Z", three}}) {
    embedded().forget_rollup();
    settings().end_offset_days = one.end_offset_days;
    set_clock(one.now);
    ASSERT_EQ(job(one.job).code, ExitCode::kDone);
    EXPECT_EQ(published_days(), one.published) << one.job << " " << one.end_offset_days << " " << one.now;
  }
  ASSERT_EQ(job("intraday").code, ExitCode::kDone);
  EXPECT_THAT(published_days(), testing::Contains("2026-03-05")) << "today is intraday's";
}

}  // namespace
}  // namespace gapless::test
