// What every Warehouse promises to those who look: source, sessions, ledger, definitions, meta.
#include <fmt/format.h>
#include <algorithm>

#include <limits>

#include "contract/warehouse_contract.h"
#include "support/live_parts.h"

namespace gapless::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const DayRange kAround{kDay - 2, kDay + 2};

std::vector<SourceCount> counts(Warehouse& warehouse, DayRange days, const std::optional<Teams>& teams = std::nullopt) {
  auto found = warehouse.source_counts(days, teams, {});
  EXPECT_TRUE(found) << found.error().message;
  return found.value_or(std::vector<SourceCount>{});
}

TEST_P(WarehouseContract, OfAnEmptySourceHasNoDaysAndNoCounts) {
  const SourceExtent extent = warehouse().source_extent({}).value();
  EXPECT_EQ(extent.days, std::nullopt);
  EXPECT_EQ(extent.events, 0U);
  EXPECT_THAT(counts(warehouse(), kAround), IsEmpty());
  EXPECT_THAT(owned(kDay, {kTeam}), IsEmpty());
}

TEST_P(WarehouseContract, IsEmptyWhenItIsNew) {
  EXPECT_THAT(warehouse().ledger(kAround, std::nullopt, {}).value(), IsEmpty());
  EXPECT_EQ(warehouse().highest_fence({}).value(), 0U);
  EXPECT_EQ(warehouse().published_days({}).value(), std::nullopt);
  EXPECT_EQ(warehouse().definition_text("0011223344556677", {}).value(), std::nullopt);
  EXPECT_FALSE(warehouse().meta({}).value().has_value());
  EXPECT_THAT(warehouse().list_staging({}).value(), IsEmpty());
  for (const Target target : kTargets) {
    EXPECT_THAT(content(target, kAround), IsEmpty());
    EXPECT_THAT(live_parts(warehouse(), target, partition(kDay)), IsEmpty());
  }
}

TEST_P(WarehouseContract, NotPreparedIsAnErrorAndNeverAnEmptyAnswer) {
  const auto fresh = GetParam().make();
  EXPECT_FALSE(fresh->warehouse().ledger(kAround, std::nullopt, {}));
  EXPECT_FALSE(fresh->warehouse().highest_fence({}));
  EXPECT_FALSE(fresh->warehouse().published_days({}));
  EXPECT_FALSE(fresh->warehouse().meta({}));
  EXPECT_FALSE(fresh->warehouse().target_content(Target::kStats, kAround, std::nullopt, {}));
}

TEST_P(WarehouseContract, PreparedTwiceKeepsWhatItHolds) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a")});
  publish(kDay, {kTeam});
  const Definition definition("rules: 1\n");
  ASSERT_TRUE(warehouse().record({entry({kTeam, kDay}, Target::kStats, 1, 1)}, definition, {}));
  ASSERT_TRUE(warehouse().write_meta({"store", "host", 1}, {}));
  ASSERT_TRUE(warehouse().prepare({}));
  EXPECT_EQ(content(Target::kStats, {kTeam, kDay}).measures.view_events, 1U);
  EXPECT_EQ(warehouse().ledger(kAround, std::nullopt, {}).value().size(), 1U);
  EXPECT_EQ(warehouse().definition_text(definition.hash(), {}).value(), definition.text());
  EXPECT_TRUE(warehouse().meta({}).value().has_value());
}

TEST_P(WarehouseContract, KeepsTheMetaWrittenLast) {
  ASSERT_TRUE(warehouse().write_meta({"7f3a000000000000", "web1", 1}, {}));
  ASSERT_TRUE(warehouse().write_meta({"0011223344556677", "web'2\\", 3}, {}));
  const WarehouseMeta meta = warehouse().meta({}).value().value();
  EXPECT_EQ(meta.store_id, "0011223344556677");
  EXPECT_EQ(meta.host, "web'2\\");
  EXPECT_EQ(meta.layout_version, 3U);
}

TEST_P(WarehouseContract, TellsTheSourcesFirstAndLastDayOfAllTeams) {
  put({view(kTeam, "2026-03-02T23:59:59.999999Z", "a"), view(kOther, "2026-02-27T00:00:00Z", "b"),
       as(EventKind::kPageleave, view(kOther, "2026-03-05T00:00:00Z", ""))});
  const SourceExtent extent = warehouse().source_extent({}).value();
  EXPECT_EQ(extent.days, (DayRange{kDay - 3, kDay + 3}));
  EXPECT_EQ(extent.events, 3U);
}

