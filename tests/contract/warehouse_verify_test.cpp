// What every Warehouse says of a target that holds what the source says, and of one that does not.
#include "contract/warehouse_contract.h"

namespace gapless::contract {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

/// "2026-03-02 7 stats: rows 0/1", one text a difference: what the target holds, what it should, and the union of both.
std::vector<std::string> in_words(Target target, const std::vector<CellDifferences>& cells) {
  std::vector<std::string> words;
  for (const CellDifferences& cell : cells)
    for (const Difference& one : cell.first)
      words.push_back(cell.cell.team.to_string() + " " + std::string(name(target)) + ": " + one.measure + " " +
                      std::to_string(one.in_target) + "/" + std::to_string(one.in_source) +
                      (one.in_union ? "/" + std::to_string(*one.in_union) : ""));
  return words;
}

std::vector<std::string> found(Warehouse& warehouse, Target target, const Teams& teams, Day day = kDay) {
  const auto cells = warehouse.differences(target, day, teams, std::nullopt, {});
  EXPECT_TRUE(cells) << cells.error().message;
  if (!cells) return {};
  for (const CellDifferences& cell : *cells) EXPECT_EQ(cell.cell.day, day);
  return in_words(target, *cells);
}

/// A session over either midnight, one that came the day before, a nameless one, one of clicks alone, and another team's.
std::vector<ModelEvent> busy_day() {
  return {view(kTeam, "2026-03-01T23:50:00Z", "eve", "/a"),
          view(kTeam, "2026-03-02T00:10:00Z", "eve", "/b"),
          view(kTeam, "2026-03-02T10:00:00Z", "a", "/a"),
          view(kTeam, "2026-03-02T10:00:05Z", "a", "/b"),
          view(kTeam, "2026-03-02T10:00:05Z", "a", "/a"),
          view(kTeam, "2026-03-02T23:55:00Z", "night", "/a"),
          view(kTeam, "2026-03-03T00:05:00Z", "night", "/b"),
          view(kTeam, "2026-03-02T12:00:00Z", "", "/a"),
          view(kTeam, "2026-03-02T12:30:00Z", "", "/b"),
          view(kTeam, "2026-03-02T13:00:00.000001Z", "", "/a"),
          as(EventKind::kAutocapture, view(kTeam, "2026-03-02T14:00:00Z", "clicks")),
          view(kTeam, "2026-03-03T23:00:00Z", "late", "/a"),
          view(kOther, "2026-03-02T10:00:00Z", "a", "/a")};
}

TEST_P(WarehouseContract, FindsNoDifferenceInWhatItBuilt) {
  put(busy_day());
  for (Day day = kDay - 1; day <= kDay + 1; day = day + 1) {
    publish(day, {kTeam, kOther});
    for (const Target target : kTargets) EXPECT_THAT(found(warehouse(), target, {kTeam, kOther}, day), IsEmpty());
  }
  for (const Target target : kTargets) {
    EXPECT_THAT(found(warehouse(), target, {kTeam, kOther}, kDay + 5), IsEmpty()) << "nothing on either side";
    EXPECT_TRUE(warehouse().differences(target, kDay, {kTeam}, 0.0, {}).value().empty()) << "few values are exact";
  }
}

TEST_P(WarehouseContract, FindsGroupsThatAreGone) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a"), view(kOther, "2026-03-02T10:00:00Z", "a")});
  publish(kDay, {kTeam, kOther});
  for (const Target target : kTargets) {
    fixture().delete_rows(target, {kOther, kDay});
    EXPECT_THAT(found(warehouse(), target, {kTeam, kOther}),
                AllOf(Not(IsEmpty()), Each("10 " + std::string(name(target)) + ": rows 0/1")));
    EXPECT_THAT(found(warehouse(), target, {kTeam}), IsEmpty()) << "only the teams asked for";
    fixture().drop_rows(target, kDay);
    EXPECT_EQ(warehouse().differences(target, kDay, {kTeam, kOther}, std::nullopt, {}).value().size(), 2U);
  }
}

