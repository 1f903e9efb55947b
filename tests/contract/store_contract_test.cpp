// What every StateStore promises, one object and one thread at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/store_fixture.h"
#include "contract/store_values.h"

namespace gapless::contract {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreIdContract : public StoreTest {};

TEST_P(StoreIdContract, IsSixteenHexadecimalDigitsThatStay) {
  const std::string id = store().store_id().value();
  EXPECT_EQ(id.size(), 16U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
  EXPECT_EQ(store().store_id().value(), id);
}

TEST_P(StoreIdContract, IsAnotherForAnotherStore) {
  const auto other = GetParam().make();
  EXPECT_NE(store().store_id().value(), other->open()->store_id().value());
}

class RunContract : public StoreTest {};

TEST_P(RunContract, ComesBackAsItWasBegun) {
  RunRecord run = some_run("r1", at(0));
  run.job = "daily";
  run.trigger = "schedule";
  run.host = "web1";
  run.pid = 4711;
  run.window = "2026-03-01 to 2026-03-06";
  run.teams = 3;
  run.cells_planned = 18;
  run.started_at = at(0) + 123456us;
  ASSERT_TRUE(store().begin_run(run));
  EXPECT_EQ(store().run("r1").value(), run);
  EXPECT_THAT(store().runs(10).value(), ElementsAre(run));
}

TEST_P(RunContract, KeepsAnyText) {
  RunRecord run = some_run("r'; DROP TABLE runs; --", at(0));
  run.cells_by_state = {{"missing", 3}, {"stale", UINT64_MAX}};
  run.reason = "all 3 cells are fresh";
  run.error = "a zero\0 byte, 'quotes', \"more\",\n lines, umläute, 日本"s;
  ASSERT_TRUE(store().begin_run(run));
  EXPECT_EQ(store().run(run.id).value(), run);
}

TEST_P(RunContract, KeepsCountsOfSixtyFourBits) {
  RunRecord run = some_run("r1", at(0));
  run.teams = UINT64_MAX;
  run.cells_planned = std::uint64_t{1} << 63;
  ASSERT_TRUE(store().begin_run(run));
  EXPECT_EQ(store().run("r1").value(), run);
}

TEST_P(RunContract, IsOverwrittenInItsOutcomeOnly) {
  const RunRecord begun = some_run("r1", at(0));
  ASSERT_TRUE(store().begin_run(begun));
  RunRecord update = some_run("r1", at(99));
  update.job = "backfill";
  update.host = "elsewhere";
  update.window = "another";
  update.status = RunStatus::kPartial;
  update.teams = 4;
  update.cells_planned = 7;
  update.cells_recomputed = 5;
  update.finished_at = at(10);
  update.cells_by_state = {{"stale", 1}};
  update.reason = "nobody";
  update.error = "2026-03-01: memory limit";
  ASSERT_TRUE(store().update_run(update));

  RunRecord expected = begun;
  expected.status = RunStatus::kPartial;
  expected.teams = 4;
  expected.cells_planned = 7;
  expected.cells_recomputed = 5;
  expected.finished_at = at(10);
  expected.cells_by_state = {{"stale", 1}};
  expected.reason = "nobody";
  expected.error = "2026-03-01: memory limit";
  EXPECT_EQ(store().run("r1").value(), expected);
}

TEST_P(RunContract, CanBeTakenUpAgain) {
  RunRecord run = some_run("r1", at(0));
  ASSERT_TRUE(store().begin_run(run));
  run.status = RunStatus::kFailed;
  run.finished_at = at(1);
  run.error = "no";
  ASSERT_TRUE(store().update_run(run));
  run.status = RunStatus::kRunning;
  run.finished_at.reset();
  run.error.clear();
  ASSERT_TRUE(store().update_run(run));
  EXPECT_EQ(store().run("r1").value(), run);
}

TEST_P(RunContract, OfEveryStatusComesBack) {
  for (const RunStatus status :
       {RunStatus::kRunning, RunStatus::kSucceeded, RunStatus::kNothingToDo, RunStatus::kPartial, RunStatus::kFailed,
        RunStatus::kCancelled, RunStatus::kInterrupted, RunStatus::kSkipped}) {
    RunRecord run = some_run(name(status), at(0));
    run.status = status;
    ASSERT_TRUE(store().begin_run(run));
    EXPECT_EQ(store().run(run.id).value(), run);
  }
}

TEST_P(RunContract, ThatIsUnknownIsNoneToReadAndAnErrorToUpdate) {
  EXPECT_EQ(store().run("r1").value(), std::nullopt);
  EXPECT_THAT(store().runs(10).value(), IsEmpty());
  const Status updated = store().update_run(some_run("r1", at(0)));
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().fault, Fault::kInternal);
  EXPECT_THAT(updated.error().message, HasSubstr("'r1' is unknown"));
  EXPECT_THAT(store().runs(10).value(), IsEmpty());
}

TEST_P(RunContract, BeginsOnce) {
  const RunRecord run = some_run("r1", at(0));
  ASSERT_TRUE(store().begin_run(run));
  const Status again = store().begin_run(some_run("r1", at(5)));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::kInternal);
  EXPECT_THAT(store().runs(10).value(), ElementsAre(run));
}