TEST_P(WarehouseContract, CountsEventsByTeamAndEventDay) {
  put({view(kOther, "2026-03-02T00:00:00Z", "a"), view(kTeam, "2026-03-02T23:59:59.999999Z", "b"),
       as(EventKind::kAutocapture, view(kTeam, "2026-03-02T10:00:00Z", "b")), view(kTeam, "2026-03-01T10:00:00Z", "c"),
       view(kTeam, "2026-03-03T00:00:00Z", "b"), view(kTeam, "2026-03-02T12:00:00Z", "")});
  const auto found = counts(warehouse(), {kDay - 1, kDay});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].cell, (Cell{kTeam, kDay - 1}));
  EXPECT_EQ(found[1].cell, (Cell{kTeam, kDay}));
  EXPECT_EQ(found[1].events.events, 3U);
  EXPECT_EQ(found[1].view_events, 2U);
  EXPECT_EQ(found[2].cell, (Cell{kOther, kDay}));

  const auto of_other = counts(warehouse(), kAround, Teams{kOther});
  ASSERT_EQ(of_other.size(), 1U);
  EXPECT_EQ(of_other[0].events, found[2].events);
  EXPECT_THAT(counts(warehouse(), kAround, Teams{team(99)}), IsEmpty());
  EXPECT_THAT(counts(warehouse(), kAround, Teams{}), IsEmpty()) << "no team is not every team";
}

TEST_P(WarehouseContract, CountsDifferWhereverAnEventWasAddedOrRewritten) {
  const ModelEvent event = view(kTeam, "2026-03-02T10:00:00Z", "a");
  put({event});
  std::vector<Fingerprint> seen{counts(warehouse(), kAround).at(0).events};
  ModelEvent another = event;
  for (const auto& change :
       {+[](ModelEvent& e) { e.number += 1000; }, +[](ModelEvent& e) { e.person = 2; },
        +[](ModelEvent& e) { e.at += std::chrono::microseconds(1); }, +[](ModelEvent& e) { e.session = "b"; },
        +[](ModelEvent& e) { e.kind = EventKind::kPageleave; }}) {
    another = event;
    change(another);
    const auto fresh = GetParam().make();
    ASSERT_TRUE(fresh->warehouse().prepare({}));
    fresh->put({another});
    const Fingerprint found = counts(fresh->warehouse(), kAround).at(0).events;
    EXPECT_EQ(found.events, 1U);
    EXPECT_THAT(seen, testing::Not(testing::Contains(found)));
    seen.push_back(found);
  }
}

TEST_P(WarehouseContract, CountsOfDaysAddUpToTheWindow) {
  put({view(kTeam, "2026-02-28T10:00:00Z", "a"), view(kTeam, "2026-03-01T10:00:00Z", "a"),
       view(kTeam, "2026-03-02T10:00:00Z", "b"), view(kTeam, "2026-03-03T10:00:00Z", "b")});
  Fingerprint together;
  for (const SourceCount& count : counts(warehouse(), {kDay - 2, kDay + 1}, Teams{kTeam})) together += count.events;
  Fingerprint one_by_one;
  for (int offset = -2; offset <= 1; ++offset)
    for (const SourceCount& count : counts(warehouse(), {kDay + offset, kDay + offset}, Teams{kTeam}))
      one_by_one += count.events;
  EXPECT_EQ(together, one_by_one);
  EXPECT_EQ(together.events, 4U);
}

TEST_P(WarehouseContract, FindsASessionOverMidnightOnTheDayOfItsStartAlone) {
  put({view(kTeam, "2026-03-01T23:50:00Z", "night", "/in"), view(kTeam, "2026-03-02T00:10:00Z", "night", "/out"),
       view(kTeam, "2026-03-02T09:00:00Z", "day")});
  const auto first = owned(kDay - 1, {kTeam});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].owned.events, 2U);
  EXPECT_EQ(first[0].measures, (Measures{2, 1, 0, 20 * 60}));
  const auto second = owned(kDay, {kTeam});
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].measures, (Measures{1, 1, 1, 0}));
}

