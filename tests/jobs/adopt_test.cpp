// Adopting: rows that gapless did not write get entries where they are right, and are left alone where they are not.
#include <stdexcept>

#include "jobs/job_world.h"

namespace gapless {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class Adopt : public JobWorld {
 protected:
  /// What somebody published who keeps no ledger: all rows are right.
  Adopt() {
    EXPECT_EQ(command("backfill").code, ExitCode::kDone);
    forget_ledger();
  }

  void forget_ledger() {
    FakeWarehouseState state = world.warehouse.state();
    state.ledger.clear();
    world.warehouse.restore(state);
  }
  std::map<std::string, int> states() {
    std::map<std::string, int> states;
    const Json plan = Json::parse(command("plan", {{"--all", ""}}).out);
    for (const Json& one : plan.at("cells"))
      if (one.at("state") != "empty") states[one.at("state").get<std::string>()] += 1;
    return states;
  }
  Json adopted(ExitCode code, std::vector<std::pair<const char*, const char*>> options = {}) {
    const CommandOutcome outcome = command("adopt", std::move(options));
    if (!outcome.code) throw std::runtime_error(outcome.code.error().message);
    EXPECT_EQ(*outcome.code, code) << outcome.out;
    return Json::parse(outcome.out);
  }
  void expect_refused(const Json& json, const char* reason, const char* why) {
    ASSERT_EQ(json.at("refused").size(), 1U);
    EXPECT_EQ(json.at("refused").at(0).at("reason"), reason);
    EXPECT_THAT(json.at("refused").at(0).at("why").get<std::string>(), HasSubstr(why));
  }
};

TEST_F(Adopt, GivesEntriesToWhatIsRightAndTouchesNoRow) {
  EXPECT_THAT(states(), UnorderedElementsAre(Pair("foreign", 8)));
  const FakeWarehouseState before = world.warehouse.state();
  const Json json = adopted(ExitCode::kDone);
  EXPECT_EQ(json.at("adopted"), 8);
  EXPECT_THAT(json.at("refused"), IsEmpty());
  EXPECT_EQ(newest_run().job, "adopt");
  EXPECT_EQ(newest_run().status, RunStatus::kSucceeded);
  EXPECT_THAT(newest_run().cells_by_state, UnorderedElementsAre(Pair("adopted", 8U), Pair("refused", 0U)));
  expect_rows_unchanged(world, before, {team(1), team(2)});
  EXPECT_THAT(states(), UnorderedElementsAre(Pair("fresh", 8)));
  expect_nothing_left_over(world);
}

TEST_F(Adopt, WritesWhatAPublicationWouldHaveWritten) {
  ASSERT_EQ(command("backfill", {{"--take-over", ""}}).code, ExitCode::kDone);
  const auto published = world.warehouse.ledger({day("2026-03-01"), day("2026-03-04")}, std::nullopt, {}).value();
  forget_ledger();
  adopted(ExitCode::kDone);
  const auto entries = world.warehouse.ledger({day("2026-03-01"), day("2026-03-04")}, std::nullopt, {}).value();
  ASSERT_EQ(entries.size(), published.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].cell, published[i].cell);
    EXPECT_EQ(entries[i].definition, published[i].definition);
    EXPECT_EQ(entries[i].window, published[i].window);
    EXPECT_EQ(entries[i].owned, published[i].owned);
    EXPECT_EQ(entries[i].content, published[i].content);
    EXPECT_GT(entries[i].fence, published[i].fence);
  }
}

TEST_F(Adopt, RefusesWhatDiffersAndNamesIt) {
  world.warehouse.delete_rows(Target::kStats, cell(2, "2026-03-03"));
  const Json json = adopted(ExitCode::kPartial);
  EXPECT_EQ(json.at("adopted"), 7);
  expect_refused(json, "differs", "1 figure differs from the source");
  EXPECT_EQ(json.at("refused").at(0).at("team_id"), 2);
  EXPECT_EQ(json.at("refused").at(0).at("differences").at(0).at("table"), "web_pre_aggregated_stats");
  EXPECT_EQ(newest_run().status, RunStatus::kPartial);
  EXPECT_THAT(newest_run().error, HasSubstr("1 of 8 cells stay foreign: team 2 on 2026-03-03"));
  EXPECT_THAT(states(), UnorderedElementsAre(Pair("fresh", 7), Pair("foreign", 1)));
  adopted(ExitCode::kDifferent);
  EXPECT_EQ(newest_run().status, RunStatus::kFailed);
}

TEST_F(Adopt, RefusesRowsOfWhichTheSourceHoldsNothing) {
  world.warehouse.put_rows(Target::kBounces,
                           {{team(9), day("2026-03-02").start(), "by hand", {40, 4, 2, 100}, {1}, {"?"}}});
  expect_refused(adopted(ExitCode::kDifferent, {{"--teams", "9"}}), "differs", "from the source");
}

TEST_F(Adopt, RefusesAGroupThatStandsThereTwice) {
  world.warehouse.double_rows(Target::kBounces, cell(1, "2026-03-02"));
  expect_refused(adopted(ExitCode::kPartial), "unproven", "has 2 rows of 1 group: each must stand there once");
}