TEST_P(RunContract, TheNewestComesFirst) {
  for (const auto& [id, seconds] : {std::pair{"middle", 20}, {"newest", 30}, {"oldest", 10}, {"newest too", 30}}) {
    ASSERT_TRUE(store().begin_run(some_run(id, at(seconds))));
  }
  EXPECT_THAT(ids(store().runs(10).value()), ElementsAre("newest too", "newest", "middle", "oldest"));
  EXPECT_THAT(ids(store().runs(2).value()), ElementsAre("newest too", "newest"));
  EXPECT_THAT(ids(store().runs(0).value()), IsEmpty());
  EXPECT_EQ(store().runs(SIZE_MAX).value().size(), 4U);
}

class StepContract : public StoreTest {};

TEST_P(StepContract, ComesBackWholeAndInTheOrderOfBeginning) {
  ASSERT_TRUE(store().begin_run(some_run("r1", at(0))));
  StepRecord build = some_step("r1", "2026-03-01", "build", at(2));
  build.partition.shard = 3;
  build.partition.bucket = 5;
  build.seconds = 1.25;
  build.rows = UINT64_MAX;
  build.retries = 2;
  build.error = "once too slow";
  const StepRecord day = some_step("r1", "2026-03-01", "day", at(1));
  const StepRecord copy = some_step("r1", "2026-03-01", "copy", at(3));
  const StepRecord copy_of_another_day = some_step("r1", "2026-02-28", "copy", at(3));
  for (const StepRecord& step : {build, copy, day, copy_of_another_day}) ASSERT_TRUE(store().record_step(step));
  EXPECT_THAT(store().steps("r1").value(), ElementsAre(day, build, copy, copy_of_another_day));
}

TEST_P(StepContract, IsReplacedInItsPlaceWhenItEnds) {
  ASSERT_TRUE(store().begin_run(some_run("r1", at(0))));
  StepRecord first = some_step("r1", "2026-03-01", "build", at(1));
  const StepRecord second = some_step("r1", "2026-03-01", "copy", at(1));
  ASSERT_TRUE(store().record_step(first));
  ASSERT_TRUE(store().record_step(second));
  first.status = "failed";
  first.seconds = 12.5;
  first.rows = 10;
  first.retries = 1;
  first.error = "memory limit";
  ASSERT_TRUE(store().record_step(first));
  EXPECT_THAT(store().steps("r1").value(), ElementsAre(first, second));
}

TEST_P(StepContract, IsItsRunsPartitionsAndNames) {
  ASSERT_TRUE(store().begin_run(some_run("r1", at(0))));
  ASSERT_TRUE(store().begin_run(some_run("r2", at(0))));
  std::vector<StepRecord> steps(5, some_step("r1", "2026-03-01", "build", at(1)));
  steps[1].partition.shard = 1;
  steps[2].partition.bucket = 1;
  steps[3].partition.day = day("2026-03-02");
  steps[4].name = "copy";
  for (const StepRecord& step : steps) ASSERT_TRUE(store().record_step(step));
  const StepRecord of_another_run = some_step("r2", "2026-03-01", "build", at(1));
  ASSERT_TRUE(store().record_step(of_another_run));
  EXPECT_EQ(store().steps("r1").value(), steps);
  EXPECT_THAT(store().steps("r2").value(), ElementsAre(of_another_run));
  EXPECT_THAT(store().steps("r3").value(), IsEmpty());
}