TEST_P(WarehouseContract, OwnsWhatTheRulesOfSessionsSay) {
  // A session that lives for three days, one that comes back, one within the 24 hours and one event past them, names
  // shared by two teams, and nameless runs with a gap of exactly 30 minutes and just over.
  put({view(kTeam, "2026-02-28T22:00:00Z", "long"), view(kTeam, "2026-03-01T21:59:59.999999Z", "long"),
       view(kTeam, "2026-03-01T22:00:00Z", "long"), view(kTeam, "2026-03-02T01:00:00Z", "long"),
       view(kTeam, "2026-03-03T00:00:00Z", "long"), view(kTeam, "2026-03-01T10:00:00Z", "back"),
       view(kTeam, "2026-03-03T10:00:00Z", "back"), view(kOther, "2026-03-01T23:59:59.999999Z", "back"),
       as(EventKind::kPageleave, view(kOther, "2026-03-02T00:00:00Z", "back")),
       as(EventKind::kPageleave, view(kOther, "2026-03-02T08:00:00Z", "no views")),
       as(EventKind::kAutocapture, view(kOther, "2026-03-02T12:00:00Z", "click")),
       view(kOther, "2026-03-02T12:00:01Z", "click"), view(kTeam, "2026-03-02T12:00:00Z", ""),
       view(kTeam, "2026-03-02T12:30:00Z", ""), view(kTeam, "2026-03-02T13:00:00.000001Z", ""),
       view(kTeam, "2026-03-02T23:59:59.9Z", ""), view(kTeam, "2026-03-03T00:00:00.1Z", ""),
       view(kTeam, "2026-03-02T14:00:00.900000Z", "rounded"), view(kTeam, "2026-03-02T14:00:10.100000Z", "rounded")});
  std::uint64_t views = 0;
  for (Day day = kDay - 3; day <= kDay + 3; day = day + 1) {
    std::vector<OwnedCell> expected = owned_cells_of(sessions_of(events(), day));
    std::vector<OwnedCell> found = owned(day, {kTeam, kOther});
    for (OwnedCell& cell : found) {
      views += cell.measures.view_events;
      cell.owned.hash = 0;  // each warehouse has a hash of its own
    }
    for (OwnedCell& cell : expected) cell.owned.hash = 0;
    EXPECT_EQ(found, expected) << day.to_string();
  }
  const auto put_views = std::count_if(events().begin(), events().end(),
                                       [](const ModelEvent& event) { return event.kind == EventKind::kPageview; });
  EXPECT_EQ(views, static_cast<std::uint64_t>(put_views)) << "every view event is owned once";
}

TEST_P(WarehouseContract, LooksOnlyAtTheTeamsAskedFor) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a"), view(kOther, "2026-03-02T10:00:00Z", "a")});
  const auto both = owned(kDay, {kTeam, kOther});
  ASSERT_EQ(both.size(), 2U);
  EXPECT_THAT(owned(kDay, {kOther}), ElementsAre(both[1]));
  EXPECT_THAT(owned(kDay, {team(1), team(99)}), IsEmpty());
}

TEST_P(WarehouseContract, TakesTheLargestTeamId) {
  const TeamId largest = team(std::numeric_limits<std::int64_t>::max());
  put({view(largest, "2026-03-02T10:00:00Z", "a"), view(team(1), "2026-03-02T10:00:00Z", "a")});
  publish(kDay, {team(1), largest});
  EXPECT_EQ(content(Target::kBounces, {largest, kDay}).measures.sessions, 1U);
  EXPECT_EQ(counts(warehouse(), kAround, Teams{largest}).size(), 1U);
  ASSERT_TRUE(
      warehouse().record({entry({largest, kDay}, Target::kStats, UINT64_MAX, UINT64_MAX)}, Definition("a: 1\n"), {}));
  EXPECT_EQ(warehouse().ledger(kAround, Teams{largest}, {}).value().at(0).cell.team, largest);
  EXPECT_EQ(warehouse().highest_fence({}).value(), UINT64_MAX);
}