TEST_F(Adopt, RefusesWhatTheSourceNoLongerHoldsWhole) {
  world.warehouse.remove_events([](const ModelEvent& event) { return event.at < day("2026-03-02").start(); });
  const Json json = adopted(ExitCode::kPartial);
  EXPECT_FALSE(json.at("refused").empty());
  for (const Json& one : json.at("refused")) {
    EXPECT_EQ(one.at("reason"), "unproven");
    EXPECT_THAT(one.at("why").get<std::string>(), HasSubstr("cannot be compared: "));
  }
}

TEST_F(Adopt, RefusesWhatChangedWhileItWasCompared) {
  world.faults.inject({.method = "differences", .outcome = Outcome::kSuccess, .on_fire = [&] {
                         world.warehouse.put({view(1, "2026-03-01T11:00:00Z", "late", 99)});
                       }});
  expect_refused(adopted(ExitCode::kPartial), "unproven", "its events changed while it was compared");
}

TEST_F(Adopt, RefusesRowsThatChangedAfterTheyWereCompared) {
  // The second target is compared: the first is not looked at again but for its content.
  world.faults.inject({.at_call = 2, .method = "differences", .outcome = Outcome::kSuccess, .on_fire = [&] {
                         world.warehouse.delete_rows(Target::kStats, cell(1, "2026-03-01"));
                       }});
  expect_refused(adopted(ExitCode::kPartial), "unproven", "web_pre_aggregated_stats changed while it was compared");
}

TEST_F(Adopt, FindsAnEventThatComesAfterTheWindowWasTaken) {
  world.faults.inject({.method = "record", .outcome = Outcome::kSuccess, .on_fire = [&] {
                         world.warehouse.put({view(1, "2026-03-01T11:00:00Z", "late", 99)});
                       }});
  adopted(ExitCode::kDone);
  EXPECT_THAT(states(), UnorderedElementsAre(Pair("fresh", 7), Pair("stale", 1)));
}

TEST_F(Adopt, LeavesADayToTheRunThatHoldsIt) {
  ASSERT_TRUE(world.kept.take_lease("web/2026-03-02", "run-9", std::chrono::hours(1)));
  const Json json = adopted(ExitCode::kPartial);
  EXPECT_EQ(json.at("adopted"), 6);
  ASSERT_EQ(json.at("refused").size(), 2U);
  EXPECT_EQ(json.at("refused").at(0).at("reason"), "held");
  EXPECT_THAT(json.at("refused").at(0).at("why").get<std::string>(), HasSubstr("held by run run-9 until "));
  adopted(ExitCode::kConflict, {{"--from", "2026-03-02"}, {"--to", "2026-03-02"}});
  EXPECT_EQ(newest_run().status, RunStatus::kSkipped);
}

TEST_F(Adopt, LeavesTheOtherDaysInPeaceWhereOneFails) {
  world.faults.inject({.method = "record"});
  const Json json = adopted(ExitCode::kPartial);
  EXPECT_EQ(json.at("adopted"), 6);
  ASSERT_EQ(json.at("refused").size(), 2U);
  EXPECT_EQ(json.at("refused").at(0).at("reason"), "failed");
  EXPECT_THAT(json.at("refused").at(0).at("why").get<std::string>(), HasSubstr("the warehouse cannot be reached"));
}

TEST_F(Adopt, WritesNothingWhereAnotherStoreKeepsTheWarehouse) {
  ASSERT_TRUE(world.warehouse.write_meta({"another", "elsewhere", 1}, {}));
  const Json json = adopted(ExitCode::kFailed);
  EXPECT_EQ(json.at("adopted"), 0);
  EXPECT_THAT(world.warehouse.state().ledger, IsEmpty());
}

TEST_F(Adopt, HasNothingToDoWhereEveryRowIsItsOwn) {
  adopted(ExitCode::kDone);
  EXPECT_EQ(adopted(ExitCode::kDone).at("adopted"), 0);
  EXPECT_EQ(newest_run().status, RunStatus::kNothingToDo);
  EXPECT_THAT(newest_run().reason, HasSubstr("gapless's own"));
}

TEST_F(Adopt, NamesTheDaysThatTheWindowLeavesOut) {
  adopted(ExitCode::kDone, {{"--from", "2026-02-20"}, {"--to", "2026-02-25"}});
  EXPECT_THAT(newest_run().reason, HasSubstr("gapless adopt --from 2026-03-01 --to 2026-03-04"));
}

TEST_F(Adopt, WaitsForNobodyWhileItIsPaused) {
  ASSERT_TRUE(world.kept.set_pause({"moving house", std::nullopt}));
  EXPECT_EQ(command("adopt").code, ExitCode::kConflict);
  EXPECT_THAT(world.warehouse.state().ledger, IsEmpty());
}

TEST_F(Adopt, TakesNoSelectionWithTakeOver) {
  const CommandOutcome outcome = command("adopt", {{"--take-over", ""}, {"--days", "3"}});
  ASSERT_FALSE(outcome.code);
  EXPECT_EQ(outcome.code.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(outcome.code.error().message, HasSubstr("goes without --days"));
}

}  // namespace
}  // namespace gapless