TEST_P(StepContract, AreFoundByTheTeamsAtWorkOnADay) {
  const TeamId seven = TeamId::parse("7", "test").value(), seventy = TeamId::parse("70", "test").value();
  for (const char* run : {"later", "first", "of another team", "of another day", "of nobody"})
    ASSERT_TRUE(store().begin_run(some_run(run, at(run[0] == 'l' ? 10 : 0))));
  StepRecord look = some_step("first", "2026-03-01", "look", at(1));
  look.teams = {seven, seventy};
  const StepRecord publish = some_step("first", "2026-03-01", "publish", at(2));
  const StepRecord elsewhere = some_step("first", "2026-03-02", "look", at(3));
  StepRecord joined = some_step("later", "2026-03-01", "build", at(11));
  joined.teams = {seven};
  StepRecord of_another_team = some_step("of another team", "2026-03-01", "build", at(1));
  of_another_team.teams = {seventy};
  StepRecord of_another_day = some_step("of another day", "2026-03-02", "build", at(1));
  of_another_day.teams = {seven};
  for (const StepRecord& step : {joined, publish, look, elsewhere, of_another_team, of_another_day,
                                 some_step("of nobody", "2026-03-01", "look", at(1))})
    ASSERT_TRUE(store().record_step(step));
  EXPECT_THAT(store().steps_on({seven, day("2026-03-01")}).value(), ElementsAre(look, publish, joined));
  EXPECT_THAT(store().steps_on({seven, day("2026-03-02")}).value(), ElementsAre(of_another_day));
  EXPECT_THAT(store().steps_on({seven, day("2026-03-03")}).value(), IsEmpty());
}

TEST_P(StepContract, OfAnUnknownRunIsAnError) {
  const Status recorded = store().record_step(some_step("r1", "2026-03-01", "build", at(1)));
  ASSERT_FALSE(recorded);
  EXPECT_EQ(recorded.error().fault, Fault::kInternal);
  EXPECT_THAT(recorded.error().message, HasSubstr("'r1' is unknown"));
}

class FailingContract : public StoreTest {
 protected:
  void attempt(const char* run, const char* on, std::vector<std::pair<const char*, const char*>> steps, int seconds) {
    static_cast<void>(store().begin_run(some_run(run, at(seconds))));
    for (const auto& [name, status] : steps) {
      StepRecord step = some_step(run, on, name, at(seconds++));
      step.status = status;
      ASSERT_TRUE(store().record_step(step));
    }
  }
  std::vector<FailingPartition> failing() { return store().failing_partitions().value(); }
  static FailingPartition on(const char* text, std::uint32_t failures, int seconds) {
    return {{0, day(text), 0}, failures, at(seconds)};
  }
};

TEST_P(FailingContract, CountsTheAttemptsThatFailedInARow) {
  EXPECT_THAT(failing(), IsEmpty());
  attempt("r1", "2026-03-01", {{"look", "done"}, {"build", "failed"}}, 10);
  attempt("r1", "2026-03-02", {{"look", "done"}, {"build", "done"}, {"publish", "done"}}, 10);
  EXPECT_THAT(failing(), ElementsAre(on("2026-03-01", 1, 11)));
  attempt("r2", "2026-03-01", {{"look", "failed"}}, 20);
  attempt("r2", "2026-02-27", {{"look", "done"}, {"build", "failed"}, {"check", "done"}}, 20);
  EXPECT_THAT(failing(), ElementsAre(on("2026-02-27", 1, 21), on("2026-03-01", 2, 20)));
}

TEST_P(FailingContract, EndsWithAnAttemptThatWasGood) {
  attempt("r1", "2026-03-01", {{"look", "failed"}}, 10);
  attempt("r2", "2026-03-01", {{"look", "done"}, {"publish", "done"}}, 20);
  EXPECT_THAT(failing(), IsEmpty());
  attempt("r3", "2026-03-01", {{"look", "failed"}}, 30);
  EXPECT_THAT(failing(), ElementsAre(on("2026-03-01", 1, 30)));
}

TEST_P(FailingContract, IsNotEndedByAnAttemptThatWasCancelledOrIsStillRunning) {
  attempt("r1", "2026-03-01", {{"look", "failed"}}, 10);
  attempt("r2", "2026-03-01", {{"look", "done"}, {"build", "cancelled"}}, 20);
  attempt("r3", "2026-03-01", {{"look", "done"}, {"build", "running"}}, 30);
  EXPECT_THAT(failing(), ElementsAre(on("2026-03-01", 1, 10)));
}

