// What every Warehouse promises to those who build and publish.
#include <algorithm>
#include <set>

#include "contract/warehouse_contract.h"
#include "support/live_parts.h"

namespace gapless::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const DayRange kToday{kDay, kDay};

/// Two teams with sessions of several pages, one of them over midnight.
std::vector<ModelEvent> two_teams() {
  return {view(kTeam, "2026-03-02T10:00:00Z", "a", "/"),      view(kTeam, "2026-03-02T10:05:00Z", "a", "/pricing"),
          view(kTeam, "2026-03-02T10:06:00Z", "a", "/"),      view(kTeam, "2026-03-02T23:59:00Z", "b", "/late"),
          view(kTeam, "2026-03-03T00:01:00Z", "b", "/later"), view(kOther, "2026-03-02T11:00:00Z", "a", "/"),
          view(kOther, "2026-03-02T12:00:00Z", "c", "/about")};
}

TargetContent model_content(const std::vector<ModelEvent>& events, Target target, Cell cell) {
  for (const TargetCell& found : content_of(groups_of(target, sessions_of(events, cell.day))))
    if (found.cell == cell) return found.content;
  return {};
}

TEST_P(WarehouseContract, BuildsWhatItFoundByLooking) {
  put(two_teams());
  const StagingId staging{"0123456789abcdef", 1, partition(kDay)};
  ASSERT_TRUE(warehouse().create_staging(staging, {}));
  const auto built = warehouse().build_sessions(staging, {kTeam, kOther, team(99)}, {});
  ASSERT_TRUE(built) << built.error().message;
  EXPECT_EQ(*built, owned(kDay, {kTeam, kOther}));
  EXPECT_EQ(built->size(), 2U) << "a team without events is left out";
}

TEST_P(WarehouseContract, BuildsTeamAfterTeamAsAllAtOnce) {
  put(two_teams());
  const StagingId at_once = stage(kDay, {kTeam, kOther});
  const StagingId in_turn{"0123456789abcdef", 900, partition(kDay)};
  ASSERT_TRUE(warehouse().create_staging(in_turn, {}));
  std::vector<OwnedCell> cells;
  for (const TeamId one : {kTeam, kOther}) {
    const auto built = warehouse().build_sessions(in_turn, {one}, {}).value();
    ASSERT_EQ(built.size(), 1U) << "only what this call built";
    cells.push_back(built.front());
  }
  EXPECT_EQ(cells, owned(kDay, {kTeam, kOther}));
  for (const Target target : kTargets) {
    for (const TeamId one : {kTeam, kOther})
      ASSERT_TRUE(warehouse().stage_cells(in_turn, target, {one}, std::nullopt, {}));
    EXPECT_EQ(warehouse().staged(in_turn, target, {}).value().cells,
              warehouse().staged(at_once, target, {}).value().cells);
  }
}

TEST_P(WarehouseContract, StagesTheGroupsAndMeasuresOfTheSessions) {
  put(two_teams());
  const StagingId staging = stage(kDay, {kTeam, kOther});
  for (const Target target : kTargets) {
    const StagedPartition staged = warehouse().staged(staging, target, {}).value();
    EXPECT_EQ(staged.rows_outside, 0U);
    ASSERT_EQ(staged.cells.size(), 2U);
    for (const TargetCell& cell : staged.cells) {
      TargetContent expected = model_content(events(), target, cell.cell);
      expected.key_hash = cell.content.key_hash;  // each warehouse has a hash of its own
      if (target == Target::kBreakdowns) {        // of more dimensions than the model has
        EXPECT_GE(cell.content.keys, expected.keys);
        expected.rows = expected.keys = cell.content.keys;
      }
      EXPECT_EQ(cell.content, expected) << name(target);
    }
  }
}