TEST_P(WarehouseContract, FindsGroupsThatTheSourceDoesNotHave) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a"), view(kOther, "2026-03-02T10:00:00Z", "a")});
  publish(kDay, {kTeam, kOther});
  fixture().delete_events(kTeam);
  EXPECT_THAT(found(warehouse(), Target::kStats, {kTeam, kOther}), ElementsAre("7 stats: rows 1/0"));
  EXPECT_THAT(found(warehouse(), Target::kBounces, {kTeam, kOther}), ElementsAre("7 bounces: rows 1/0"));
  EXPECT_THAT(found(warehouse(), Target::kBreakdowns, {kTeam, kOther}),
              AllOf(Not(IsEmpty()), Each("7 breakdowns: rows 1/0")));
}

TEST_P(WarehouseContract, FindsDoubledGroups) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a")});
  publish(kDay, {kTeam});
  for (const Target target : kTargets) fixture().double_rows(target, {kTeam, kDay});
  EXPECT_THAT(found(warehouse(), Target::kStats, {kTeam}),
              ElementsAre("7 stats: pageviews_count_state 2/1", "7 stats: rows 2/1"));
  EXPECT_THAT(found(warehouse(), Target::kBounces, {kTeam}),
              ElementsAre("7 bounces: bounces_count_state 2/1", "7 bounces: pageviews_count_state 2/1",
                          "7 bounces: rows 2/1", "7 bounces: total_session_count_state 2/1"));
}

TEST_P(WarehouseContract, FindsWhichMeasuresOfAGroupDiffer) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a")});
  publish(kDay, {kTeam});
  put({view(kTeam, "2026-03-02T10:00:20Z", "a")});
  EXPECT_THAT(found(warehouse(), Target::kStats, {kTeam}), ElementsAre("7 stats: pageviews_count_state 1/2"));
  EXPECT_THAT(found(warehouse(), Target::kBounces, {kTeam}),
              ElementsAre("7 bounces: bounces_count_state 1/0", "7 bounces: pageviews_count_state 1/2",
                          "7 bounces: total_session_duration_state 0/20"));
}

TEST_P(WarehouseContract, FindsStatesThatCountAsManyOthers) {
  ModelEvent event = view(kTeam, "2026-03-02T10:00:00Z", "a");
  put({event});
  publish(kDay, {kTeam});
  fixture().delete_events(kTeam);
  event.person = 2;
  event.session = "b";
  put({event});
  for (const Target target : kTargets) {
    const std::string prefix = "7 " + std::string(name(target)) + ": ";
    if (target == Target::kBreakdowns) {
      EXPECT_THAT(found(warehouse(), target, {kTeam}),
                  AllOf(Not(IsEmpty()), Each(prefix + "persons_uniq_state 1/1/2")));
      continue;
    }
    EXPECT_THAT(found(warehouse(), target, {kTeam}),
                ElementsAre(prefix + "persons_uniq_state 1/1/2", prefix + "sessions_uniq_state 1/1/2"));
  }
}

TEST_P(WarehouseContract, TellsSomeOfManyDifferencesAndHowManyThereAre) {
  std::vector<ModelEvent> events;
  for (int i = 0; i < 30; ++i)
    events.push_back(view(kTeam, "2026-03-02T10:00:00Z", "s" + std::to_string(i), "/" + std::to_string(i)));
  put(events);
  for (const Target target : kTargets) {
    const auto cells = warehouse().differences(target, kDay, {kTeam}, std::nullopt, {}).value();
    ASSERT_EQ(cells.size(), 1U);
    EXPECT_GE(cells[0].count, 30U);
    EXPECT_TRUE(cells[0].count == 30U || target == Target::kBreakdowns)
        << "which breaks down what the others have in one";
    EXPECT_EQ(cells[0].first.size(), kDifferencesTold);
    EXPECT_FALSE(cells[0].first[0].group.empty());
  }
}

}  // namespace
}  // namespace gapless::contract
