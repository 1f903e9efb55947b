#include "jobs/job_world.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class Jobs : public JobWorld {
 protected:
  /// It failed before it knew what to do: that is in the history, and nothing was processed.
  void expect_failed(const CommandOutcome& outcome, const char* why) {
    ASSERT_FALSE(outcome.code);
    EXPECT_EQ(exit_code_of(outcome.code.error()), ExitCode::kFailed);
    EXPECT_THAT(outcome.code.error().message, HasSubstr(why));
    EXPECT_EQ(newest_run().status, RunStatus::kFailed);
    EXPECT_THAT(newest_run().error, HasSubstr(why));
    EXPECT_TRUE(newest_run().finished_at);
    EXPECT_THAT(published_days(), IsEmpty());
  }
};

TEST_F(Jobs, RecordWhatTheyWereForAndWhatCameOfIt) {
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  const RunRecord run = newest_run();
  EXPECT_EQ(run.job, "backfill");
  EXPECT_EQ(run.trigger, "command");
  EXPECT_EQ(run.status, RunStatus::kSucceeded);
  EXPECT_EQ(run.window, "2026-02-03 to 2026-03-04");
  EXPECT_EQ(run.teams, 2U);
  EXPECT_THAT(run.cells_by_state, ElementsAre(Pair("missing", 8U)));
  EXPECT_EQ(run.cells_recomputed, 8U);
  expect_nothing_left_over(world);
}

TEST_F(Jobs, SayWhyTheyHadNothingToDo) {
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  EXPECT_EQ(newest_run().status, RunStatus::kNothingToDo);
  EXPECT_EQ(newest_run().reason, "all 8 cells are fresh");
  EXPECT_THAT(newest_run().cells_by_state, IsEmpty());
}

TEST_F(Jobs, HaveNothingToDoWhereNoTeamIsSelected) {
  settings().teams.strategies = {Strategy::kList};
  for (const std::string_view name : kScheduledJobs) {
    ASSERT_EQ(job(name).code, ExitCode::kDone);
    EXPECT_EQ(newest_run().status, RunStatus::kNothingToDo);
    EXPECT_EQ(newest_run().reason, "no team is selected: teams.enabled names none (list)");
  }
  EXPECT_THAT(published_days(), IsEmpty());
}

TEST_F(Jobs, LookAfterOrphansThoughNoTeamIsSelected) {
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  settings().teams.strategies = {Strategy::kList};
  world.warehouse.remove_events([](const ModelEvent& event) { return event.team == team(2); });
  EXPECT_EQ(Json::parse(command("plan").out).at("cells").size(), 4U);
  services.parts().executor_options.allow_shrink = true;
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  EXPECT_THAT(newest_run().cells_by_state, ElementsAre(Pair("orphaned", 4U)));
  EXPECT_THAT(world.warehouse.rows(Target::kStats, cell(2, "2026-03-01")), IsEmpty());
  EXPECT_EQ(world.warehouse.rows(Target::kStats, cell(1, "2026-03-01")).size(), 1U);
}

TEST_F(Jobs, FailWhereTheSourceCannotBeLookedAtAndRecover) {
  world.faults.inject({.method = "source_inventory", .persistent = true});
  expect_failed(job("backfill"), "the warehouse cannot be reached");
  expect_failed(job("daily"), "the warehouse cannot be reached");
  expect_failed(command("backfill"), "the warehouse cannot be reached");
  world.faults.clear();
  EXPECT_EQ(job("backfill").code, ExitCode::kDone) << "the next one recovers";
  EXPECT_THAT(published_days(), ElementsAre("2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"));
}

TEST_F(Jobs, FailWithAStrategyThatFails) {
  settings().teams.strategies = {Strategy::kProjectSettings, Strategy::kAll};
  services.parts().team_settings.answer = fail(Fault::kUnavailable, "no server");
  expect_failed(job("daily"), "team selection by project_settings failed: no server");
  expect_failed(command("backfill"), "team selection by project_settings failed: no server");
}

TEST_F(Jobs, FailWhereItCannotBeKnownWhetherAnotherIsAtWork) {
  for (const char* call : {"take_lease", "pause", "begin_run"}) {
    world.faults.inject({.method = call, .error = {Fault::kUnavailable, 0, "the store is locked"}, .persistent = true});
    const CommandOutcome outcome = job("backfill");
    ASSERT_FALSE(outcome.code) << call;
    EXPECT_THAT(outcome.code.error().message, HasSubstr("the store is locked")) << call;
    EXPECT_EQ(exit_code_of(outcome.code.error()), ExitCode::kFailed) << call;
    EXPECT_THAT(published_days(), IsEmpty()) << "never 'nobody is at work'; " << call;
    world.faults.clear();
  }
  EXPECT_EQ(world.kept.runs(10).value().size(), 2U) << "all but the one that could not be recorded";
}