TEST_P(WarehouseContract, StagesFromTheWideGroupsAllButWhatViewsAreOf) {
  put(two_teams());
  publish(kDay, {kTeam, kOther});
  fixture().drop_rows(Target::kBreakdowns, kDay);
  const StagingId at_once{"0123456789abcdef", 900, partition(kDay)}, in_turn{"0123456789abcdef", 901, partition(kDay)};
  for (const StagingId& staging : {at_once, in_turn}) ASSERT_TRUE(warehouse().create_staging(staging, {}));
  const Status staged_at_once = warehouse().stage_from_wide(at_once, {kTeam, kOther}, Teams{kTeam, kOther}, {});
  ASSERT_TRUE(staged_at_once) << staged_at_once.error().message;
  for (const TeamId one : {kTeam, kOther}) ASSERT_TRUE(warehouse().stage_from_wide(in_turn, {one}, std::nullopt, {}));
  const StagedPartition staged = warehouse().staged(at_once, Target::kBreakdowns, {}).value();
  EXPECT_EQ(staged.rows_outside, 0U);
  EXPECT_EQ(staged.cells, warehouse().staged(in_turn, Target::kBreakdowns, {}).value().cells);
  ASSERT_EQ(staged.cells.size(), 2U);
  for (const TargetCell& cell : staged.cells) {
    EXPECT_EQ(cell.content.measures, content(Target::kBounces, cell.cell).measures);
    EXPECT_EQ(cell.content.rows, cell.content.keys);
  }
  for (const Target target : {Target::kStats, Target::kBounces})
    EXPECT_THAT(warehouse().staged(at_once, target, {}).value().cells, IsEmpty()) << name(target);
}

TEST_P(WarehouseContract, StagesFromTheWideGroupsBesideTheOtherTeamsRows) {
  put(two_teams());
  publish(kDay, {kTeam, kOther});
  fixture().double_rows(Target::kBreakdowns, {kOther, kDay});  // also what is wrong is copied as it is
  const TargetContent before = content(Target::kBreakdowns, {kOther, kDay});
  const TargetContent whole = content(Target::kBreakdowns, {kTeam, kDay});
  fixture().delete_events(kTeam);
  const StagingId staging{"0123456789abcdef", 900, partition(kDay)};
  ASSERT_TRUE(warehouse().create_staging(staging, {}));
  ASSERT_TRUE(warehouse().stage_from_wide(staging, {kTeam}, Teams{kTeam}, {}));
  ASSERT_TRUE(warehouse().replace_partition(staging, Target::kBreakdowns, {}));
  EXPECT_EQ(content(Target::kBreakdowns, {kOther, kDay}), before);
  const TargetContent derived = content(Target::kBreakdowns, {kTeam, kDay});
  EXPECT_EQ(derived.measures, whole.measures);
  EXPECT_LT(derived.keys, whole.keys) << "without pages";
}

TEST_P(WarehouseContract, StagesFromTheWideGroupsNothingWhereThereAreNone) {
  put({view(kOther, "2026-03-02T10:00:00Z", "a")});
  publish(kDay, {kOther});
  const StagingId staging{"0123456789abcdef", 900, partition(kDay)};
  ASSERT_TRUE(warehouse().create_staging(staging, {}));
  ASSERT_TRUE(warehouse().stage_from_wide(staging, {kTeam}, std::nullopt, {}));
  EXPECT_THAT(warehouse().staged(staging, Target::kBreakdowns, {}).value().cells, IsEmpty());
}

TEST_P(WarehouseContract, StagesNothingForSessionsWithoutViews) {
  put({as(EventKind::kPageleave, view(kTeam, "2026-03-02T10:00:00Z", "a"))});
  const StagingId staging = stage(kDay, {kTeam});
  EXPECT_EQ(owned(kDay, {kTeam}).at(0).owned.events, 1U);
  for (const Target target : kTargets) EXPECT_THAT(warehouse().staged(staging, target, {}).value().cells, IsEmpty());
}

