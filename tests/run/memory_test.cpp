// A day that does not fit in memory is halved by teams.
#include <algorithm>

#include "run/run_world.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Memory : public testing::Test {
 protected:
  Memory() {
    for (std::uint64_t id = 1; id <= kTeams; ++id)
      world.warehouse.put({view(id, "2026-03-01T10:00:00Z", "a", id), view(id, "2026-03-02T10:00:00Z", "b", 100 + id)});
  }
  std::ptrdiff_t calls_of(const std::string& method) {
    const auto calls = world.faults.calls();
    return std::count(calls.begin(), calls.end(), method);
  }
  Teams teams() {
    Teams all;
    for (std::uint64_t id = 1; id <= kTeams; ++id) all.push_back(team(id));
    return all;
  }

  /// With a limit of memory in all, and what a team needs of it.
  RunReport backfill_within(std::uint64_t total_bytes, std::uint64_t bytes_per_team, std::size_t days_at_once = 1) {
    world.warehouse.set_bytes_per_team(bytes_per_team);
    Ask ask = world.ask();
    ask.options.memory_limit_bytes = total_bytes;
    ask.options.max_concurrent = days_at_once;
    return world.backfill(ask).value();
  }

  static constexpr std::uint64_t kTeams = 9;
  RunWorld world;
};

TEST_F(Memory, IsSparedByHalvingTheTeamsUntilTheyFit) {
  const RunReport report = backfill_within(2, 1);
  EXPECT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  EXPECT_EQ(report.cells_recomputed, 2 * kTeams);
  expect_matches_model(world, world.ask().window, teams());
  expect_ledger_and_targets_agree(world);
  expect_nothing_left_over(world);
  // 9, 5, 3 and then five statements of 2; the other day begins with 2 at once.
  EXPECT_EQ(calls_of("build_sessions"), 3 + 5 + 5);
}

TEST_F(Memory, ThatOneTeamAloneExceedsIsAClearError) {
  const RunReport report = backfill_within(1, 2);
  EXPECT_EQ(report.status, RunStatus::kFailed);
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 failed", "2026-03-02 failed"));
  EXPECT_THAT(report.error, HasSubstr("raise limits.memory"));
  EXPECT_EQ(world.warehouse.state().parts_made, 0U);
  expect_nothing_left_over(world);
}

TEST_F(Memory, ThatIsTooLittleForTwoDaysAtOnceIsGivenToOneAfterTheOther) {
  const RunReport report = backfill_within(3, 2, 2);  // a share has 1, a team needs 2
  EXPECT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  EXPECT_EQ(report.cells_recomputed, 2 * kTeams);
  expect_matches_model(world, world.ask().window, teams());
  expect_ledger_and_targets_agree(world);
  expect_nothing_left_over(world);
}

TEST_F(Memory, ThatIsTooLittleForOneDayAloneIsAnErrorAlsoWithTwoAtOnce) {
  const RunReport report = backfill_within(3, 4, 2);
  EXPECT_THAT(days_of(report), ElementsAre("2026-03-01 failed", "2026-03-02 failed"));
  EXPECT_THAT(report.error, HasSubstr("raise limits.memory"));
  expect_nothing_left_over(world);
}

TEST_F(Memory, ThatIsTooLittleForSeveralTargetsAtOnceIsGivenToOneAfterTheOther) {
  for (const char* method : {"stage_cells", "staged"}) {
    world.faults.forget_calls();
    world.faults.inject({.at_call = 2, .method = method, .effect = Effect::kHalf, .error = overloaded()});
    Ask ask = world.ask();
    ask.plan.judge.force = true;
    ask.options.targets_at_once = 3;
    const RunReport report = world.backfill(ask).value();
    EXPECT_EQ(report.status, RunStatus::kSucceeded) << report.error;
    EXPECT_EQ(calls_of("build_sessions"), 3) << "one of them again, with all teams at once";
    expect_matches_model(world, world.ask().window, teams());
    expect_ledger_and_targets_agree(world);
    expect_nothing_left_over(world);
  }
}

TEST_F(Memory, IsAlsoSparedWhereOnlyStagingExceedsIt) {
  world.faults.inject({.method = "stage_cells", .effect = Effect::kHalf, .error = overloaded()});
  const RunReport report = world.backfill(world.ask()).value();
  EXPECT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  expect_matches_model(world, world.ask().window, teams());
  expect_ledger_and_targets_agree(world);
}

}  // namespace
}  // namespace gapless
