// What a look costs, what it finds outside the window, and that what was kept of earlier looks changes no answer.
#include <fmt/format.h>

#include <algorithm>

#include "run/run_world.h"

namespace gapless {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Observe : public testing::Test {
 protected:
  Observe() {
    world.warehouse.put({view(1, "2026-02-01T10:00:00Z", "old", 1), view(1, "2026-02-02T10:00:00Z", "old2", 2),
                         view(1, "2026-02-10T10:00:00Z", "old3", 3), view(2, "2026-02-01T11:00:00Z", "other", 4),
                         view(2, "2026-03-02T12:00:00Z", "d", 5), view(1, "2026-03-04T12:00:00Z", "e", 6)});
    Ask everything = world.ask();
    everything.window = {day("2026-02-01"), day("2026-03-04")};
    EXPECT_EQ(world.backfill(everything).value().status, RunStatus::kSucceeded);
    world.faults.forget_calls();
  }

  /// The last days only, and what is published at any age.
  Ask ask() const {
    Ask ask = world.ask();
    ask.beyond = Scope::Beyond{.history_from = ask.window.first};
    return ask;
  }
  std::vector<std::string> planned(const Ask& ask) { return to_recompute(world.observe_and_plan(ask).value()); }
  std::ptrdiff_t calls(std::string_view method) const {
    const auto made = world.faults.calls();
    return std::count(made.begin(), made.end(), method);
  }
  std::vector<CachedPartition> kept(std::string_view table) { return world.kept.cached_partitions(table).value(); }
  void remove(std::uint64_t number) {
    world.warehouse.remove_events([number](const ModelEvent& event) { return event.number == number; });
  }