TEST_P(WarehouseContract, TouchesNothingLiveBeforeItReplaces) {
  put(two_teams());
  publish(kDay, {kTeam});
  const auto before = content(Target::kStats, kToday);
  const auto parts = live_parts(warehouse(), Target::kStats, partition(kDay));
  stage(kDay, {kTeam, kOther});
  EXPECT_EQ(content(Target::kStats, kToday), before);
  EXPECT_EQ(live_parts(warehouse(), Target::kStats, partition(kDay)), parts);
}

TEST_P(WarehouseContract, PublishesWhatWasStaged) {
  put(two_teams());
  const StagingId staging = stage(kDay, {kTeam, kOther});
  replace(staging);
  for (const Target target : kTargets) {
    EXPECT_EQ(content(target, kToday), warehouse().staged(staging, target, {}).value().cells);
    EXPECT_THAT(live_parts(warehouse(), target, partition(kDay)), testing::Not(IsEmpty()));
  }
}

TEST_P(WarehouseContract, TellsWhetherWhatIsLiveIsWhatWasStaged) {
  put(two_teams());
  publish(kDay, {kTeam});
  const StagingId staging = stage(kDay, {kTeam, kOther});
  const PartitionStates before = warehouse().live_state(partition(kDay), {}).value();
  const PartitionStates staged = warehouse().staged_state(staging, {}).value();
  replace(staging);
  const PartitionStates after = warehouse().live_state(partition(kDay), {}).value();
  for (const Target target : kTargets) {
    const auto index = static_cast<std::size_t>(target);
    ASSERT_TRUE(before[index] && staged[index] && after[index]) << name(target);
    EXPECT_EQ(after[index]->checksum, staged[index]->checksum) << name(target);
    EXPECT_NE(after[index]->checksum, before[index]->checksum) << name(target);
    EXPECT_NE(after[index]->version.version(), before[index]->version.version()) << name(target);
    EXPECT_EQ(after[index]->version, warehouse().target_inventory(target, {}).value().at(partition(kDay)))
        << name(target);
  }
  const PartitionStates next_day = warehouse().live_state({0, kDay + 1, 0}, {}).value();
  for (const auto& state : next_day) EXPECT_FALSE(state);
}

TEST_P(WarehouseContract, CopiesTheOtherTeamsAsTheyAre) {
  put(two_teams());
  publish(kDay, {kTeam, kOther});
  fixture().double_rows(Target::kStats, {kOther, kDay});  // also what is wrong is copied as it is
  std::array<TargetContent, kTargets.size()> before;
  for (const Target target : kTargets) before[static_cast<std::size_t>(target)] = content(target, {kOther, kDay});
  EXPECT_EQ(before[0].rows, 2 * before[0].keys);

  put({view(kTeam, "2026-03-02T20:00:00Z", "late"), view(kOther, "2026-03-02T20:00:00Z", "late")});
  publish(kDay, {kTeam});
  for (const Target target : kTargets) {
    EXPECT_EQ(content(target, {kOther, kDay}), before[static_cast<std::size_t>(target)]) << name(target);
    EXPECT_EQ(content(target, {kTeam, kDay}).measures.view_events, 6U);
  }
}

TEST_P(WarehouseContract, ReplacesOneDayAndOneTargetAtATime) {
  put(two_teams());
  put({view(kTeam, "2026-03-01T10:00:00Z", "d"), view(kTeam, "2026-03-03T10:00:00Z", "e")});
  publish(kDay - 1, {kTeam});
  publish(kDay + 1, {kTeam});
  const auto day_before = content(Target::kStats, {kDay - 1, kDay - 1});
  const auto day_after = content(Target::kStats, {kDay + 1, kDay + 1});
  ASSERT_TRUE(warehouse().replace_partition(stage(kDay, {kTeam}), Target::kStats, {}));
  EXPECT_EQ(content(Target::kStats, {kDay - 1, kDay - 1}), day_before);
  EXPECT_EQ(content(Target::kStats, {kDay + 1, kDay + 1}), day_after);
  EXPECT_EQ(content(Target::kStats, {kTeam, kDay}).measures.view_events, 5U);
  EXPECT_THAT(content(Target::kBounces, kToday), IsEmpty());
}

