#include "plan/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "support/case_name.h"

namespace gapless {
namespace {

using testing::HasSubstr;

const Cell kCell{TeamId::from(7, "test").value(), Day::parse("2026-03-01", "test").value()};
const Definition kDefinition("dimensions: host, pathname\nrules: 2\n");
const Definition kOldDefinition("dimensions: host\nrules: 2\n");

/// Facts about a cell, told as a story: what the source holds, what was published, what happened since.
class Story {
 public:
  Story& views(std::uint64_t count) {
    facts_.day_events = facts_.day_views = count;
    facts_.window = {count, count * 1000};
    return *this;
  }
  Story& events_without_views(std::uint64_t count) {
    views(count);
    facts_.day_views = 0;
    return *this;
  }
  Story& views_next_day(std::uint64_t count) {
    facts_.next_day_views = count;
    return *this;
  }
  /// An entry and targets that say what the source holds now.
  Story& published() {
    facts_.entry.emplace();
    for (const Target target : kTargets) {
      LedgerRow row{kCell, target, kDefinition.hash(), facts_.window, {facts_.day_events, 77}, {}, "run-1", 3, 1, {}};
      row.published_at = kCell.day.start() + std::chrono::hours(25);
      const std::uint64_t keys = facts_.day_views > 0 ? 2 : 0;
      row.content = {keys, keys, keys * 1000, {facts_.day_views, facts_.day_views > 0 ? 1U : 0U, 0, 60}};
      live(target) = row.content;
      facts_.entry->rows[index(target)] = row;
    }
    live(Target::kStats).measures = {facts_.day_views, 0, 0, 0};
    return *this;
  }
  /// Events that the look at sessions now finds the cell to own; the window differs from the entry's.
  Story& now_owns(Fingerprint owned, std::uint64_t view_events) {
    facts_.window.hash += 1;
    facts_.owned = OwnedCell{kCell, owned, {view_events, 1, 0, 0}};
    return *this;
  }
  Story& open() {
    return edit([](CellFacts& facts) { facts.day_is_open = true; });
  }
  Story& expired() {
    return edit([](CellFacts& facts) { facts.expired_because = "2026-02-27 is past the retention"; });
  }
  /// The narrow target joined the rollup since.
  Story& without_narrow() {
    return edit([](CellFacts& facts) {
      facts.entry->rows[2].reset();
      facts.content[2] = {};
    });
  }
  Story& narrow_from_wide() {
    return edit(
        [](CellFacts& facts) { facts.entry->rows[2]->definition = "wide:" + facts.entry->rows[1]->definition; });
  }
  Story& foreign_rows() {
    return edit([](CellFacts& facts) { facts.content[0].rows = facts.content[0].keys = 4; });
  }
  Story& other_definition() {
    return edit([](CellFacts& facts) {
      for (auto& row : facts.entry->rows) row->definition = kOldDefinition.hash();
    });
  }
  Story& source_emptied() { return now_owns({0, 0}, 0); }
  Story& damaged() {
    return edit([](CellFacts& facts) { facts.content[1].key_hash += 1; });
  }
  Story& one_late_event() { return now_owns({facts_.day_events + 1, 78}, facts_.day_views + 1); }
  Story& edit(void (*change)(CellFacts&)) {
    change(facts_);
    return *this;
  }
  const CellFacts& facts() const { return facts_; }

