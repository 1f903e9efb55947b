#include "run/gate.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

const Day kDay = *Day::parse("2026-03-01", "test");
TeamId team(std::uint64_t id) { return *TeamId::from(id, "test"); }
Cell cell(std::uint64_t id) { return {team(id), kDay}; }

/// Team 1 is recomputed and holds something, team 2 is recomputed to nothing, team 3 is copied.
GateFacts good(Target target) {
  const Measures measures{10, 4, 2, 300};
  const Measures held = target == Target::kStats ? Measures{10, 0, 0, 0} : measures;
  GateFacts facts;
  facts.target = target;
  facts.recomputed = {{cell(1), {20, 77}, measures}, {cell(2), {1, 5}, {}}};
  facts.live = {{cell(1), {9, 9, 99, {}}}, {cell(2), {1, 1, 1, {}}}, {cell(3), {6, 5, 50, {7, 0, 0, 0}}}};
  facts.staged.cells = {{cell(1), {8, 8, 88, held}}, {cell(3), {5, 5, 50, {7, 0, 0, 0}}}};
  return facts;
}

struct Spoiled {
  const char* name;
  Target target;
  void (*spoil)(GateFacts&);
  const char* message;  ///< a part of it
};

class Gate : public testing::TestWithParam<Spoiled> {};

TEST(Gate, LetsGoodPartitionsThrough) {
  for (const Target target : kTargets) {
    const auto passed = check_gate(good(target));
    EXPECT_TRUE(passed) << passed.error().message;
  }
}

TEST(Gate, LetsAPartitionThroughThatIsEmptyAndProvenSo) {
  GateFacts facts;
  facts.recomputed = {{cell(2), {1, 5}, {}}};
  facts.live = {{cell(2), {1, 1, 1, {3, 0, 0, 0}}}};
  EXPECT_TRUE(check_gate(facts));
}

TEST_P(Gate, RefusesEverythingElse) {
  GateFacts facts = good(GetParam().target);
  GetParam().spoil(facts);
  const auto refused = check_gate(facts);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kInternal);
  EXPECT_NE(refused.error().message.find(GetParam().message), std::string::npos) << refused.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Spoiled, Gate,
    testing::ValuesIn<Spoiled>({
        {"lost_views", Target::kStats, [](GateFacts& f) { f.staged.cells[0].content.measures.view_events = 9; },
         "team 1"},
        {"extra_views", Target::kBounces, [](GateFacts& f) { f.staged.cells[0].content.measures.view_events = 11; },
         "view events"},
        {"lost_sessions", Target::kBounces, [](GateFacts& f) { f.staged.cells[0].content.measures.sessions = 3; },
         "sessions"},
        {"lost_bounces", Target::kBounces, [](GateFacts& f) { f.staged.cells[0].content.measures.bounces = 1; },
         "bounces"},
        {"other_duration", Target::kBounces,
         [](GateFacts& f) { f.staged.cells[0].content.measures.duration_seconds = 1; }, "duration"},
        {"repeated_key", Target::kStats, [](GateFacts& f) { f.staged.cells[0].content.rows = 9; }, "keys, each once"},
        {"lost_team", Target::kStats, [](GateFacts& f) { f.staged.cells.erase(f.staged.cells.begin()); }, "team 1"},
        {"copy_lost", Target::kStats, [](GateFacts& f) { f.staged.cells.pop_back(); }, "team 3"},
        {"copy_lost_a_group", Target::kStats, [](GateFacts& f) { f.staged.cells[1].content.keys = 4; }, "groups"},
        {"copy_with_another_group", Target::kStats, [](GateFacts& f) { f.staged.cells[1].content.key_hash = 51; },
         "hash"},
        {"copy_with_another_sum", Target::kStats,
         [](GateFacts& f) { f.staged.cells[1].content.measures.view_events = 8; }, "team 3"},
        {"a_team_from_nowhere", Target::kStats,
         [](GateFacts& f) {
           f.staged.cells.push_back({cell(4), {1, 1, 1, {}}});
         },
         "team 4"},
        {"rows_of_another_day", Target::kStats, [](GateFacts& f) { f.staged.rows_outside = 2; }, "outside the day"},
        {"not_emptied", Target::kStats,
         [](GateFacts& f) {
           f.staged.cells.push_back({cell(2), {1, 1, 1, {1, 0, 0, 0}}});
         },
         "team 2"},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace gapless