TEST_P(WarehouseContract, ReplacesOneBucketOfADay) {
  put(two_teams());
  put({view(kElsewhere, "2026-03-02T10:00:00Z", "a"), view(kElsewhere, "2026-03-02T10:05:00Z", "a", "/x")});
  const Partition here = partition(kDay), there = warehouse().team_buckets().partition_of({kElsewhere, kDay});
  publish(here, {kTeam, kOther});
  publish(there, {kElsewhere});
  for (const Target target : kTargets) {
    std::vector<TargetCell> in_both;
    for (const Partition& one : std::set{here, there}) {
      const auto cells = warehouse().partition_content(target, one, {}).value();
      in_both.insert(in_both.end(), cells.begin(), cells.end());
    }
    std::ranges::sort(in_both, {}, &TargetCell::cell);
    EXPECT_EQ(in_both, content(target, kToday)) << name(target);
    EXPECT_EQ(warehouse().target_inventory(target, {}).value().size(), std::set({here, there}).size());
  }
  const TargetContent before = content(Target::kStats, {kElsewhere, kDay});
  const auto parts = live_parts(warehouse(), Target::kStats, there);

  put({view(kTeam, "2026-03-02T20:00:00Z", "late"), view(kElsewhere, "2026-03-02T20:00:00Z", "late")});
  const StagingId staging = stage(here, {kTeam});
  const StagedPartition staged = warehouse().staged(staging, Target::kStats, {}).value();
  Teams copied;
  for (const TargetCell& cell : staged.cells) copied.push_back(cell.cell.team);
  EXPECT_EQ(copied, here == there ? Teams({kTeam, kElsewhere, kOther}) : Teams({kTeam, kOther}))
      << "no more than the partition is copied";
  replace(staging);
  EXPECT_EQ(content(Target::kStats, {kTeam, kDay}).measures.view_events, 6U);
  EXPECT_EQ(content(Target::kStats, {kElsewhere, kDay}), before);
  EXPECT_EQ(live_parts(warehouse(), Target::kStats, there) == parts, here != there);
}

TEST_P(WarehouseContract, TellsWhatIsStagedOutsideThePartition) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a"), view(kElsewhere, "2026-03-02T10:00:00Z", "a")});
  const bool is_foreign = warehouse().team_buckets().partition_of({kElsewhere, kDay}) != partition(kDay);
  const StagedPartition staged = warehouse().staged(stage(kDay, {kTeam, kElsewhere}), Target::kBounces, {}).value();
  EXPECT_EQ(staged.rows_outside, is_foreign ? 1U : 0U);
  EXPECT_EQ(staged.cells.size(), is_foreign ? 1U : 2U);
}

TEST_P(WarehouseContract, IsPartitionedAsItSays) {
  EXPECT_TRUE(warehouse().check_partitioning({}));
  EXPECT_TRUE(warehouse().prepare({})) << "again, of tables that are there";
  EXPECT_TRUE(warehouse().check_partitioning({}));
}

TEST_P(WarehouseContract, ReplacesTwiceAsOnce) {
  put(two_teams());
  const StagingId staging = stage(kDay, {kTeam, kOther});
  replace(staging);
  const auto once = content(Target::kBounces, kToday);
  const auto parts = live_parts(warehouse(), Target::kBounces, partition(kDay));
  replace(staging);
  EXPECT_EQ(content(Target::kBounces, kToday), once);
  EXPECT_NE(live_parts(warehouse(), Target::kBounces, partition(kDay)), parts) << "a part's name tells a replacement";
}

