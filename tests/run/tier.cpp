#include "run/tier.h"

#include <iostream>

namespace gapless {
namespace {

/// Rows that no entry speaks of, in both targets.
void put_foreign_rows(FakeWarehouse& warehouse) {
  const Instant bucket = day("2026-03-02").start() + std::chrono::hours(3);
  for (const Target target : kTargets)
    warehouse.put_rows(target, {{team(9), bucket, "written by hand", {40, 4, 2, 100}, {1}, {"?"}}});
}

void publish_first(RunWorld& world) {
  for (std::uint64_t id = 1; id <= 4; ++id)
    for (const char* on : {"2026-03-01", "2026-03-02", "2026-03-03"})
      world.warehouse.put(
          {view(id, std::string(on) + "T10:00:00Z", "a", id), view(id, std::string(on) + "T11:00:00Z", "b", id)});
  world.warehouse.put({view(1, "2026-03-01T23:50:00Z", "night", 50), view(1, "2026-03-02T00:10:00Z", "night", 51),
                       view(3, "2026-03-04T10:00:00Z", "a", 52)});
  put_foreign_rows(world.warehouse);
  ASSERT_EQ(world.backfill(world.ask()).value().status, RunStatus::kSucceeded);
}

void change_the_source(RunWorld& world) {
  world.warehouse.put({view(1, "2026-03-02T00:20:00Z", "night", 60), view(5, "2026-03-02T09:00:00Z", "new", 61)});
  world.warehouse.remove_events(
      [](const ModelEvent& event) { return event.team == team(3) && Day::of(event.at) == day("2026-03-04"); });
  // One of team 2's two events of the day is another now.
  world.warehouse.remove_events([](const ModelEvent& event) {
    return event.team == team(2) && event.session == "b" && Day::of(event.at) == day("2026-03-02");
  });
  world.warehouse.put({view(2, "2026-03-02T18:00:00Z", "c", 62, "/other")});
}

Tier make_tier() {
  Tier made;
  RunWorld world;
  publish_first(world);
  change_the_source(world);
  made.before = world.warehouse.state();
  made.was = partitions_of(made.before);
  made.fences = world.warehouse.highest_fence({}).value();
  world.faults.forget_calls();
  const RunReport report = world.backfill(tier_ask(world)).value();
  made.calls = world.faults.calls();
  made.will_be = partitions_of(world.warehouse.state());
  EXPECT_THAT(days_of(report),
              testing::ElementsAre("2026-03-01 published", "2026-03-02 published", "2026-03-04 published"));
  EXPECT_THAT(made.calls, testing::IsSupersetOf({"drop_partition", "replace_partition", "record", "owned_cells"}));
  expect_matches_model(world, world.ask().window, kTierTeams);
  expect_rows_unchanged(world, made.before, kTierOthers);
  expect_ledger_and_targets_agree(world);
  expect_nothing_left_over(world);
  return made;
}

}  // namespace

const Tier& tier() {
  static const Tier made = make_tier();
  return made;
}

Ask tier_ask(const RunWorld& world) {
  Ask ask = world.ask();
  ask.teams = kTierTeams;
  return ask;
}

TierWorld::TierWorld() {
  warehouse.restore(tier().before);
  EXPECT_TRUE(kept.raise_fences(tier().fences));
}

void expect_good_after_recovery(TierWorld& world) {
  world.faults.revive();
  const Ask ask = tier_ask(world);
  const auto recovered = world.recover(ask, world.store);
  ASSERT_TRUE(recovered) << recovered.error().message;
  expect_nothing_left_over(world);
  expect_ledger_and_targets_agree(world);
  expect_each_partition_old_or_new(world, tier().was, tier().will_be);

  const auto report = world.backfill(ask);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->status == RunStatus::kSucceeded || report->status == RunStatus::kNothingToDo)
      << name(report->status) << ": " << report->error;
  EXPECT_TRUE(partitions_of(world.warehouse.state()) == tier().will_be);
  expect_ledger_and_targets_agree(world);
  expect_nothing_left_over(world);
  EXPECT_THAT(to_recompute(world.observe_and_plan(ask).value()), testing::IsEmpty());
}

namespace {

class CaseCount : public testing::Environment {
 public:
  std::size_t cases = 0;
  void TearDown() override {
    if (cases > 0) std::cout << "the fault tier ran " << cases << " cases\n";
  }
};

CaseCount* const case_count = static_cast<CaseCount*>(testing::AddGlobalTestEnvironment(new CaseCount));

}  // namespace

std::vector<std::size_t> calls_to_fail(std::size_t calls, std::string_view way) {
  std::vector<std::size_t> chosen;
  for (std::size_t call = 1 + way.size() % kFaultEvery; call <= calls; call += kFaultEvery) chosen.push_back(call);
  return chosen;
}

void count_cases(std::size_t more) { case_count->cases += more; }

int failures_so_far() {
  const auto* result = testing::UnitTest::GetInstance()->current_test_info()->result();
  int failures = 0;
  for (int i = 0; i < result->total_part_count(); ++i) failures += result->GetTestPartResult(i).failed() ? 1 : 0;
  return failures;
}

}  // namespace gapless
