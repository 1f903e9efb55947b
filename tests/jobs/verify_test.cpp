// Verification by hand and by schedule: what it compares, what it leaves out, and what becomes of what differs.
#include <stdexcept>

#include "jobs/job_world.h"
#include "run/verification.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class Verify : public JobWorld {
 protected:
  Verify() { EXPECT_EQ(command("backfill").code, ExitCode::kDone); }

  /// Rewrites the path of a team's event in a way that no fingerprint shows: only a comparison finds it.
  void falsify(std::uint64_t team_id, const char* date) {
    std::vector<ModelEvent> events = world.warehouse.events();
    world.warehouse.remove_events([](const ModelEvent&) { return true; });
    for (ModelEvent& event : events)
      if (event.team == team(team_id) && Day::of(event.at) == day(date)) event.pathname = "/rewritten";
    world.warehouse.put(events);
  }
  Json verified(ExitCode code, std::vector<std::pair<const char*, const char*>> options = {}) {
    const CommandOutcome outcome = command("verify", std::move(options));
    if (!outcome.code) throw std::runtime_error(outcome.code.error().message);
    EXPECT_EQ(*outcome.code, code) << outcome.out;
    return Json::parse(outcome.out);
  }
};

TEST_F(Verify, FindsNothingInWhatWasBuilt) {
  const Json json = verified(ExitCode::kDone);
  EXPECT_EQ(json.at("cells_checked"), 8);
  EXPECT_THAT(json.at("differences"), IsEmpty());
  EXPECT_EQ(json.at("repair"), nullptr);
  EXPECT_EQ(newest_run().job, "verify");
  EXPECT_EQ(newest_run().status, RunStatus::kSucceeded);
  EXPECT_EQ(newest_run().cells_planned, 8U);
  EXPECT_THAT(newest_run().cells_by_state, UnorderedElementsAre(Pair("equal", 8U), Pair("different", 0U)));
}

TEST_F(Verify, NamesWhatDiffersThoughThePlanSeesNothing) {
  falsify(2, "2026-03-03");
  EXPECT_THAT(Json::parse(command("plan").out).at("cells"), IsEmpty());
  const Json json = verified(ExitCode::kDifferent);
  EXPECT_EQ(json.at("cells_different"), 1);
  ASSERT_EQ(json.at("differences").size(), 8U)
      << "a group more and one less in each wide target, and of two dimensions in the narrow one";
  const Json& one = json.at("differences").at(0);
  EXPECT_EQ(one.at("team_id"), 2);
  EXPECT_EQ(one.at("day"), "2026-03-03");
  EXPECT_EQ(one.at("table"), "web_pre_aggregated_stats");
  EXPECT_EQ(one.at("measure"), "rows");
  EXPECT_EQ(one.at("target").get<int>() + one.at("source").get<int>(), 1);
  EXPECT_EQ(newest_run().status, RunStatus::kFailed);
  EXPECT_EQ(newest_run().error, "1 of 8 cells differ from the source: team 2 on 2026-03-03");
}

TEST_F(Verify, RepairsExactlyWhatDiffers) {
  falsify(2, "2026-03-03");
  const Json json = verified(ExitCode::kDone, {{"--repair", ""}});
  EXPECT_THAT(json.at("differences"), IsEmpty());
  EXPECT_EQ(json.at("repair").at("differences").size(), 8U);
  EXPECT_EQ(json.at("repair").at("run").at("cells_recomputed"), 1);
  const RunRecord record = world.kept.run(json.at("run_id").get<std::string>()).value().value();
  EXPECT_EQ(record.status, RunStatus::kSucceeded);
  EXPECT_THAT(record.reason, HasSubstr("1 cell differed and was recomputed by run "));
  EXPECT_THAT(record.cells_by_state,
              UnorderedElementsAre(Pair("equal", 7U), Pair("different", 0U), Pair("repaired", 1U)));
  EXPECT_EQ(verified(ExitCode::kDone).at("cells_checked"), 8);
}

TEST_F(Verify, StillDiffersWhereTheRepairWasKeptFromIt) {
  falsify(2, "2026-03-03");
  ASSERT_TRUE(world.kept.set_pause({"moving house", std::nullopt}));
  const Json json = verified(ExitCode::kDifferent, {{"--repair", ""}});
  EXPECT_EQ(json.at("repair").at("run").at("status"), "skipped");
  EXPECT_EQ(json.at("differences").size(), 8U);
}

TEST_F(Verify, FindsDamageAndDoesNotTakeChangedEventsForIt) {
  world.warehouse.delete_rows(Target::kStats, cell(1, "2026-03-02"));
  world.warehouse.put({view(1, "2026-03-04T11:00:00Z", "late", 99)});
  const Json json = verified(ExitCode::kDifferent);
  EXPECT_EQ(json.at("cells_checked"), 7);
  EXPECT_EQ(json.at("cells_left_out"), Json({{"stale", 1}}));
  ASSERT_EQ(json.at("differences").size(), 1U);
  EXPECT_EQ(json.at("differences").at(0).at("day"), "2026-03-02");
  EXPECT_EQ(verified(ExitCode::kDone, {{"--states", "fresh"}}).at("cells_checked"), 6);
}