TEST_P(WarehouseContract, GivesLedgerRowsBackAsTheyWereWritten) {
  const LedgerRow row = entry({kTeam, kDay}, Target::kBounces, 5, 2);
  ASSERT_TRUE(warehouse().record({row}, Definition("rules: 1\n"), {}));
  const auto rows = warehouse().ledger({kDay, kDay}, Teams{kTeam}, {}).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].cell, row.cell);
  EXPECT_EQ(rows[0].target, Target::kBounces);
  EXPECT_EQ(rows[0].definition, row.definition);
  EXPECT_EQ(rows[0].window, row.window);
  EXPECT_EQ(rows[0].owned, row.owned);
  EXPECT_EQ(rows[0].content, row.content);
  EXPECT_EQ(rows[0].run_id, row.run_id);
  EXPECT_EQ(rows[0].fence, 5U);
  EXPECT_EQ(rows[0].sequence, 2U);
  EXPECT_EQ(rows[0].published_at, row.published_at);
}

TEST_P(WarehouseContract, CountsTheLedgerRowOfTheHighestFenceAndSequenceNotTheLatestWritten) {
  const Cell cell{kTeam, kDay};
  const Definition definition("rules: 1\n");
  const std::pair<std::uint64_t, std::uint64_t> written[] = {{2, 9}, {3, 1}, {10, 1}, {10, 2}, {9, 100}, {10, 1}};
  for (const auto& [fence, sequence] : written)
    ASSERT_TRUE(warehouse().record({entry(cell, Target::kStats, fence, sequence)}, definition, {}));
  ASSERT_TRUE(warehouse().record({entry(cell, Target::kBounces, 4, 1), entry({kOther, kDay}, Target::kStats, 1, 1)},
                                 definition, {}));

  std::vector<std::tuple<Cell, Target, std::uint64_t, std::uint64_t>> counting;
  const auto rows = warehouse().ledger({kDay, kDay}, std::nullopt, {}).value();
  for (const LedgerRow& row : rows) counting.emplace_back(row.cell, row.target, row.fence, row.sequence);
  EXPECT_THAT(counting, UnorderedElementsAre(std::tuple(cell, Target::kStats, 10U, 2U),
                                             std::tuple(cell, Target::kBounces, 4U, 1U),
                                             std::tuple(Cell{kOther, kDay}, Target::kStats, 1U, 1U)));
  EXPECT_EQ(warehouse().highest_fence({}).value(), 10U);
}

TEST_P(WarehouseContract, ReadsTheLedgerOfTheDaysAndTeamsAskedFor) {
  std::vector<LedgerRow> rows;
  for (const TeamId one : {kTeam, kOther})
    for (int offset = -2; offset <= 2; ++offset) rows.push_back(entry({one, kDay + offset}, Target::kStats, 1, 1));
  ASSERT_TRUE(warehouse().record(rows, Definition("rules: 1\n"), {}));
  const auto cells = [&](DayRange days, const std::optional<Teams>& teams) {
    std::vector<Cell> found;
    const auto rows_found = warehouse().ledger(days, teams, {}).value();
    for (const LedgerRow& row : rows_found) found.push_back(row.cell);
    return found;
  };
  EXPECT_THAT(cells({kDay - 1, kDay}, Teams{kOther}), ElementsAre(Cell{kOther, kDay - 1}, Cell{kOther, kDay}));
  EXPECT_THAT(cells({kDay, kDay}, std::nullopt), ElementsAre(Cell{kTeam, kDay}, Cell{kOther, kDay}));
  EXPECT_THAT(cells({kDay, kDay}, Teams{}), IsEmpty()) << "no team is not every team";
}

TEST_P(WarehouseContract, HasNoEntryOfAForgottenCell) {
  std::vector<LedgerRow> rows;
  for (const Target target : kTargets) rows.push_back(entry({kTeam, kDay}, target, 1, 1));
  ASSERT_TRUE(warehouse().record(rows, Definition("rules: 1\n"), {}));
  for (LedgerRow& row : rows) {
    row.fence = 2;
    row.definition = kForgotten;
  }
  ASSERT_TRUE(warehouse().record(rows, Definition("rules: 1\n"), {}));
  EXPECT_THAT(warehouse().ledger(kAround, std::nullopt, {}).value(), IsEmpty());
  EXPECT_EQ(warehouse().highest_fence({}).value(), 2U) << "the fence counts on";
  for (LedgerRow& row : rows) row = entry({kTeam, kDay}, row.target, 3, 1);
  ASSERT_TRUE(warehouse().record(rows, Definition("rules: 1\n"), {}));
  EXPECT_EQ(warehouse().ledger(kAround, std::nullopt, {}).value().size(), kTargets.size());
}