  RunWorld world;
};

TEST_F(Observe, ReadsNothingWhereNothingChanged) {
  EXPECT_THAT(planned(ask()), IsEmpty());
  world.faults.forget_calls();
  EXPECT_THAT(planned(ask()), IsEmpty());
  for (const char* reading : {"source_extent", "source_counts", "counts_by_partition", "target_content", "owned_cells"})
    EXPECT_EQ(calls(reading), 0) << reading;
}

/// Also where the source has begun to forget, and days before its first one are published.
TEST_F(Observe, FindsTheSameInAWindowAlone) {
  world.warehouse.remove_events([](const ModelEvent& event) { return event.number <= 2 || event.number == 4; });
  const auto facts = [&](DayRange window, bool alone) {
    Scope scope{.window = window, .teams = Teams{team(1)}, .excluded = {}, .last_finished = day("2026-03-04")};
    scope.window_alone = alone;
    const Observation seen = observe(world.warehouse, world.store, scope, world.definition, {}).value();
    std::vector<std::string> found;
    for (const CellFacts& one : seen.facts)
      found.push_back(fmt::format("{} {} {} {}", one.cell.day.to_string(), one.entry.has_value(), one.window.events,
                                  one.expired_because.value_or("")));
    return found;
  };
  for (const char* first : {"2026-01-30", "2026-02-01", "2026-02-03", "2026-02-08", "2026-02-10", "2026-03-01"}) {
    const DayRange window{day(first), day("2026-03-04")};
    EXPECT_EQ(facts(window, true), facts(window, false)) << first;
  }
  EXPECT_THAT(facts({day("2026-02-01"), day("2026-02-01")}, true),
              ElementsAre(testing::HasSubstr("the source begins")));
}

TEST_F(Observe, ReadsThePartitionsThatChanged) {
  EXPECT_THAT(planned(ask()), IsEmpty());
  const auto versions = [&] {
    std::map<std::string, std::string> found;
    for (const CachedPartition& one : kept("source")) found[one.partition] = one.version;
    return found;
  };
  const auto before = versions();
  EXPECT_EQ(before.size(), 5U);
  world.faults.forget_calls();
  world.warehouse.put({view(1, "2026-02-02T11:00:00Z", "late", 10)});
  EXPECT_THAT(planned(ask()), ElementsAre("team 1 on 2026-02-02: stale"));
  EXPECT_EQ(calls("counts_by_partition"), 1);
  EXPECT_EQ(calls("target_content"), 0);
  for (const auto& [partition, version] : versions())
    EXPECT_EQ(version != before.at(partition), partition == "20260202") << partition;
}

TEST_F(Observe, ForgetsPartitionsThatAreGone) {
  EXPECT_THAT(planned(ask()), IsEmpty());
  remove(3);
  EXPECT_THAT(planned(ask()), ElementsAre("team 1 on 2026-02-10: orphaned"));
  for (const CachedPartition& one : kept("source")) EXPECT_NE(one.partition, "20260210");
}

TEST_F(Observe, LooksAfterWhatIsPublishedAtAnyAge) {
  world.warehouse.put({view(1, "2026-02-02T11:00:00Z", "late", 10)});
  remove(3);
  world.warehouse.drop_rows(Target::kStats, day("2026-02-01"));
  EXPECT_THAT(planned(world.ask()), IsEmpty()) << "only the window was asked for";
  EXPECT_EQ(world.look(world.ask()).value().not_examined, 4U);
  EXPECT_THAT(planned(ask()), UnorderedElementsAre("team 1 on 2026-02-01: damaged", "team 2 on 2026-02-01: damaged",
                                                   "team 1 on 2026-02-02: stale", "team 1 on 2026-02-10: orphaned"));
  EXPECT_EQ(world.look(ask()).value().not_examined, 0U);
  Ask allowed = ask();
  allowed.options.allow_shrink = true;
  EXPECT_EQ(world.backfill(allowed).value().status, RunStatus::kSucceeded);
  EXPECT_THAT(planned(ask()), IsEmpty());
  expect_matches_model(world, {day("2026-02-01"), day("2026-03-04")}, {team(1), team(2)});
}

TEST_F(Observe, CountsTheSettledCellsForTheBlastRadius) {
  EXPECT_EQ(world.look(ask()).value().settled_beyond, 4U);
  remove(3);
  EXPECT_EQ(world.look(ask()).value().settled_beyond, 3U);
}

TEST_F(Observe, BuildsWhatIsMissingOutsideTheWindowAsFarBackAsItIsToldTo) {
  world.warehouse.put({view(1, "2026-02-20T11:00:00Z", "late", 10)});
  EXPECT_THAT(planned(ask()), IsEmpty());
  Ask further = ask();
  further.beyond->history_from = day("2026-02-20");
  EXPECT_THAT(planned(further), ElementsAre("team 1 on 2026-02-20: missing"));
  ASSERT_EQ(world.backfill(further).value().status, RunStatus::kSucceeded);
  EXPECT_THAT(planned(further), IsEmpty());
}

TEST_F(Observe, GoesOnWithTheHistoryOfATeamOfWhichSomeIsBuilt) {
  for (const char* on : {"2026-02-03", "2026-02-20", "2026-02-25", "2026-03-03"})
    world.warehouse.put({view(7, std::string(on) + "T11:00:00Z", on, on[9] + 10U * on[8])});
  ASSERT_EQ(world.backfill(world.ask()).value().status, RunStatus::kSucceeded) << "as the job daily does";
  Ask further = ask();
  further.beyond->history_from = day("2026-02-10");
  EXPECT_THAT(planned(further), ElementsAre("team 7 on 2026-02-20: missing", "team 7 on 2026-02-25: missing"));
  EXPECT_THAT(world.look(further).value().older_history, ElementsAre(std::pair(team(7), day("2026-02-03"))));
  Ask one_day = further;
  one_day.options.max_days = 1;
  ASSERT_EQ(world.backfill(one_day).value().cells_recomputed, 1U);
  EXPECT_THAT(planned(further), ElementsAre("team 7 on 2026-02-20: missing"));
  ASSERT_EQ(world.backfill(further).value().status, RunStatus::kSucceeded);
  EXPECT_THAT(planned(further), IsEmpty());
}

TEST_F(Observe, SeesRowsOfOthersAtAnyAge) {
  const auto rows_of = [](std::uint64_t id) {
    return std::vector<ModelGroup>{
        {team(id), day("2026-02-05").start() + std::chrono::hours(3), "by hand", {40, 4, 2, 100}, {1}, {"?"}}};
  };
  world.warehouse.put_rows(Target::kBounces, rows_of(1));
  world.warehouse.put_rows(Target::kStats, rows_of(2));
  const auto foreign = [&](const Ask& asked) {
    return world.observe_and_plan(asked).value().summary()[CellState::kForeign];
  };
  EXPECT_EQ(foreign(ask()), 2U);
  EXPECT_THAT(planned(ask()), IsEmpty()) << "and leaves them alone";
  EXPECT_EQ(foreign(world.ask()), 0U);
  EXPECT_EQ(world.look(world.ask()).value().not_examined, 6U);
  Ask chosen = ask();
  chosen.teams = Teams{team(1)};
  EXPECT_EQ(foreign(chosen), 1U);
}

TEST_F(Observe, BuildsANewTeamsHistoryAsFarBackAsItIsToldTo) {
  world.warehouse.put({view(7, "2026-02-03T11:00:00Z", "n1", 10), view(7, "2026-02-20T11:00:00Z", "n2", 11),
                       view(7, "2026-03-03T11:00:00Z", "n3", 12), view(8, "2026-02-03T11:00:00Z", "past", 13)});
  EXPECT_THAT(planned(ask()), ElementsAre("team 7 on 2026-03-03: missing"));
  EXPECT_THAT(world.look(ask()).value().older_history, ElementsAre(std::pair(team(7), day("2026-02-03"))));
  Ask further = ask();
  further.beyond->history_from = day("2026-02-10");
  EXPECT_THAT(planned(further), ElementsAre("team 7 on 2026-02-20: missing", "team 7 on 2026-03-03: missing"));
  further.beyond->history_from.reset();
  EXPECT_THAT(planned(further), ElementsAre("team 7 on 2026-02-03: missing", "team 7 on 2026-02-20: missing",
                                            "team 7 on 2026-03-03: missing"))
      << "team 8 has nothing in the window, and is not at work";
  EXPECT_THAT(world.look(further).value().older_history, IsEmpty());
  further.teams = Teams{team(1)};
  EXPECT_THAT(planned(further), IsEmpty());
}

TEST_F(Observe, KeepsToItsBudgetAndSaysWhatItLeft) {
  for (const char* on : {"2026-02-01", "2026-02-10"})
    world.warehouse.put({view(1, std::string(on) + "T15:00:00Z", "late", on[9] + 100U)});
  Ask little = ask();
  little.beyond->max_days = 1;
  EXPECT_THAT(planned(little), ElementsAre("team 1 on 2026-02-10: stale")) << "the newest first";
  EXPECT_EQ(world.look(little).value().not_examined, 2U) << "the first of February, and the second, which it reaches";
  ASSERT_EQ(world.backfill(little).value().status, RunStatus::kSucceeded);
  EXPECT_EQ(world.look(little).value().not_examined, 1U) << "the second was looked at, and found unchanged";
  EXPECT_THAT(planned(little), ElementsAre("team 1 on 2026-02-01: stale"));
}

TEST_F(Observe, LooksAfterOtherTeamsOnlyWhereTheirEventsAreGone) {
  Ask chosen = ask();
  chosen.teams = Teams{team(1)};
  chosen.beyond->orphans_of_others = true;
  world.warehouse.put({view(2, "2026-03-02T13:00:00Z", "late", 10)});
  EXPECT_THAT(planned(chosen), IsEmpty()) << "it keeps what it has";
  remove(4);
  EXPECT_THAT(planned(chosen), ElementsAre("team 2 on 2026-02-01: orphaned"));
  Ask named = chosen;
  named.beyond->orphans_of_others = false;
  EXPECT_THAT(planned(named), IsEmpty());
}

TEST_F(Observe, IsSparedASecondLookAtWhatItFoundUnchanged) {
  world.warehouse.put({view(1, "2026-02-12T11:00:00Z", "never published", 10)});
  EXPECT_THAT(planned(ask()), IsEmpty());
  EXPECT_EQ(calls("owned_cells"), 0) << "the 10th ends before the 12th";
  world.warehouse.put({view(1, "2026-02-11T11:00:00Z", "never published", 11)});
  EXPECT_THAT(planned(ask()), IsEmpty());
  EXPECT_EQ(calls("owned_cells"), 1);
  EXPECT_THAT(planned(ask()), IsEmpty());
  EXPECT_EQ(calls("owned_cells"), 1);
}

/// With nothing kept, every plan is what it was with what is kept.
TEST_F(Observe, FindsTheSameWithNothingKept) {
  const std::vector<std::function<void()>> changes = {
      [] {},
      [&] { world.warehouse.put({view(1, "2026-02-02T11:00:00Z", "late", 10)}); },
      [&] { remove(3); },
      [&] { world.warehouse.put({view(1, "2026-02-11T11:00:00Z", "unpublished", 11)}); },
      [&] { world.warehouse.drop_rows(Target::kBounces, day("2026-02-01")); },
      [&] { world.warehouse.double_rows(Target::kStats, cell(2, "2026-03-02")); },
      [&] { world.warehouse.put({view(2, "2026-03-01T11:00:00Z", "late", 12)}); },
      [&] { remove(6); },
  };
  for (const auto& change : changes) {
    change();
    const auto with = planned(ask());
    EXPECT_EQ(planned(ask()), with) << "nothing changed since";
    MemoryStateStore nothing_kept([] { return Instant{}; });
    EXPECT_EQ(to_recompute(world.observe_and_plan(ask(), nothing_kept).value()), with);
  }
  EXPECT_EQ(planned(ask()).size(), 7U);
}

TEST_F(Observe, DoesNotTrustWhatCannotBeRead) {
  EXPECT_THAT(planned(ask()), IsEmpty());
  for (const char* table : {"source", "web_pre_aggregated_stats"}) {
    auto spoilt = kept(table);
    for (CachedPartition& one : spoilt) one.content = "rubbish";
    ASSERT_TRUE(world.kept.cache_partitions(table, spoilt, {}));
  }
  EXPECT_THAT(planned(ask()), IsEmpty());
}

TEST_F(Observe, KnowsWhatARunPublished) {
  world.warehouse.put({view(1, "2026-02-02T11:00:00Z", "late", 10)});
  ASSERT_EQ(world.backfill(ask()).value().status, RunStatus::kSucceeded);
  EXPECT_EQ(calls("target_content"), 0) << "the plan of before knew what the run found";
  EXPECT_THAT(planned(ask()), IsEmpty());
  EXPECT_EQ(calls("target_content"), 0) << "and what it staged is what is live";
}

TEST_F(Observe, ReadsWhatSomebodyElseWroteWhileARunPublished) {
  world.warehouse.put({view(1, "2026-02-02T11:00:00Z", "late", 10)});
  FaultPlan meanwhile{.method = "record", .outcome = Outcome::kSuccess};
  meanwhile.on_fire = [&] { world.warehouse.double_rows(Target::kStats, cell(1, "2026-02-02")); };
  world.faults.inject(meanwhile);
  ASSERT_EQ(world.backfill(ask()).value().status, RunStatus::kSucceeded);
  EXPECT_THAT(planned(ask()), ElementsAre("team 1 on 2026-02-02: damaged"));
}

TEST_F(Observe, ReadsAgainForAnotherDefinition) {
  EXPECT_THAT(planned(ask()), IsEmpty());
  world.definition = Definition("rules: 2\n");
  world.faults.forget_calls();
  EXPECT_EQ(planned(ask()).size(), 6U);
  EXPECT_EQ(calls("counts_by_partition"), 1);
}

TEST_F(Observe, GoesOnWhereNothingCanBeKept) {
  world.warehouse.put({view(1, "2026-02-02T11:00:00Z", "late", 10)});
  for (const char* method : {"cache_partitions", "confirm"}) {
    FaultPlan broken;
    broken.method = method;
    broken.persistent = true;
    world.faults.inject(broken);
    EXPECT_THAT(planned(ask()), ElementsAre("team 1 on 2026-02-02: stale")) << method;
    EXPECT_GE(calls(method), 1);
    world.faults.clear();
  }
}

TEST_F(Observe, OfASourceWithoutPartitionsReadsTheWindow) {
  world.warehouse.set_inventoried(false);
  world.warehouse.put({view(1, "2026-02-02T11:00:00Z", "late", 10), view(1, "2026-03-03T11:00:00Z", "late", 11)});
  EXPECT_THAT(planned(ask()), ElementsAre("team 1 on 2026-03-03: missing"));
  EXPECT_EQ(world.look(ask()).value().not_examined, 4U);
}

TEST_F(Observe, OfASourceThatFellEmptyIsAFailure) {
  world.warehouse.remove_events([](const ModelEvent&) { return true; });
  const auto seen = world.look(ask());
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().fault, Fault::kUnavailable);
}

}  // namespace
}  // namespace gapless