TEST_P(WarehouseContract, DropsAPartByItsName) {
  put(two_teams());
  publish(kDay, {kTeam, kOther});
  const auto bounces = content(Target::kBounces, kToday);
  const auto parts = live_parts(warehouse(), Target::kStats, partition(kDay));
  std::uint64_t rows = 0;
  for (const LivePart& part : parts) {
    rows += part.rows;
    ASSERT_TRUE(warehouse().drop_part(Target::kStats, partition(kDay), part.name, {}));
  }
  EXPECT_GT(rows, 0U);
  EXPECT_THAT(content(Target::kStats, kToday), IsEmpty());
  EXPECT_EQ(content(Target::kBounces, kToday), bounces);
  EXPECT_FALSE(warehouse().drop_part(Target::kStats, partition(kDay), parts.at(0).name, {})) << "it is gone already";
}

TEST_P(WarehouseContract, RefusesToReplaceByNothing) {
  put(two_teams());
  publish(kDay, {kTeam, kOther});
  const auto before = content(Target::kStats, kToday);
  const StagingId empty{"0123456789abcdef", 900, partition(kDay)};
  ASSERT_TRUE(warehouse().create_staging(empty, {}));
  const StagingId missing{"0123456789abcdef", 901, partition(kDay)};
  for (const StagingId& staging : {empty, missing}) {
    const Status replaced = warehouse().replace_partition(staging, Target::kStats, {});
    ASSERT_FALSE(replaced);
    EXPECT_EQ(replaced.error().fault, Fault::kInternal) << replaced.error().message;
    EXPECT_FALSE(replaced.error().retryable());
  }
  EXPECT_EQ(content(Target::kStats, kToday), before);
}

TEST_P(WarehouseContract, RefusesToReplaceFromAStagingThatWasDropped) {
  put(two_teams());
  const StagingId staging = stage(kDay, {kTeam});
  ASSERT_TRUE(warehouse().drop_staging(staging, {}));
  const Status replaced = warehouse().replace_partition(staging, Target::kStats, {});
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().fault, Fault::kInternal);
  EXPECT_THAT(content(Target::kStats, kToday), IsEmpty());
}

TEST_P(WarehouseContract, DropsOnePartitionOfOneTarget) {
  put(two_teams());
  put({view(kTeam, "2026-03-03T10:00:00Z", "next")});
  publish(kDay, {kTeam, kOther});
  publish(kDay + 1, {kTeam});
  const StagingId staging{"0123456789abcdef", 900, partition(kDay)};
  const Status late = warehouse().drop_partition(staging, Target::kStats, {});
  ASSERT_FALSE(late) << "a late holder's staging is gone";
  EXPECT_EQ(late.error().fault, Fault::kInternal) << late.error().message;
  EXPECT_EQ(content(Target::kStats, kToday).size(), 2U);
  ASSERT_TRUE(warehouse().create_staging(staging, {}));
  ASSERT_TRUE(warehouse().drop_partition(staging, Target::kStats, {}));
  EXPECT_THAT(content(Target::kStats, kToday), IsEmpty());
  EXPECT_THAT(live_parts(warehouse(), Target::kStats, partition(kDay)), IsEmpty());
  EXPECT_EQ(content(Target::kBounces, kToday).size(), 2U);
  EXPECT_EQ(content(Target::kStats, {kTeam, kDay + 1}).measures.view_events, 1U);
  EXPECT_TRUE(warehouse().drop_partition(staging, Target::kStats, {})) << "an empty one may be dropped";
}