TEST_P(WarehouseContract, PublishedDaysSpanLedgerAndTargets) {
  ASSERT_TRUE(warehouse().record({entry({kTeam, kDay + 1}, Target::kStats, 1, 1)}, Definition("rules: 1\n"), {}));
  EXPECT_EQ(warehouse().published_days({}).value(), (DayRange{kDay + 1, kDay + 1}));
  put({view(kTeam, "2026-02-28T10:00:00Z", "a")});
  publish(kDay - 2, {kTeam});
  EXPECT_EQ(warehouse().published_days({}).value(), (DayRange{kDay - 2, kDay + 1}));
  for (const Target target : kTargets) fixture().drop_rows(target, kDay - 2);
  EXPECT_EQ(warehouse().published_days({}).value(), (DayRange{kDay + 1, kDay + 1}));
}

TEST_P(WarehouseContract, TellsWhichPartitionsOfTheSourceChanged) {
  const auto versions = [&] {
    const auto inventory = warehouse().source_inventory({}).value();
    std::map<std::string, std::string> found;
    for (const PartitionVersion& one : inventory.value()) {
      found[one.partition] = one.version();
      EXPECT_GT(one.rows, 0U);
      EXPECT_GT(one.bytes, 0U);
    }
    return found;
  };
  EXPECT_THAT(versions(), IsEmpty());
  put({view(kTeam, "2026-03-02T10:00:00Z", "a"), view(kTeam, "2026-03-03T10:00:00Z", "b")});
  put({view(kOther, "2026-03-02T11:00:00Z", "c")});
  const auto before = versions();
  EXPECT_EQ(before.size(), 2U);
  fixture().merge_parts();
  EXPECT_EQ(versions(), before) << "a merge is no change";
  put({view(kTeam, "2026-03-03T12:00:00Z", "d")});
  const auto after = versions();
  EXPECT_EQ(after.at("20260302"), before.at("20260302"));
  EXPECT_NE(after.at("20260303"), before.at("20260303"));
  fixture().delete_events(kOther);
  EXPECT_NE(versions().at("20260302"), before.at("20260302"));
  fixture().delete_events(kTeam);
  EXPECT_THAT(versions(), IsEmpty());
}

TEST_P(WarehouseContract, HasAnotherVersionAfterEveryChange) {
  EXPECT_EQ(warehouse().version({}).value(), std::nullopt) << "an empty table may as well be a view";
  std::set<std::string> seen;
  const auto is_new = [&] {
    const auto version = warehouse().version({}).value();
    return version && seen.insert(*version).second;
  };
  put({view(kTeam, "2026-03-02T10:00:00Z", "a"), view(kOther, "2026-03-03T10:00:00Z", "b")});
  EXPECT_TRUE(is_new());
  EXPECT_FALSE(is_new()) << "nothing changed";
  publish(kDay, {kTeam});
  EXPECT_TRUE(is_new());
  publish(kDay, {kTeam});
  EXPECT_TRUE(is_new()) << "the same rows may be others";
  ASSERT_TRUE(warehouse().record({entry({kTeam, kDay}, Target::kStats, 1, 1)}, Definition("rules: 1\n"), {}));
  EXPECT_TRUE(is_new());
  for (const Target target : kTargets) {
    fixture().double_rows(target, {kTeam, kDay});
    EXPECT_TRUE(is_new()) << name(target);
    fixture().drop_rows(target, kDay);
    EXPECT_TRUE(is_new()) << name(target);
  }
  fixture().delete_events(kOther);
  EXPECT_TRUE(is_new());
}

TEST_P(WarehouseContract, CountsThePartitionsOfTheSourceAsItCountsDays) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a"), view(kTeam, "2026-03-03T10:00:00Z", "b"),
       as(EventKind::kPageleave, view(kOther, "2026-03-02T11:00:00Z", "c"))});
  const auto days = warehouse().source_counts({kDay - 2, kDay + 2}, std::nullopt, {}).value();
  const auto partitions = warehouse().counts_by_partition({"20260302", "20260303", "20990101"}, {}).value();
  std::vector<SourceCount> counts;
  for (const auto& [partition, of_it] : partitions) counts.insert(counts.end(), of_it.begin(), of_it.end());
  const auto in_words = [](std::vector<SourceCount> all) {
    std::sort(all.begin(), all.end(), [](const SourceCount& a, const SourceCount& b) { return a.cell < b.cell; });
    std::vector<std::string> words;
    for (const SourceCount& one : all)
      words.push_back(fmt::format("{} {} {} {} {}", one.cell.team.value(), one.cell.day.to_string(), one.view_events,
                                  one.events.events, one.events.hash));
    return words;
  };
  EXPECT_EQ(in_words(counts), in_words(days));
  EXPECT_EQ(counts.size(), 3U);
  EXPECT_EQ(partitions.at("20260302").size(), 2U);
}