TEST_P(FailingContract, IsBesideWhatDaysTook) {
  const auto published = [&](const char* run, const char* on, std::uint64_t cells, double seconds, int start) {
    static_cast<void>(store().begin_run(some_run(run, at(start))));
    for (const char* name : {"build", "publish"}) {
      StepRecord step = some_step(run, on, name, at(start));
      step.status = "done";
      step.rows = cells;
      step.seconds = seconds / 2;
      ASSERT_TRUE(store().record_step(step));
    }
  };
  EXPECT_THAT(store().partition_costs(10).value(), IsEmpty());
  published("r1", "2026-03-01", 3, 0.5, 10);
  published("r1", "2026-03-02", 9, 4, 11);
  attempt("r1", "2026-03-03", {{"build", "done"}, {"publish", "failed"}}, 12);
  published("r2", "2026-03-01", 1, 0.25, 20);
  using Cost = PartitionCost;
  EXPECT_THAT(store().partition_costs(10).value(), ElementsAre(Cost{1, 0.25}, Cost{9, 4}, Cost{3, 0.5}));
  EXPECT_THAT(store().partition_costs(2).value(), ElementsAre(Cost{1, 0.25}, Cost{9, 4}));
}

class PruneContract : public StoreTest {};

TEST_P(PruneContract, DeletesFinishedRunsThatBeganBeforeWithTheirSteps) {
  const auto add = [&](const char* id, int seconds, RunStatus status) {
    RunRecord run = some_run(id, at(seconds));
    run.status = status;
    ASSERT_TRUE(store().begin_run(run));
    ASSERT_TRUE(store().record_step(some_step(id, "2026-03-01", "build", at(seconds))));
  };
  add("old", 10, RunStatus::kSucceeded);
  add("old and failed", 11, RunStatus::kFailed);
  add("old and running", 12, RunStatus::kRunning);
  add("of the instant", 20, RunStatus::kSucceeded);
  add("young", 30, RunStatus::kSucceeded);

  EXPECT_EQ(store().prune_runs(at(20)).value(), 2U);
  EXPECT_THAT(ids(store().runs(10).value()), ElementsAre("young", "of the instant", "old and running"));
  EXPECT_THAT(store().steps("old").value(), IsEmpty());
  EXPECT_THAT(store().steps("old and failed").value(), IsEmpty());
  EXPECT_EQ(store().steps("old and running").value().size(), 1U);
  EXPECT_EQ(store().steps("of the instant").value().size(), 1U);
  EXPECT_EQ(store().prune_runs(at(20)).value(), 0U);
}

TEST_P(PruneContract, LeavesWhatIsUnfinishedInTheJournal) {
  RunRecord run = some_run("old", at(0));
  run.status = RunStatus::kFailed;
  ASSERT_TRUE(store().begin_run(run));
  const JournalEntry entry = some_entry("old", "2026-03-01", 1);
  ASSERT_TRUE(store().write_journal(entry));
  ASSERT_EQ(store().prune_runs(at(1)).value(), 1U);
  EXPECT_THAT(store().journal().value(), ElementsAre(entry));
}

class CancelContract : public StoreTest {};

TEST_P(CancelContract, AsksARunningRunToStop) {
  ASSERT_TRUE(store().begin_run(some_run("r1", at(0))));
  ASSERT_TRUE(store().begin_run(some_run("r2", at(0))));
  EXPECT_FALSE(store().heartbeat("r1").value());
  EXPECT_TRUE(store().request_cancel("r1").value());
  EXPECT_TRUE(store().request_cancel("r1").value()) << "asking twice is no error";
  EXPECT_TRUE(store().heartbeat("r1").value());
  EXPECT_FALSE(store().heartbeat("r2").value());
}

TEST_P(CancelContract, IsForgottenByNoHeartbeat) {
  RunRecord run = some_run("r1", at(0));
  ASSERT_TRUE(store().begin_run(run));
  ASSERT_TRUE(store().request_cancel("r1").value());
  run.cells_recomputed = 3;
  ASSERT_TRUE(store().update_run(run));
  EXPECT_TRUE(store().heartbeat("r1").value());
}

TEST_P(CancelContract, FindsNothingToStopWhereNoSuchRunIsRunning) {
  RunRecord run = some_run("done", at(0));
  run.status = RunStatus::kSucceeded;
  ASSERT_TRUE(store().begin_run(run));
  EXPECT_FALSE(store().request_cancel("done").value());
  EXPECT_FALSE(store().heartbeat("done").value());
  EXPECT_FALSE(store().request_cancel("unknown").value());
  EXPECT_FALSE(store().heartbeat("unknown").value());
}

class JournalContract : public StoreTest {};