TEST_F(Verify, TakesACellThatIsDamagedAndStaleForStale) {
  world.warehouse.delete_rows(Target::kStats, cell(1, "2026-03-02"));
  world.warehouse.put({view(1, "2026-03-02T11:00:00Z", "late", 99)});
  EXPECT_EQ(verified(ExitCode::kDone).at("cells_left_out"), Json({{"stale", 1}}));
}

TEST_F(Verify, LeavesOutWhatChangedWhileItWasCompared) {
  world.faults.inject({.method = "differences", .outcome = Outcome::kSuccess, .on_fire = [&] {
                         world.warehouse.put({view(1, "2026-03-01T11:00:00Z", "late", 99)});
                       }});
  const Json json = verified(ExitCode::kDone);
  EXPECT_EQ(json.at("cells_checked"), 7);
  EXPECT_EQ(json.at("cells_left_out"), Json({{"changed_meanwhile", 1}}));
}

TEST_F(Verify, LeavesOpenDaysOutUnlessAskedFor) {
  ASSERT_EQ(job("intraday").code, ExitCode::kDone);
  EXPECT_EQ(verified(ExitCode::kDone, {{"--from", "2026-03-05"}, {"--to", "2026-03-05"}}).at("cells_checked"), 0);
  EXPECT_EQ(newest_run().status, RunStatus::kNothingToDo);
  EXPECT_EQ(newest_run().reason, "no cell can be compared: 2 open");
  EXPECT_EQ(verified(ExitCode::kDone, {{"--include-today", ""}}).at("cells_checked"), 10);
}

TEST_F(Verify, ComparesTheTeamsSelectedAndNoExcludedOne) {
  falsify(2, "2026-03-03");
  EXPECT_EQ(verified(ExitCode::kDone, {{"--teams", "1"}}).at("cells_checked"), 4);
  settings().teams.excluded = {team(2)};
  EXPECT_EQ(verified(ExitCode::kDone).at("cells_checked"), 4);
}

TEST_F(Verify, TakesASampleByChance) {
  EXPECT_EQ(verified(ExitCode::kDone, {{"--sample", "3"}}).at("cells_checked"), 3);
  EXPECT_EQ(verified(ExitCode::kDone, {{"--sample", "100"}}).at("cells_checked"), 8);
  for (const char* bad : {"0", "-1", "x", "3.5"}) {
    const CommandOutcome outcome = command("verify", {{"--sample", bad}});
    ASSERT_FALSE(outcome.code);
    EXPECT_EQ(outcome.code.error().fault, Fault::kInvalidInput);
  }
  EXPECT_FALSE(command("verify", {{"--tolerance", "nan"}}).code);
}

TEST_F(Verify, IsAJobOfTheScheduleThatTellsAndDoesNotRepair) {
  settings().verify_sample = 2;
  EXPECT_EQ(job("verify").code, ExitCode::kDone);
  EXPECT_EQ(newest_run().cells_planned, 2U);
  settings().verify_sample = 0;
  falsify(1, "2026-03-01");
  EXPECT_EQ(job("verify").code, ExitCode::kDifferent);
  EXPECT_EQ(newest_run().status, RunStatus::kFailed);
  EXPECT_EQ(job("verify").code, ExitCode::kDifferent) << "nobody repaired it";
}

TEST_F(Verify, FailsWhereItCannotCompare) {
  world.faults.inject({.method = "differences", .persistent = true});
  EXPECT_FALSE(command("verify").code);
  EXPECT_EQ(newest_run().status, RunStatus::kFailed);
  EXPECT_THAT(newest_run().error, HasSubstr("the warehouse cannot be reached"));
  EXPECT_THAT(newest_run().cells_by_state, IsEmpty());
}

TEST_F(Verify, GoesInPiecesWhereMemoryDoesNotSuffice) {
  falsify(2, "2026-03-03");
  std::vector<CellFacts> cells = cells_to_verify(world.observe_and_plan(world.ask()).value(), {}).cells;
  Limits limits;
  limits.memory_limit_bytes = 1000;
  world.warehouse.set_bytes_per_team(1000);
  const Verification seen = verify(world.warehouse, cells, {}, limits).value();
  EXPECT_EQ(seen.cells, 8U);
  EXPECT_THAT(seen.differing(), ElementsAre(cell(2, "2026-03-03")));
  world.warehouse.set_bytes_per_team(1001);
  EXPECT_EQ(verify(world.warehouse, cells, {}, limits).error().code, 241);
}

TEST_F(Verify, StopsBetweenDays) {
  const std::vector<CellFacts> cells = cells_to_verify(world.observe_and_plan(world.ask()).value(), {}).cells;
  VerifyOptions options;
  int days = 0;
  options.stopping = [&] { return ++days > 2; };
  EXPECT_EQ(verify(world.warehouse, cells, options, {}).error().fault, Fault::kCancelled);
  EXPECT_EQ(days, 3);
}

}  // namespace
}  // namespace gapless