TEST_P(WarehouseContract, TellsWhichPartitionsOfATargetChanged) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a"), view(kOther, "2026-03-02T11:00:00Z", "c"),
       view(kTeam, "2026-03-03T10:00:00Z", "b")});
  publish(kDay, {kTeam, kOther});
  publish(kDay + 1, {kTeam});
  for (const Target target : kTargets) {
    const auto version = [&](Day day) {
      const auto inventory = warehouse().target_inventory(target, {}).value();
      const auto found = inventory.find(partition(day));
      return found == inventory.end() ? std::string("none") : found->second.version();
    };
    const std::string first = version(kDay), second = version(kDay + 1);
    EXPECT_EQ(version(kDay + 2), "none");
    fixture().merge_parts();
    EXPECT_EQ(version(kDay), first) << "a merge is no change";
    fixture().double_rows(target, {kTeam, kDay});
    const std::string doubled = version(kDay);
    EXPECT_NE(doubled, first);
    EXPECT_EQ(version(kDay + 1), second);
    fixture().delete_rows(target, {kOther, kDay});
    EXPECT_NE(version(kDay), doubled);
    fixture().drop_rows(target, kDay);
    EXPECT_EQ(version(kDay), "none");
  }
}

TEST_P(WarehouseContract, KeepsTheTextsOfDefinitions) {
  const Definition first("expression: 'it''s' \\ \t\n");
  const Definition second("rules: 2\nsource: default.events\n");
  ASSERT_TRUE(warehouse().record({entry({kTeam, kDay}, Target::kStats, 1, 1)}, first, {}));
  ASSERT_TRUE(warehouse().record({entry({kTeam, kDay}, Target::kStats, 2, 1)}, second, {}));
  ASSERT_TRUE(warehouse().record({entry({kTeam, kDay}, Target::kStats, 3, 1)}, first, {}));
  EXPECT_EQ(warehouse().definition_text(first.hash(), {}).value(), first.text());
  EXPECT_EQ(warehouse().definition_text(second.hash(), {}).value(), second.text());
  EXPECT_EQ(warehouse().definition_text("ffffffffffffffff", {}).value(), std::nullopt);
}

TEST_P(WarehouseContract, StopsWhereItWasStoppedBefore) {
  put({view(kTeam, "2026-03-02T10:00:00Z", "a")});
  publish(kDay, {kTeam});
  const TargetContent before = content(Target::kStats, {kTeam, kDay});
  const StagingId staging = stage(kDay, {kTeam});
  std::stop_source source;
  source.request_stop();
  Limits stopped;
  stopped.stop = source.get_token();
  const auto fault_of = [](const auto& result) {
    return result ? std::optional<Fault>() : std::optional(result.error().fault);
  };
  EXPECT_EQ(fault_of(warehouse().source_extent(stopped)), Fault::kCancelled);
  EXPECT_EQ(fault_of(warehouse().source_counts(kAround, std::nullopt, stopped)), Fault::kCancelled);
  EXPECT_EQ(fault_of(warehouse().owned_cells(kDay, {kTeam}, stopped)), Fault::kCancelled);
  EXPECT_EQ(fault_of(warehouse().ledger(kAround, std::nullopt, stopped)), Fault::kCancelled);
  EXPECT_EQ(fault_of(warehouse().build_sessions(staging, {kTeam}, stopped)), Fault::kCancelled);
  EXPECT_EQ(fault_of(warehouse().replace_partition(staging, Target::kStats, stopped)), Fault::kCancelled);
  EXPECT_EQ(fault_of(warehouse().drop_partition({"store", 99, partition(kDay)}, Target::kStats, stopped)),
            Fault::kCancelled);
  EXPECT_EQ(content(Target::kStats, {kTeam, kDay}), before);
}

}  // namespace
}  // namespace gapless::contract
