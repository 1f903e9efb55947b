// What is remembered for reports is what a look would find, for as long as nothing changes.
#include "query/report_memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "run/run_world.h"

namespace gapless {
namespace {

class RememberedReports : public testing::Test {
 protected:
  RememberedReports() {
    world.warehouse.put({view(1, "2026-03-01T10:00:00Z", "a", 1), view(1, "2026-03-02T10:00:00Z", "b", 2),
                         view(2, "2026-03-02T12:00:00Z", "c", 3)});
    EXPECT_EQ(world.backfill(world.ask()).value().status, RunStatus::kSucceeded);
  }

  Coverage look(DayRange days = {day("2026-03-01"), day("2026-03-04")}) {
    const CoverageRequest request{.team = team(1), .days = days, .last_finished = day("2026-03-04"), .kept = kept};
    world.faults.forget_calls();
    Coverage found = memory.look(world.warehouse, world.store, request, world.definition, {}).value();
    const auto calls = world.faults.calls();
    is_remembered = std::ranges::count(calls, "ledger") == 0;
    const Coverage now = look_at_coverage(world.warehouse, world.store, request, world.definition, {}).value();
    EXPECT_EQ(in_words(found), in_words(now));
    return found;
  }
  static std::string in_words(const Coverage& coverage) {
    std::string text = fmt::format("{} events;", coverage.source.events);
    for (const auto& [day, answer] : coverage.answers)
      text +=
          fmt::format(" {} {}{}", day.to_string(), answer.why(), answer.narrow == NarrowPart::kNone ? "" : " narrow");
    return text;
  }

  RunWorld world;
  ReportMemory memory;
  Retention kept;
  bool is_remembered = false;
};

TEST_F(RememberedReports, LookOnceWhileNothingChanges) {
  look();
  EXPECT_FALSE(is_remembered);
  EXPECT_FALSE(look().version.empty());
  EXPECT_TRUE(is_remembered);
  look({day("2026-03-02"), day("2026-03-03")});
  EXPECT_TRUE(is_remembered) << "its days are known";
  look({day("2026-02-27"), day("2026-03-03")});
  EXPECT_FALSE(is_remembered);
  look({day("2026-02-27"), day("2026-03-04")});
  EXPECT_TRUE(is_remembered);
}

TEST_F(RememberedReports, LookAgainAfterEveryChange) {
  const std::string before = look().version;
  world.warehouse.put({view(2, "2026-03-04T10:00:00Z", "d", 4)});
  EXPECT_NE(look().version, before);
  EXPECT_FALSE(is_remembered) << "also where it was of another team";
  world.warehouse.double_rows(Target::kBounces, cell(1, "2026-03-02"));
  EXPECT_EQ(look().answers.at(day("2026-03-02")).why(), "damaged");
  kept.source_from = day("2026-03-03");
  EXPECT_EQ(look().answers.at(day("2026-03-02")).why(), "expired");
  kept = {};
  world.definition = Definition("rules: 2\n");
  EXPECT_EQ(look().answers.at(day("2026-03-01")).why(), "outdated");
}

/// A look by session may settle it, which changes nothing that a version is of.
TEST_F(RememberedReports, AskAgainAboutDaysThatNobodyHasLookedAt) {
  world.warehouse.put({view(1, "2026-03-03T10:00:00Z", "d", 4)});
  look();
  EXPECT_EQ(look().answers.at(day("2026-03-02")).why(), "changed");
  EXPECT_FALSE(is_remembered);
  ASSERT_TRUE(world.look(world.ask()));
  EXPECT_EQ(look().answers.at(day("2026-03-02")).why(), "fresh");
}

TEST_F(RememberedReports, LookEachTimeWhereChangesCannotBeTold) {
  world.warehouse.set_inventoried(false);
  EXPECT_TRUE(look().version.empty());
  look();
  EXPECT_FALSE(is_remembered);
}

TEST_F(RememberedReports, KeepRowsOfOneStatementWithItsValuesAndOneVersion) {
  const Statement one = Statement("SELECT {a:String}, {b:String}").bind("a", "x").bind("b", "y");
  const Statement other = Statement("SELECT {a:String}, {b:String}").bind("a", "x\nb:1:y").bind("b", "");
  memory.keep_rows(one, "v1", {{"value", {1, 2, 3, 0, 4}}});
  ASSERT_TRUE(memory.rows(one, "v1"));
  EXPECT_EQ(memory.rows(one, "v1")->front().figures, (ReportFigures{1, 2, 3, 0, 4}));
  EXPECT_FALSE(memory.rows(one, "v2"));
  EXPECT_FALSE(memory.rows(other, "v1"));
  memory.keep_rows(one, "v2", {});
  EXPECT_FALSE(memory.rows(one, "v1"));
  memory.keep_rows(other, "v1", std::vector<ReportRow>(100'000));
  EXPECT_FALSE(memory.rows(other, "v1")) << "many rows are not kept";
}

TEST_F(RememberedReports, AreOfTheLastQuestions) {
  const auto numbered = [](int number) { return Statement(fmt::format("SELECT {}", number)); };
  for (int i = 0; i < 1000; ++i) {
    memory.keep_rows(numbered(i), "v", {});
    EXPECT_TRUE(memory.rows(numbered(0), "v")) << "it was asked again each time";
  }
  EXPECT_FALSE(memory.rows(numbered(1), "v"));
  EXPECT_TRUE(memory.rows(numbered(999), "v"));
}

}  // namespace
}  // namespace gapless
