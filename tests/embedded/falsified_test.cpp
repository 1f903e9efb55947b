// A rollup that was falsified in any column is found out by the comparison with the source: one group changed, one added,
// one dropped, a state swapped with another group's; and nothing else is said to differ.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <stdexcept>

#include "embedded/embedded.h"
#include "run/verification.h"
#include "sql/columns.h"

namespace gapless::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Day kFalsifiedDay = *Day::parse("2026-03-02", "test");
const DayRange kFalsifiedDays{kFalsifiedDay, kFalsifiedDay};
constexpr int kTeams = 60;  ///< each gets a falsification of its own; the first stays as it is

std::string event_of(int team, std::string_view time, int person, std::string_view session, std::string_view path) {
  static int number = 0;
  return fmt::format(
      R"({{"team_id":{},"event":"$pageview","timestamp":"2026-03-02 {}","uuid":"00000000-0000-0000-0000-{:012}",)"
      R"("person_id":"00000000-0000-0000-0000-{:012}","session_id":"{}","pathname":"{}","host":"example.org",)"
      R"("device_type":"Desktop","browser":"Firefox","os":"Linux","viewport_width":800,"viewport_height":600,)"
      R"("referring_domain":"$direct","utm_source":"s","has_gclid":true}})"
      "\n",
      team, time, ++number, person, session, path);
}

/// Groups of one key each: /a and /c with one session and one view, which differ in who; /b with more of everything.
std::string events_of_team(int team) {
  return event_of(team, "10:00:00", 1, "a", "/a") + event_of(team, "10:00:00", 2, "b1", "/b") +
         event_of(team, "10:00:20", 2, "b1", "/b") + event_of(team, "10:00:00", 3, "b2", "/b") +
         event_of(team, "10:01:00", 3, "b2", "/b") + event_of(team, "10:00:00", 4, "c", "/c");
}

/// What stands in a column instead, in the rows of some entry paths.
struct Falsification {
  std::string column;
  std::vector<std::pair<std::string, std::string>> by_path;
  std::vector<std::string> measures;  ///< that differ then
};

std::string falsified_value(const sql::Column& dimension) {
  if (dimension.type == "Int64") return fmt::format("t.{} + 1", dimension.name);
  if (dimension.type == "Bool") return fmt::format("NOT t.{}", dimension.name);
  return fmt::format("concat(t.{}, 'x')", dimension.name);
}

/// The column that has a group's entry path, and what makes a row such a group.
std::string path_column(Target target) { return target == Target::kBreakdowns ? "value" : "entry_pathname"; }
std::string has_path(Target target, std::string_view path) {
  const std::string of_dimension = target == Target::kBreakdowns ? "t.dimension = 'entry_pathname' AND " : "";
  return fmt::format("{}t.{} = '{}'", of_dimension, path_column(target), path);
}

bool is_uniq_state(const sql::Column& state) { return state.type.starts_with("AggregateFunction(uniq"); }

/// Other states than /a has: another value, none, one more; another sum.
std::vector<std::string> falsified_states(const sql::Column& state) {
  if (is_uniq_state(state)) {
    const bool is_persons = state.name == "persons_uniq_state";
    const std::string other = is_persons ? "[toUUID('00000000-0000-0000-0000-000000009999')]" : "['another']";
    const std::string made = fmt::format("arrayReduce('uniqState', {})", other);
    return {made, fmt::format("arrayReduce('uniqState', arrayFilter(x -> 0, {}))", other),
            fmt::format("arrayReduce('uniqMergeState', [t.{}, {}])", state.name, made)};
  }
  const std::string to = state.type.ends_with("UInt64)") ? "toUInt64" : "toInt64";
  std::vector<std::string> changed;
  for (const char* change : {"+ 1", "+ 1000000000000", "* 0 + 7"})
    changed.push_back(
        fmt::format("arrayReduce('sumState', [{}(finalizeAggregation(t.{}) {})])", to, state.name, change));
  return changed;
}

/// Every column of the target, in every way; states also swapped with other groups'.
std::vector<Falsification> falsifications(Target target, const std::string& right) {
  const std::vector<std::string> another_key = {"rows", "rows"};
  std::vector<Falsification> all = {{"period_bucket", {{"/a", "t.period_bucket + INTERVAL 1 HOUR"}}, another_key}};
  for (const sql::Column& column : sql::dimensions(target))
    all.push_back({std::string(column.name), {{"/a", falsified_value(column)}}, another_key});
  for (const sql::Column& state : sql::states(target)) {
    const std::string name(state.name);
    for (const std::string& other : falsified_states(state)) all.push_back({name, {{"/a", other}}, {name}});
    const auto state_of = [&](const char* path) {
      return fmt::format("(SELECT any(s) FROM (SELECT t.{} AS s FROM {} AS t WHERE t.team_id = 1 AND {}))", name, right,
                         has_path(target, path));
    };
    all.push_back({name, {{"/a", state_of("/b")}, {"/b", state_of("/a")}}, {name, name}});
    if (is_uniq_state(state))  // of as many others; sums of /a and /c are the same
      all.push_back({name, {{"/a", state_of("/c")}, {"/c", state_of("/a")}}, {name, name}});
  }
  return all;
}

class Falsified : public testing::TestWithParam<Target> {
 protected:
  static void SetUpTestSuite() {
    Embedded& product = embedded();
    product.reset();
    std::string events;
    for (int team = 1; team <= kTeams; ++team) events += events_of_team(team);
    product.load(events);
    ASSERT_EQ(product.backfill(kFalsifiedDays).status, RunStatus::kSucceeded);
    for (const Target target : kTargets) {
      product.execute(fmt::format("CREATE TABLE gapless.right_{0} AS gapless.{0}", table_name(target)));
      product.execute(fmt::format("ALTER TABLE gapless.right_{0} REPLACE PARTITION ID '20260302' FROM gapless.{0}",
                                  table_name(target)));
    }
  }