TEST_P(WarehouseContract, ReadsContentOfTheDaysAndTeamsAskedFor) {
  put(two_teams());
  put({view(kOther, "2026-03-04T10:00:00Z", "z")});
  for (int offset = 0; offset <= 2; ++offset)
    if (const Day day = kDay + offset; !owned(day, {kTeam, kOther}).empty()) publish(day, {kTeam, kOther});
  const auto cells = [&](DayRange days, const std::optional<Teams>& teams) {
    std::vector<Cell> found;
    for (const TargetCell& cell : content(Target::kBounces, days, teams)) found.push_back(cell.cell);
    return found;
  };
  EXPECT_THAT(cells({kDay, kDay + 2}, std::nullopt),
              ElementsAre(Cell{kTeam, kDay}, Cell{kOther, kDay}, Cell{kOther, kDay + 2}));
  EXPECT_THAT(cells({kDay, kDay + 2}, Teams{kTeam}), ElementsAre(Cell{kTeam, kDay}));
  EXPECT_THAT(cells({kDay + 1, kDay + 1}, std::nullopt), IsEmpty());
  EXPECT_THAT(cells({kDay, kDay + 2}, Teams{}), IsEmpty()) << "no team is not every team";
}

TEST_P(WarehouseContract, TellsDamageByItsContent) {
  put(two_teams());
  publish(kDay, {kTeam, kOther});
  const TargetContent whole = content(Target::kBounces, {kTeam, kDay});

  fixture().double_rows(Target::kBounces, {kTeam, kDay});
  const TargetContent doubled = content(Target::kBounces, {kTeam, kDay});
  EXPECT_EQ(doubled.rows, 2 * whole.rows);
  EXPECT_EQ(doubled.keys, whole.keys);
  EXPECT_EQ(doubled.key_hash, whole.key_hash);
  EXPECT_EQ(doubled.measures.view_events, 2 * whole.measures.view_events);
  EXPECT_EQ(doubled.measures.duration_seconds, 2 * whole.measures.duration_seconds);

  fixture().delete_rows(Target::kBounces, {kTeam, kDay});
  EXPECT_EQ(content(Target::kBounces, {kTeam, kDay}), TargetContent{});
  EXPECT_EQ(content(Target::kBounces, {kOther, kDay}).measures.view_events, 2U);

  publish(kDay, {kTeam});
  EXPECT_EQ(content(Target::kBounces, {kTeam, kDay}), whole) << "built again, it is what it was";
}

TEST_P(WarehouseContract, HashesKeysAndNotFigures) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a")});
  publish(kDay, {kTeam});
  const TargetContent one = content(Target::kStats, {kTeam, kDay});
  put({view(kTeam, "2026-03-02T10:30:00Z", "b")});  // the same hour and page
  publish(kDay, {kTeam});
  const TargetContent two = content(Target::kStats, {kTeam, kDay});
  EXPECT_EQ(std::tie(two.keys, two.key_hash), std::tie(one.keys, one.key_hash));
  EXPECT_EQ(two.measures.view_events, 2U);
  put({view(kTeam, "2026-03-02T11:00:00Z", "c")});  // another hour
  publish(kDay, {kTeam});
  EXPECT_NE(content(Target::kStats, {kTeam, kDay}).key_hash, one.key_hash);
}

TEST_P(WarehouseContract, HashesTheFiguresOfEachDimensionOfTheNarrowTarget) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a", "/a"), view(kTeam, "2026-03-02T10:05:00Z", "a", "/b"),
       view(kTeam, "2026-03-02T10:10:00Z", "a", "/a")});
  publish(kDay, {kTeam});
  const TargetContent before = content(Target::kBreakdowns, {kTeam, kDay});
  fixture().delete_events(kTeam);
  put({view(kTeam, "2026-03-02T10:00:00Z", "a", "/a"), view(kTeam, "2026-03-02T10:05:00Z", "a", "/b"),
       view(kTeam, "2026-03-02T10:07:00Z", "a", "/b"), view(kTeam, "2026-03-02T10:10:00Z", "a", "/a")});
  publish(kDay, {kTeam});
  const TargetContent more = content(Target::kBreakdowns, {kTeam, kDay});
  EXPECT_EQ(more.keys, before.keys);
  EXPECT_NE(more.key_hash, before.key_hash);
  // As many views as before in all, but of other pages.
  fixture().delete_events(kTeam);
  put({view(kTeam, "2026-03-02T10:00:00Z", "a", "/a"), view(kTeam, "2026-03-02T10:02:00Z", "a", "/a"),
       view(kTeam, "2026-03-02T10:05:00Z", "a", "/b"), view(kTeam, "2026-03-02T10:10:00Z", "a", "/a")});
  publish(kDay, {kTeam});
  const TargetContent others = content(Target::kBreakdowns, {kTeam, kDay});
  EXPECT_EQ(std::tie(others.keys, others.measures), std::tie(more.keys, more.measures));
  EXPECT_NE(others.key_hash, more.key_hash);
}