 private:
  static std::size_t index(Target target) { return static_cast<std::size_t>(target); }
  TargetContent& live(Target target) { return facts_.content[index(target)]; }
  CellFacts facts_{kCell};
};

Story story() { return {}; }
Story published() { return story().views(3).published(); }
Story published_as_empty() { return story().events_without_views(2).published(); }

struct JudgeCase {
  const char* name;
  Story story;
  CellState state;
  Action action;
  std::string why;
};
void PrintTo(const JudgeCase& one, std::ostream* out) { *out << one.name; }
class Judge : public testing::TestWithParam<JudgeCase> {};

TEST_P(Judge, GivesStateActionAndReason) {
  const Judgement found = judge(GetParam().story.facts(), kDefinition, {});
  EXPECT_EQ(found.state, GetParam().state) << name(found.state) << ": " << found.why;
  EXPECT_EQ(found.action, GetParam().action);
  EXPECT_EQ(found.why, GetParam().why);
}

constexpr Action kNone = Action::kNone;
constexpr Action kRecompute = Action::kRecompute;

INSTANTIATE_TEST_SUITE_P(
    Cells, Judge,
    testing::Values(
        JudgeCase{"open", story().views(3).open(), CellState::kOpen, kNone, "the day is not over"},
        JudgeCase{"expired", published().expired(), CellState::kExpired, kNone, "2026-02-27 is past the retention"},
        JudgeCase{"foreign", story().foreign_rows(), CellState::kForeign, kNone,
                  "target rows that gapless did not write; adopt them, or backfill --take-over"},
        JudgeCase{"outdated", published().other_definition(), CellState::kOutdated, kRecompute,
                  "made by definition " + kOldDefinition.hash() + ", now " + kDefinition.hash()},
        JudgeCase{"outdated_for_a_new_target", published().edit([](CellFacts& facts) { facts.entry->rows[1].reset(); }),
                  CellState::kOutdated, kRecompute, "web_pre_aggregated_bounces was never built for this cell"},
        JudgeCase{"outdated_for_a_target_that_was_left_behind",
                  published().edit([](CellFacts& facts) { facts.entry->rows[2]->fence -= 1; }), CellState::kOutdated,
                  kRecompute, "web_pre_aggregated_breakdowns was not built with the others for this cell"},
        JudgeCase{"outdated_for_a_target_of_other_events",
                  published().edit([](CellFacts& facts) { facts.entry->rows[2]->owned.hash += 1; }),
                  CellState::kOutdated, kRecompute,
                  "web_pre_aggregated_breakdowns was not built with the others for this cell"},
        JudgeCase{"fresh_with_a_target_that_joined_later",
                  published().edit([](CellFacts& facts) { facts.entry->rows[2]->fence += 9; }), CellState::kFresh,
                  kNone, "3 view events, unchanged since 2026-03-02T01:00:00Z"},
        JudgeCase{"orphaned", published().source_emptied(), CellState::kOrphaned, kRecompute,
                  "held 3 view events, the source has none now"},
        JudgeCase{"orphaned_though_events_without_views_are_left", published().now_owns({2, 5}, 0),
                  CellState::kOrphaned, kRecompute, "held 3 view events, the source has none now"},
        JudgeCase{"missing", story().views(1), CellState::kMissing, kRecompute, "1 view event, never built"},
        JudgeCase{"missing_perhaps", story().events_without_views(1).views_next_day(2), CellState::kMissing, kRecompute,
                  "may own the next day's first views, never built"},
        JudgeCase{"not_missing_for_the_next_days_views_alone", story().views_next_day(2), CellState::kEmpty, kNone,
                  "no view events"},
        JudgeCase{"not_missing_for_events_without_views", story().events_without_views(5), CellState::kEmpty, kNone,
                  "no view events"},
        JudgeCase{"stale_by_a_late_event", published().one_late_event(), CellState::kStale, kRecompute,
                  "3 owned events then, 4 now"},
        JudgeCase{"stale_by_a_deletion", published().now_owns({1, 9}, 1), CellState::kStale, kRecompute,
                  "3 owned events then, 1 now"},
        JudgeCase{"stale_by_rewriting", published().now_owns({3, 78}, 3), CellState::kStale, kRecompute,
                  "3 owned events, some rewritten"},
        JudgeCase{"stale_where_it_was_empty", published_as_empty().now_owns({3, 78}, 1), CellState::kStale, kRecompute,
                  "2 owned events then, 3 now"},
        JudgeCase{"fresh", published(), CellState::kFresh, kNone,
                  "3 view events, unchanged since 2026-03-02T01:00:00Z"},
        JudgeCase{"fresh_though_the_window_changed", published().now_owns({3, 77}, 3), CellState::kFresh, kNone,
                  "3 view events, unchanged since 2026-03-02T01:00:00Z"},
        JudgeCase{"empty", story(), CellState::kEmpty, kNone, "no view events"},
        JudgeCase{"empty_as_published", published_as_empty(), CellState::kEmpty, kNone,
                  "no view events, as the ledger says"}),
    kCaseName);

INSTANTIATE_TEST_SUITE_P(
    Damage, Judge,
    testing::Values(
        JudgeCase{"no_rows", published().edit([](CellFacts& facts) { facts.content[0] = {}; }), CellState::kDamaged,
                  kRecompute, "web_pre_aggregated_stats has no rows, the ledger says 2 groups"},
        JudgeCase{"too_few_groups", published().edit([](CellFacts& facts) { facts.content[1].keys = 1; }),
                  CellState::kDamaged, kRecompute, "web_pre_aggregated_bounces has 1 group, the ledger says 2"},
        JudgeCase{"doubled", published().edit([](CellFacts& facts) {
                    facts.content[0].rows *= 2;
                    facts.content[0].measures.view_events *= 2;
                  }),
                  CellState::kDamaged, kRecompute, "web_pre_aggregated_stats holds 6 view events, the ledger says 3"},
        JudgeCase{"other_groups", published().damaged(), CellState::kDamaged, kRecompute,
                  "web_pre_aggregated_bounces holds other groups or figures than the ledger says"},
        JudgeCase{"other_sessions", published().edit([](CellFacts& facts) { facts.content[1].measures.sessions = 2; }),
                  CellState::kDamaged, kRecompute,
                  "web_pre_aggregated_bounces holds other groups or figures than the ledger says"},
        JudgeCase{"other_duration",
                  published().edit([](CellFacts& facts) { facts.content[1].measures.duration_seconds = -60; }),
                  CellState::kDamaged, kRecompute,
                  "web_pre_aggregated_bounces holds other groups or figures than the ledger says"},
        JudgeCase{"rows_where_the_ledger_says_empty", published_as_empty().foreign_rows(), CellState::kDamaged,
                  kRecompute, "web_pre_aggregated_stats has 4 groups, the ledger says 0"},
        JudgeCase{"not_for_rows_that_are_yet_to_merge",
                  published().edit([](CellFacts& facts) { facts.content[0].rows = 5; }), CellState::kFresh, kNone,
                  "3 view events, unchanged since 2026-03-02T01:00:00Z"}),
    kCaseName);

const std::string kExpiry = "2026-02-27 is past the retention";
const std::string kDerivable =
    kExpiry + "; web_pre_aggregated_breakdowns is made from the wide groups, without host and pathname";
constexpr Action kDerive = Action::kDerive;

/// Of a cell whose events are gone nothing but the narrow part is ever made, and only from groups that are in order.
INSTANTIATE_TEST_SUITE_P(
    Derivation, Judge,
    testing::Values(
        JudgeCase{"of_a_target_that_joined", published().without_narrow().expired(), CellState::kExpired, kDerive,
                  kDerivable},
        JudgeCase{"of_a_target_that_was_left_behind",
                  published().expired().edit([](CellFacts& facts) { facts.entry->rows[2]->fence -= 1; }),
                  CellState::kExpired, kDerive, kDerivable},
        JudgeCase{"from_groups_of_another_definition", published().other_definition().without_narrow().expired(),
                  CellState::kExpired, kDerive, kDerivable},
        JudgeCase{"of_an_empty_cell", published_as_empty().without_narrow().expired(), CellState::kExpired, kDerive,
                  kDerivable},
        JudgeCase{"not_twice", published().narrow_from_wide().expired(), CellState::kExpired, kNone, kExpiry},
        JudgeCase{"not_of_damaged_rows_that_were_derived",
                  published().narrow_from_wide().expired().edit([](CellFacts& facts) { facts.content[2] = {}; }),
                  CellState::kExpired, kNone, kExpiry},
        JudgeCase{"not_from_damaged_groups", published().without_narrow().expired().damaged(), CellState::kExpired,
                  kNone, kExpiry},
        JudgeCase{
            "not_from_groups_that_were_left_behind",
            published().without_narrow().expired().edit([](CellFacts& facts) { facts.entry->rows[1]->fence -= 1; }),
            CellState::kExpired, kNone, kExpiry},
        JudgeCase{"not_without_an_entry_of_bounces",
                  published().without_narrow().expired().edit([](CellFacts& facts) { facts.entry->rows[1].reset(); }),
                  CellState::kExpired, kNone, kExpiry},
        JudgeCase{"not_of_foreign_rows", story().foreign_rows().expired(), CellState::kExpired, kNone, kExpiry},
        JudgeCase{"not_of_figures_that_are_not_kept",
                  published().without_narrow().expired().edit([](CellFacts& facts) { facts.is_past_keeping = true; }),
                  CellState::kExpired, kNone, kExpiry},
        JudgeCase{
            "gives_way_to_events_that_came_back", published().narrow_from_wide(), CellState::kOutdated, kRecompute,
            "web_pre_aggregated_breakdowns was made from the wide groups of this cell, without host and pathname"},
        JudgeCase{"names_the_definition_of_the_groups", published().other_definition().narrow_from_wide(),
                  CellState::kOutdated, kRecompute,
                  "made by definition " + kOldDefinition.hash() + ", now " + kDefinition.hash()}),
    kCaseName);

/// Two states apply at once; the earlier in the manual's order is the one that is told.
struct Rivals {
  const char* name;
  Story story;
  CellState earlier;
};
void PrintTo(const Rivals& one, std::ostream* out) { *out << one.name; }

class Precedence : public testing::TestWithParam<Rivals> {};

TEST_P(Precedence, TakesTheEarlierState) {
  const Judgement found = judge(GetParam().story.facts(), kDefinition, {});
  EXPECT_EQ(found.state, GetParam().earlier) << name(found.state) << ": " << found.why;
}

// Foreign and missing cells have no entry; outdated, orphaned, damaged, stale and fresh ones have. These never meet.
INSTANTIATE_TEST_SUITE_P(Open, Precedence,
                         testing::Values(Rivals{"expired", published().expired().open(), CellState::kOpen},
                                         Rivals{"foreign", story().foreign_rows().open(), CellState::kOpen},
                                         Rivals{"outdated", published().other_definition().open(), CellState::kOpen},
                                         Rivals{"orphaned", published().source_emptied().open(), CellState::kOpen},
                                         Rivals{"missing", story().views(1).open(), CellState::kOpen},
                                         Rivals{"damaged", published().damaged().open(), CellState::kOpen},
                                         Rivals{"stale", published().one_late_event().open(), CellState::kOpen},
                                         Rivals{"fresh", published().open(), CellState::kOpen},
                                         Rivals{"empty", story().open(), CellState::kOpen}),
                         kCaseName);
INSTANTIATE_TEST_SUITE_P(
    Expired, Precedence,
    testing::Values(Rivals{"foreign", story().foreign_rows().expired(), CellState::kExpired},
                    Rivals{"outdated", published().other_definition().expired(), CellState::kExpired},
                    Rivals{"orphaned", published().source_emptied().expired(), CellState::kExpired},
                    Rivals{"missing", story().views(1).expired(), CellState::kExpired},
                    Rivals{"damaged", published().damaged().expired(), CellState::kExpired},
                    Rivals{"stale", published().one_late_event().expired(), CellState::kExpired},
                    Rivals{"fresh", published().expired(), CellState::kExpired},
                    Rivals{"empty", story().expired(), CellState::kExpired}),
    kCaseName);
INSTANTIATE_TEST_SUITE_P(Foreign, Precedence,
                         testing::Values(Rivals{"missing", story().views(1).foreign_rows(), CellState::kForeign},
                                         Rivals{"empty", story().foreign_rows(), CellState::kForeign}),
                         kCaseName);
INSTANTIATE_TEST_SUITE_P(
    Outdated, Precedence,
    testing::Values(Rivals{"orphaned", published().source_emptied().other_definition(), CellState::kOutdated},
                    Rivals{"damaged", published().damaged().other_definition(), CellState::kOutdated},
                    Rivals{"stale", published().one_late_event().other_definition(), CellState::kOutdated},
                    Rivals{"fresh", published().other_definition(), CellState::kOutdated},
                    Rivals{"empty", published_as_empty().other_definition(), CellState::kOutdated}),
    kCaseName);
INSTANTIATE_TEST_SUITE_P(Orphaned, Precedence,
                         testing::Values(Rivals{"damaged", published().damaged().source_emptied(),
                                                CellState::kOrphaned},
                                         Rivals{"stale", published().now_owns({1, 1}, 0), CellState::kOrphaned}),
                         kCaseName);
INSTANTIATE_TEST_SUITE_P(Damaged, Precedence,
                         testing::Values(Rivals{"stale", published().one_late_event().damaged(), CellState::kDamaged},
                                         Rivals{"fresh", published().damaged(), CellState::kDamaged},
                                         Rivals{"empty", published_as_empty().foreign_rows(), CellState::kDamaged}),
                         kCaseName);
INSTANTIATE_TEST_SUITE_P(Stale, Precedence,
                         testing::Values(Rivals{"fresh", published().one_late_event(), CellState::kStale},
                                         Rivals{"empty", published_as_empty().now_owns({3, 1}, 0), CellState::kStale}),
                         kCaseName);

struct OptionCase {
  const char* name;
  Story story;
  JudgeOptions options;
  CellState state;
  Action action;
};
void PrintTo(const OptionCase& one, std::ostream* out) { *out << one.name; }

class JudgeOption : public testing::TestWithParam<OptionCase> {};

TEST_P(JudgeOption, ChangesTheActionAndNeverTheState) {
  const Judgement found = judge(GetParam().story.facts(), kDefinition, GetParam().options);
  EXPECT_EQ(found.state, GetParam().state) << name(found.state) << ": " << found.why;
  EXPECT_EQ(found.action, GetParam().action) << found.why;
}

constexpr auto kIncludeOpen = [] { return JudgeOptions{true, false, false, true, {}}; };
constexpr auto kForce = [] { return JudgeOptions{false, true, false, true, {}}; };
constexpr auto kTakeOver = [] { return JudgeOptions{false, false, true, true, {}}; };
constexpr auto kAsk = [] { return JudgeOptions{false, false, false, false, {}}; };
constexpr auto kWideAlone = [] {
  return JudgeOptions{false, false, false, true, {}, {Target::kStats, Target::kBounces}};
};

INSTANTIATE_TEST_SUITE_P(
    Cells, JudgeOption,
    testing::Values(
        OptionCase{"open_and_missing", story().views(1).open(), kIncludeOpen(), CellState::kOpen, kRecompute},
        OptionCase{"open_and_stale", published().one_late_event().open(), kIncludeOpen(), CellState::kOpen, kRecompute},
        OptionCase{"open_and_fresh", published().open(), kIncludeOpen(), CellState::kOpen, kNone},
        OptionCase{"open_and_expired", published().expired().open(), kIncludeOpen(), CellState::kOpen, kNone},
        OptionCase{"open_and_foreign", story().foreign_rows().open(), kIncludeOpen(), CellState::kOpen, kNone},
        OptionCase{"force_fresh", published(), kForce(), CellState::kFresh, kRecompute},
        OptionCase{"force_empty_with_entry", published_as_empty(), kForce(), CellState::kEmpty, kRecompute},
        OptionCase{"force_empty_without_entry", story(), kForce(), CellState::kEmpty, kNone},
        OptionCase{"force_open", published().open(), kForce(), CellState::kOpen, kNone},
        OptionCase{"force_expired", published().expired(), kForce(), CellState::kExpired, kNone},
        OptionCase{"force_foreign", story().foreign_rows(), kForce(), CellState::kForeign, kNone},
        OptionCase{"take_over_foreign", story().foreign_rows(), kTakeOver(), CellState::kForeign, kRecompute},
        OptionCase{"take_over_expired", story().foreign_rows().expired(), kTakeOver(), CellState::kExpired, kNone},
        OptionCase{"take_over_fresh", published(), kTakeOver(), CellState::kFresh, kNone},
        OptionCase{"force_expired_that_can_be_derived", published().without_narrow().expired(), kForce(),
                   CellState::kExpired, kDerive},
        OptionCase{"ask_expired_that_can_be_derived", published().without_narrow().expired(), kAsk(),
                   CellState::kExpired, kDerive},
        OptionCase{"narrow_target_not_kept", published().without_narrow().expired(), kWideAlone(), CellState::kExpired,
                   kNone},
        OptionCase{"narrow_target_not_kept_though_derived", published().narrow_from_wide(), kWideAlone(),
                   CellState::kFresh, kNone},
        OptionCase{"ask_derived_whose_events_came_back", published().narrow_from_wide(), kAsk(), CellState::kOutdated,
                   kRecompute},
        OptionCase{"ask_outdated", published().other_definition(), kAsk(), CellState::kOutdated, kNone},
        OptionCase{"ask_stale", published().one_late_event(), kAsk(), CellState::kStale, kRecompute}),
    kCaseName);

TEST(JudgeReason, NamesWhatChangedInTheDefinition) {
  JudgeOptions options;
  options.previous_definition_text = kOldDefinition.text();
  EXPECT_EQ(judge(published().other_definition().facts(), kDefinition, options).why,
            "made by another definition; changed: dimensions");
}

TEST(JudgeReason, NamesTheOlderDefinitionWhereOnlyOneTargetIsOutdated) {
  const Story half =
      published().edit([](CellFacts& facts) { facts.entry->rows[1]->definition = kOldDefinition.hash(); });
  EXPECT_EQ(judge(half.facts(), kDefinition, {}).why,
            "made by definition " + kOldDefinition.hash() + ", now " + kDefinition.hash());
}

TEST(Judge, OfATeamThatMovedSaysWhatItLeftBehind) {
  const auto moved = [](const Story& left) {
    CellFacts facts = left.facts();
    facts.moved = Move{2, std::nullopt};
    EXPECT_FALSE(facts.needs_owned_look()) << "no event is this shard's";
    return judge(facts, kDefinition, {});
  };
  EXPECT_EQ(moved(published()).state, CellState::kOrphaned);
  EXPECT_NE(moved(published()).why.find("of a team that is shard 2's now"), std::string::npos);
  EXPECT_EQ(moved(published().other_definition()).state, CellState::kOrphaned) << "it goes, whoever made it";
  EXPECT_EQ(moved(published_as_empty()).state, CellState::kOrphaned) << "its entry, too";
  EXPECT_EQ(moved(story()).state, CellState::kEmpty);
  EXPECT_EQ(moved(story().foreign_rows()).state, CellState::kForeign);
  EXPECT_EQ(moved(published().expired()).state, CellState::kExpired) << "they are all there is";
}

TEST(JudgeReason, OfAnOpenDayNamesTheStateBelow) {
  EXPECT_EQ(judge(story().views(2).open().facts(), kDefinition, kIncludeOpen()).why,
            "the day is not over; missing: 2 view events, never built");
}

TEST(CellFacts, NeedALookAtSessionsOnlyWhereTheWindowDiffersFromTheEntrys) {
  EXPECT_FALSE(story().views(3).facts().needs_owned_look());
  EXPECT_FALSE(published().facts().needs_owned_look());
  EXPECT_TRUE(published().one_late_event().facts().needs_owned_look());
}

TEST(CellStateName, IsParsedBack) {
  for (const CellState state : kCellStates) EXPECT_EQ(parse_cell_state(name(state)), state) << name(state);
  EXPECT_EQ(name(CellState::kOpen), "open");
  EXPECT_EQ(name(CellState::kOrphaned), "orphaned");
  EXPECT_EQ(name(CellState::kEmpty), "empty");
  for (const char* unknown : {"", "Fresh", "fresh ", "new"}) EXPECT_EQ(parse_cell_state(unknown), std::nullopt);
}

}  // namespace
}  // namespace gapless