  std::string live() const { return fmt::format("gapless.{}", table_name(GetParam())); }
  std::string right() const { return fmt::format("gapless.right_{}", table_name(GetParam())); }

  /// The day holds these rows instead.
  void put(const std::string& select) {
    product.execute(fmt::format("CREATE OR REPLACE TABLE gapless.wrong AS {}", live()));
    product.execute(fmt::format("INSERT INTO gapless.wrong {}", select));
    product.execute(fmt::format("ALTER TABLE {} REPLACE PARTITION ID '20260302' FROM gapless.wrong", live()));
  }
  void TearDown() override {
    product.execute(fmt::format("ALTER TABLE {} REPLACE PARTITION ID '20260302' FROM {}", live(), right()));
  }

  using Measures = std::map<std::uint64_t, std::vector<std::string>>;
  /// The measures that differ, by team. The other target is never said to.
  Measures found() {
    Teams teams;
    for (int team = 1; team <= kTeams; ++team) teams.push_back(*TeamId::from(static_cast<std::uint64_t>(team), "test"));
    Measures measures;
    for (const Target target : kTargets) {
      const auto cells = product.warehouse().differences(target, kFalsifiedDay, teams, std::nullopt, {});
      if (!cells) throw std::runtime_error(cells.error().message);
      for (const CellDifferences& cell : *cells) {
        EXPECT_EQ(target, GetParam());
        for (const Difference& one : cell.first) measures[cell.cell.team.value()].push_back(one.measure);
      }
    }
    return measures;
  }

  Embedded& product = embedded();
};

TEST_P(Falsified, IsFoundInEveryColumnAndNowhereElse) {
  const auto all = falsifications(GetParam(), right());
  ASSERT_LT(all.size(), static_cast<std::size_t>(kTeams));
  std::map<std::string, std::string> cases;  // by column
  Measures expected;
  std::uint64_t team = 1;
  for (const Falsification& one : all) {
    expected[++team] = one.measures;
    for (const auto& [path, value] : one.by_path)
      cases[one.column] += fmt::format("t.team_id = {} AND {}, {}, ", team, has_path(GetParam(), path), value);
  }
  std::string columns;
  for (const auto& [column, of_column] : cases)
    columns += fmt::format("{}multiIf({}t.{}) AS {}", columns.empty() ? "" : ", ", of_column, column, column);
  put(fmt::format("SELECT * REPLACE ({}) FROM {} AS t", columns, right()));
  const Measures seen = found();
  for (const auto& [of_team, measures] : expected) {
    const Falsification& one = all[of_team - 2];
    EXPECT_EQ(seen.contains(of_team) ? seen.at(of_team) : std::vector<std::string>{}, measures)
        << one.column << ": " << one.by_path.front().second;
  }
  EXPECT_EQ(seen.size(), expected.size()) << "the others are as they were";
}

TEST_P(Falsified, IsFoundWhereAGroupIsAddedOrDroppedOrThereTwice) {
  put(
      fmt::format("SELECT * FROM {0} AS t WHERE NOT (t.team_id = 2 AND {1})"
                  " UNION ALL SELECT t.* REPLACE ('/d' AS {2}) FROM {0} AS t WHERE t.team_id = 3 AND {1}"
                  " UNION ALL SELECT * FROM {0} AS t WHERE t.team_id = 4 AND {1}",
                  right(), has_path(GetParam(), "/a"), path_column(GetParam())));
  const Measures seen = found();
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_THAT(seen.at(2), ElementsAre("rows")) << "dropped";
  EXPECT_THAT(seen.at(3), ElementsAre("rows")) << "added";
  EXPECT_THAT(seen.at(4), testing::Contains("rows")) << "there twice";
  product.execute(fmt::format("ALTER TABLE {} DROP PARTITION ID '20260302'", live()));
  EXPECT_EQ(found().size(), static_cast<std::size_t>(kTeams)) << "all are gone";
}

TEST_P(Falsified, IsVerifiedAndRepairedThoughThePlanSeesNothing) {
  put(
      fmt::format("SELECT * REPLACE (if(t.team_id = 2 AND {}, arrayReduce('uniqState', [generateUUIDv4()]),"
                  " t.persons_uniq_state) AS persons_uniq_state) FROM {} AS t",
                  has_path(GetParam(), "/a"), right()));
  EXPECT_EQ(product.plan(kFalsifiedDays).cells_due(), 0U);
  const auto verified = [&] {
    const ToVerify chosen = cells_to_verify(product.plan(kFalsifiedDays), {});
    EXPECT_EQ(chosen.cells.size(), static_cast<std::size_t>(kTeams));
    EXPECT_THAT(chosen.left_out, IsEmpty());
    return verify(product.warehouse(), chosen.cells, {}, {}).value();
  };
  const TeamId team = *TeamId::from(2, "test");
  EXPECT_THAT(verified().differing(), ElementsAre(Cell{team, kFalsifiedDay}));
  PlanOptions force;
  force.judge.force = true;
  ASSERT_EQ(product.backfill(kFalsifiedDays, Teams{team}, force).status, RunStatus::kSucceeded);
  EXPECT_THAT(verified().found, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Targets, Falsified, testing::ValuesIn(kTargets),
                         [](const auto& test) { return std::string(name(test.param)); });

}  // namespace
}  // namespace gapless::test