TEST_F(Jobs, AreSkippedWhileTheirPreviousRunIsStillGoing) {
  std::optional<CommandOutcome> second, other;
  world.faults.inject({.method = "build_sessions", .outcome = Outcome::kSuccess, .on_fire = [&] {
                         second = job("backfill");
                         EXPECT_EQ(newest_run().status, RunStatus::kSkipped);
                         EXPECT_THAT(newest_run().reason, HasSubstr("the previous run of backfill is still going"));
                         other = job("daily");
                       }});
  EXPECT_EQ(job("backfill").code, ExitCode::kDone);
  ASSERT_TRUE(second && other);
  EXPECT_EQ(second->code, ExitCode::kConflict);
  EXPECT_EQ(Json::parse(second->out).at("status"), "skipped");
  EXPECT_EQ(other->code, ExitCode::kPartial) << "another job shares the days out";
  EXPECT_EQ(job("backfill").code, ExitCode::kDone) << "its lease was given back";
  expect_nothing_left_over(world);
}

TEST_F(Jobs, AreSkippedWhereEveryDayIsLeasedElsewhere) {
  for (const char* date : {"01", "02", "03", "04"})
    ASSERT_TRUE(world.kept.take_lease(std::string("web/2026-03-") + date, "run-9", std::chrono::hours(1)));
  EXPECT_EQ(job("backfill").code, ExitCode::kConflict);
  EXPECT_EQ(newest_run().status, RunStatus::kSkipped);
  EXPECT_THAT(newest_run().reason, HasSubstr("held by run run-9"));
  EXPECT_THAT(published_days(), IsEmpty());
}

TEST_F(Jobs, AreSkippedWhilePaused) {
  ASSERT_TRUE(world.kept.set_pause({"moving house", std::nullopt}));
  for (const std::string_view name : kScheduledJobs) {
    EXPECT_EQ(job(name).code, ExitCode::kConflict);
    EXPECT_EQ(newest_run().status, RunStatus::kSkipped);
    EXPECT_THAT(newest_run().reason, HasSubstr("moving house"));
  }
  EXPECT_EQ(command("backfill").code, ExitCode::kConflict);
}

TEST_F(Jobs, LeaveTheDayThatIsNotOverAlone) {
  struct Case {
    const char* job;
    int end_offset_days;
    const char* now;
    std::vector<std::string> published;
  };
  const std::vector<std::string> four = {"2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"};
  const std::vector<std::string> three = {"2026-03-01", "2026-03-02", "2026-03-03"};
  const auto before = world.warehouse.state();
  for (const Case& one : std::vector<Case>{{"daily", 0, "2026-03-05T23:59:59Z", four},
                                           {"daily", 1, "2026-03-05T23:59:59Z", four},
                                           {"daily", 2, "2026-03-05T23:59:59Z", three},
                                           {"backfill", 0, "2026-03-05T23:59:59Z", four},
                                           {"backfill", 1, "2026-03-05T23:59:59Z", four},
                                           {"backfill", 2, "2026-03-05T23:59:59Z", three},
                                           {"backfill", 0, "2026-03-05T00:29:59Z", three},  // settling
                                           {"backfill", 0, "2026-03-05T00:30:00Z", four},
                                           {"backfill", 1, "2026-03-05T00:30:00Z", four}}) {
    world.warehouse.restore(before);
    settings().end_offset_days = one.end_offset_days;
    set_clock(one.now);
    ASSERT_EQ(job(one.job).code, ExitCode::kDone);
    EXPECT_EQ(published_days(), one.published) << one.job << " " << one.end_offset_days << " " << one.now;
  }
  ASSERT_EQ(job("intraday").code, ExitCode::kDone);
  EXPECT_THAT(published_days(), testing::Contains("2026-03-05")) << "today is intraday's";
}

TEST_F(Jobs, RecomputeWhatAnotherDefinitionMadeOnceSomebodyAgreed) {
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  services.parts().definition = Definition("rules: 2\n");
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  EXPECT_EQ(newest_run().reason, "8 outdated");
  const Json waiting = Json::parse(command("plan").out).at("outdated");
  EXPECT_EQ(waiting.at("cells"), 8);
  EXPECT_EQ(waiting.at("jobs_recompute"), false);
  EXPECT_GT(waiting.at("rows_read"), 0);

  ASSERT_EQ(command("backfill", {{"--from", "2026-03-04"}, {"--to", "2026-03-04"}}).code, ExitCode::kDone);
  EXPECT_THAT(newest_run().cells_by_state, ElementsAre(Pair("outdated", 2U))) << "by hand always";
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  EXPECT_EQ(newest_run().reason, "6 outdated, 2 fresh") << "which is not consent";

  ASSERT_EQ(command("backfill", {{"--from", "2026-03-03"}, {"--to", "2026-03-03"}, {"--accept-definition", ""}}).code,
            ExitCode::kDone);
  EXPECT_EQ(Json::parse(command("plan").out).at("outdated").at("jobs_recompute"), true);
  ASSERT_EQ(job("backfill").code, ExitCode::kDone);
  EXPECT_THAT(newest_run().cells_by_state, ElementsAre(Pair("outdated", 4U)));

  services.parts().definition = Definition("rules: 3\n");
  ASSERT_EQ(job("daily").code, ExitCode::kDone);
  EXPECT_EQ(newest_run().reason, "8 outdated") << "consent is to one definition";
}

}  // namespace
}  // namespace gapless