TEST_P(JournalContract, ComesBackWholeTheLowestFenceFirst) {
  JournalEntry ninth = some_entry("r1", "2026-03-01", 9);
  ninth.phase = JournalPhase::kPublishing;
  ninth.payload = R"({"staging":["gapless_stage_7f3a"],"text":"'; --"})" + std::string(100'000, 'x');
  JournalEntry tenth = some_entry("r2", "2026-03-01", 10);
  tenth.partition.shard = 2;
  tenth.partition.bucket = 4;
  const JournalEntry second = some_entry("r3", "2026-03-02", 2);
  for (const JournalEntry& entry : {tenth, ninth, second}) ASSERT_TRUE(store().write_journal(entry));
  EXPECT_THAT(store().journal().value(), ElementsAre(second, ninth, tenth));
}

TEST_P(JournalContract, IsReplacedPerRunRollupAndPartition) {
  JournalEntry entry = some_entry("r1", "2026-03-01", 1);
  JournalEntry of_another_rollup = entry;
  of_another_rollup.rollup = "other";
  ASSERT_TRUE(store().write_journal(entry));
  ASSERT_TRUE(store().write_journal(of_another_rollup));
  entry.phase = JournalPhase::kPublishing;
  entry.fence = 5;
  entry.payload = "{}";
  ASSERT_TRUE(store().write_journal(entry));
  EXPECT_THAT(store().journal().value(), ElementsAre(of_another_rollup, entry));
}

TEST_P(JournalContract, IsErasedPerRunRollupAndPartition) {
  const JournalEntry erased = some_entry("r1", "2026-03-01", 1);
  std::vector<JournalEntry> others(5, erased);
  others[0].run_id = "r2";
  others[1].rollup = "other";
  others[2].partition.shard = 1;
  others[3].partition.day = day("2026-03-02");
  others[4].partition.bucket = 1;
  for (std::size_t i = 0; i < others.size(); ++i) others[i].fence = i + 2;
  ASSERT_TRUE(store().write_journal(erased));
  for (const JournalEntry& entry : others) ASSERT_TRUE(store().write_journal(entry));
  ASSERT_TRUE(store().erase_journal("r1", "web", erased.partition));
  EXPECT_EQ(store().journal().value(), others);
  ASSERT_TRUE(store().erase_journal("r1", "web", erased.partition)) << "erasing nothing is no error";
  EXPECT_EQ(store().journal().value(), others);
}

class PauseContract : public StoreTest {};

TEST_P(PauseContract, HoldsUntilItIsCleared) {
  EXPECT_EQ(store().pause(at(0)).value(), std::nullopt);
  ASSERT_TRUE(store().set_pause({"maintenance", std::nullopt}));
  EXPECT_EQ(store().pause(at(0)).value(), (StateStore::Pause{"maintenance", std::nullopt}));
  EXPECT_EQ(store().pause(at(1'000'000'000)).value(), (StateStore::Pause{"maintenance", std::nullopt}));
  ASSERT_TRUE(store().clear_pause());
  EXPECT_EQ(store().pause(at(0)).value(), std::nullopt);
  ASSERT_TRUE(store().clear_pause()) << "resuming twice is no error";
}

TEST_P(PauseContract, IsOverAtItsEnd) {
  ASSERT_TRUE(store().set_pause({"disk swap", at(100)}));
  EXPECT_EQ(store().pause(at(100) - 1us).value(), (StateStore::Pause{"disk swap", at(100)}));
  EXPECT_EQ(store().pause(at(100)).value(), std::nullopt);
  EXPECT_EQ(store().pause(at(99)).value(), (StateStore::Pause{"disk swap", at(100)})) << "reading changes nothing";
}

TEST_P(PauseContract, TheLastOneCounts) {
  ASSERT_TRUE(store().set_pause({"first", std::nullopt}));
  ASSERT_TRUE(store().set_pause({"second", at(100)}));
  EXPECT_EQ(store().pause(at(0)).value(), (StateStore::Pause{"second", at(100)}));
  EXPECT_EQ(store().pause(at(101)).value(), std::nullopt);
}

#define GAPLESS_FOR_EVERY_STORE(suite) \
  INSTANTIATE_TEST_SUITE_P(Store, suite, testing::ValuesIn(every_store()), kCaseName)
GAPLESS_FOR_EVERY_STORE(StoreIdContract);
GAPLESS_FOR_EVERY_STORE(RunContract);
GAPLESS_FOR_EVERY_STORE(StepContract);
GAPLESS_FOR_EVERY_STORE(FailingContract);
GAPLESS_FOR_EVERY_STORE(PruneContract);
GAPLESS_FOR_EVERY_STORE(CancelContract);
GAPLESS_FOR_EVERY_STORE(JournalContract);
GAPLESS_FOR_EVERY_STORE(PauseContract);

}  // namespace
}  // namespace gapless::contract
