#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fake_services_test_support.h"

// The commands that read and write the state store alone.

namespace gapless {
namespace {

using testing::HasSubstr;

constexpr OutputFormat kText = OutputFormat::kText;
constexpr OutputFormat kJson = OutputFormat::kJson;

Given argument(const char* text) {
  Given given;
  given.add_argument(text);
  return given;
}

class StoreCommands : public testing::Test {
 protected:
  Json json(const char* name, const Given& given = {}) {
    return Json::parse(run_command(services, name, kJson, given).out);
  }

  RunRecord record(const char* id, const char* started) {
    RunRecord run;
    run.id = id;
    run.job = "manual";
    run.trigger = "command";
    run.host = "web1";
    run.pid = 4242;
    run.window = "2026-03-01 to 2026-03-02";
    run.teams = 2;
    run.cells_planned = 4;
    run.started_at = parse_instant(started, "test").value();
    EXPECT_TRUE(services.store().value()->begin_run(run));
    return run;
  }

  FakeServices services;
};

TEST_F(StoreCommands, pause_until_a_time_and_resume) {
  Given given = argument("moving house");
  given.set("--for", "2h");
  EXPECT_EQ(json("pause", given),
            (Json{{"paused", true}, {"until", "2026-03-10T14:00:00Z"}, {"reason", "moving house"}}));
  EXPECT_TRUE(services.parts().store.pause(services.parts().clock.now()).value());
  EXPECT_EQ(json("resume"), (Json{{"paused", false}, {"until", nullptr}, {"reason", nullptr}}));
  EXPECT_FALSE(services.parts().store.pause(services.parts().clock.now()).value());
}

TEST_F(StoreCommands, pause_says_what_it_means) {
  EXPECT_EQ(run_command(services, "pause", kText).out, "paused: no new day is begun until gapless resume\n");
  EXPECT_EQ(run_command(services, "resume", kText).out, "resumed\n");
  EXPECT_EQ(run_command(services, "resume", kText).out, "nothing was paused\n");
  Given given;
  given.set("--for", "soon");
  EXPECT_EQ(run_command(services, "pause", kText, given).code.error().message,
            "'soon' is not a span of time such as 30m or 2h (from --for)");
}

TEST_F(StoreCommands, runs_are_none_where_there_is_no_store_and_none_is_made) {
  EXPECT_EQ(json("runs"), (Json{{"runs", Json::array()}}));
  EXPECT_FALSE(services.has_store());
  EXPECT_EQ(run_command(services, "runs show", kText, argument("x")).code.error().fault, Fault::kInvalidInput);
}

TEST_F(StoreCommands, runs_are_listed_the_newest_first) {
  RunRecord first = record("20260309-010000-aaaaaa", "2026-03-09T01:00:00Z");
  first.status = RunStatus::kSucceeded;
  first.cells_recomputed = 4;
  first.finished_at = first.started_at + std::chrono::milliseconds(1500);
  ASSERT_TRUE(services.parts().store.update_run(first));
  record("20260310-010000-bbbbbb", "2026-03-10T01:00:00Z");

  const Json runs = json("runs").at("runs");
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].at("run_id"), "20260310-010000-bbbbbb");
  EXPECT_EQ(runs[0].at("status"), "running");
  EXPECT_TRUE(runs[0].at("seconds").is_null());
  EXPECT_EQ(runs[1].at("job"), "manual");
  EXPECT_EQ(runs[1].at("started_at"), "2026-03-09T01:00:00Z");
  EXPECT_EQ(runs[1].at("seconds"), 1.5);
  EXPECT_EQ(runs[1].at("cells_recomputed"), 4);
  EXPECT_TRUE(runs[1].at("error").is_null());
  EXPECT_EQ(run_command(services, "runs", kText).out,
            "run                     job     status     started                 time  cells  why\n"
            "20260310-010000-bbbbbb  manual  running    2026-03-10T01:00:00Z              0\n"
            "20260309-010000-aaaaaa  manual  succeeded  2026-03-09T01:00:00Z  1.50 s      4\n");
  Given one;
  one.set("--limit", "1");
  EXPECT_EQ(json("runs", one).at("runs").size(), 1U);
}

TEST_F(StoreCommands, runs_show_has_the_steps_and_takes_the_beginning_of_an_id) {
  record("20260309-010000-aaaaaa", "2026-03-09T01:00:00Z");
  record("20260310-010000-bbbbbb", "2026-03-10T01:00:00Z");
  const Day day = Day::parse("2026-03-01", "test").value();
  ASSERT_TRUE(services.parts().store.record_step(
      {"20260309-010000-aaaaaa", {0, day, 0}, "build", "failed", services.parts().clock.now(), 2.5, 10, 1, "no disk"}));
  const Json runs = json("runs show", argument("20260309")).at("runs");
  ASSERT_EQ(runs.size(), 1U);
  ASSERT_EQ(runs[0].at("steps").size(), 1U);
  EXPECT_EQ(runs[0].at("steps")[0].at("step"), "build");
  EXPECT_EQ(runs[0].at("steps")[0].at("error"), "no disk");
  EXPECT_THAT(run_command(services, "runs show", kText, argument("20260309")).out,
              HasSubstr("2026-03-01  build  failed  2.50 s    10        1  no disk\n"));
  EXPECT_THAT(run_command(services, "runs show", kText, argument("2026")).code.error().message,
              HasSubstr("more than one run begins with '2026'"));
  EXPECT_EQ(run_command(services, "runs show", kText, argument("x")).code.error().message,
            "there is no run 'x'; gapless runs lists them");
}

TEST_F(StoreCommands, runs_cancel_asks_a_running_run) {
  RunRecord run = record("20260309-010000-aaaaaa", "2026-03-09T01:00:00Z");
  EXPECT_EQ(json("runs cancel", argument("20260309")).at("runs")[0].at("cancel_requested"), true);
  EXPECT_EQ(services.parts().store.heartbeat(run.id), true);
  run.status = RunStatus::kCancelled;
  ASSERT_TRUE(services.parts().store.update_run(run));
  EXPECT_EQ(run_command(services, "runs cancel", kText, argument(run.id.c_str())).out,
            "run 20260309-010000-aaaaaa is not running: cancelled\n");
}

TEST_F(StoreCommands, doctor_says_what_is_wrong_though_there_is_no_engine) {
  services.parts().installation.configuration_error = Error{Fault::kInvalidInput, 0, "gapless.toml:3: unknown key 'x'"};
  services.parts().installation.unknown_variables = {"GAPLESS_DAT"};
  const CommandOutcome outcome = run_command(services, "doctor", kJson);
  EXPECT_EQ(outcome.code, ExitCode::kFailed);
  std::map<std::string, std::string> status;
  const Json document = Json::parse(outcome.out);
  for (const Json& check : document.at("checks")) {
    EXPECT_TRUE(check.contains("detail") && check.contains("remedy"));
    status[check.at("name")] = check.at("status");
  }
  EXPECT_EQ(status["configuration"], "fail");
  EXPECT_EQ(status["environment"], "warn");
  EXPECT_EQ(status["clock"], "ok");
  EXPECT_EQ(status["chDB library"], "fail");
  EXPECT_EQ(status["state store"], "ok");
}

}  // namespace
}  // namespace gapless