TEST_P(WarehouseContract, KeepsTwoStagingsOfOnePartitionApart) {
  put(two_teams());
  const StagingId first{"0123456789abcdef", 1, partition(kDay)};
  const StagingId of_another_store{"fedcba9876543210", 1, partition(kDay)};
  const StagingId of_another_fence{"0123456789abcdef", 11, partition(kDay)};
  for (const StagingId& staging : {first, of_another_store, of_another_fence}) {
    ASSERT_TRUE(warehouse().create_staging(staging, {}));
    EXPECT_THAT(warehouse().staged(staging, Target::kStats, {}).value().cells, IsEmpty());
  }
  ASSERT_TRUE(warehouse().build_sessions(first, {kTeam}, {}));
  ASSERT_TRUE(warehouse().stage_cells(first, Target::kStats, {kTeam}, std::nullopt, {}));
  ASSERT_TRUE(warehouse().build_sessions(of_another_fence, {kOther}, {}));
  ASSERT_TRUE(warehouse().stage_cells(of_another_fence, Target::kStats, {kTeam, kOther}, std::nullopt, {}));
  EXPECT_EQ(warehouse().staged(first, Target::kStats, {}).value().cells.at(0).cell.team, kTeam);
  EXPECT_EQ(warehouse().staged(of_another_fence, Target::kStats, {}).value().cells.at(0).cell.team, kOther);
  EXPECT_THAT(warehouse().staged(of_another_store, Target::kStats, {}).value().cells, IsEmpty());
}

TEST_P(WarehouseContract, ListsStagingUntilItIsDropped) {
  const StagingId first{"0123456789abcdef", 1, partition(kDay)};
  const StagingId second{"fedcba9876543210", 18446744073709551615U, partition(kDay + 1)};
  for (const StagingId& staging : {first, second}) ASSERT_TRUE(warehouse().create_staging(staging, {}));
  EXPECT_THAT(warehouse().list_staging({}).value(), testing::UnorderedElementsAre(first, second));
  ASSERT_TRUE(warehouse().drop_staging(first, {}));
  EXPECT_THAT(warehouse().list_staging({}).value(), ElementsAre(second));
  EXPECT_TRUE(warehouse().drop_staging(first, {})) << "what is gone may be dropped again";
}

TEST_P(WarehouseContract, MakesADroppedStagingAnewAndEmpty) {
  put(two_teams());
  const StagingId staging = stage(kDay, {kTeam});
  ASSERT_TRUE(warehouse().drop_staging(staging, {}));
  EXPECT_FALSE(warehouse().staged(staging, Target::kStats, {})) << "what does not exist is no empty answer";
  ASSERT_TRUE(warehouse().create_staging(staging, {}));
  EXPECT_THAT(warehouse().staged(staging, Target::kStats, {}).value().cells, IsEmpty());
  ASSERT_TRUE(warehouse().stage_cells(staging, Target::kStats, {kTeam}, std::nullopt, {}));
  EXPECT_THAT(warehouse().staged(staging, Target::kStats, {}).value().cells, IsEmpty()) << "its sessions are gone too";
}

}  // namespace
}  // namespace gapless::contract
