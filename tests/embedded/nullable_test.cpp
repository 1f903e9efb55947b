// Tables of somebody else's in which a dimension may be NULL, as PostHog's have two: what doctor says to type brings their
// rows into tables of gapless's own, where they are proven right and adopted.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "embedded/embedded.h"
#include "run/adoption.h"
#include "sql/columns.h"
#include "warehouse/target_shape.h"

namespace gapless::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const Day kNullableDay = *Day::parse("2026-03-02", "test");
const DayRange kNullableDays{kNullableDay, kNullableDay};

std::string view_of(int team, int session, std::string_view more) {
  return fmt::format(
      R"({{"team_id":{0},"event":"$pageview","timestamp":"2026-03-02 10:00:00","uuid":)"
      R"("00000000-0000-0000-{0:04}-{1:012}","person_id":"00000000-0000-0000-0000-{1:012}","session_id":"s{1}",)"
      R"("pathname":"/","host":"example.org"{2}}})"
      "\n",
      team, session, more);
}

std::string quoted_name(Target target) { return fmt::format("gapless.{}", table_name(target)); }

/// As PostHog makes it: NULL where a value is not known, in columns that no key has. Each of these groups stands there
/// twice, as it may: with NULL, and with what is no value either, which has the sessions and no views.
void make_as_posthog_does(Target target) {
  std::string declared = "period_bucket DateTime, team_id UInt64";
  for (const sql::Column& column : sql::dimensions(target)) {
    const std::string type(column.type == "LowCardinality(String)" ? "String" : column.type);
    const bool is_nullable = column.name.starts_with("mat_");
    declared += fmt::format(", {} {}", column.name, is_nullable ? "Nullable(" + type + ")" : type);
  }
  for (const sql::Column& state : sql::states(target)) declared += fmt::format(", {} {}", state.name, state.type);
  std::string nothing;
  for (const sql::Column& state : sql::states(target))
    if (state.type.find("(sum") != std::string_view::npos)
      nothing += fmt::format(", arrayReduce('sumState', [{}(0)]) AS {}",
                             state.type.ends_with("UInt64)") ? "toUInt64" : "toInt64", state.name);
  Embedded& world = embedded();
  const std::string columns =
      "period_bucket, team_id, " + sql::names(sql::dimensions(target)) + ", " + sql::names(sql::states(target));
  world.execute(
      fmt::format("CREATE TABLE gapless.posthog ({}) ENGINE = MergeTree PARTITION BY toYYYYMMDD(period_bucket)"
                  " ORDER BY (team_id, period_bucket, host)",
                  declared));
  world.execute(
      fmt::format("INSERT INTO gapless.posthog ({0}) SELECT {0} FROM (SELECT * REPLACE ("
                  "nullIf(mat_metadata_backend, '') AS mat_metadata_backend,"
                  " if(mat_metadata_loggedIn, true, NULL) AS mat_metadata_loggedIn) FROM {1})",
                  columns, quoted_name(target)));
  world.execute(
      fmt::format("INSERT INTO gapless.posthog ({0}) SELECT {0} FROM (SELECT * REPLACE ({2})"
                  " FROM {1} WHERE NOT mat_metadata_loggedIn)",
                  columns, quoted_name(target), nothing.substr(2)));
  world.execute(fmt::format("EXCHANGE TABLES gapless.posthog AND {}", quoted_name(target)));
  world.execute("DROP TABLE gapless.posthog SYNC");
}

/// Types what a remedy says to type.
void follow(const std::string& remedy) {
  std::size_t statements = 0;
  for (std::size_t at = 0; at < remedy.size();) {
    const std::size_t end = std::min(remedy.find("; ", at), remedy.size());
    const std::string part = remedy.substr(at, end - at);
    if (part.starts_with("RENAME TABLE ") || part.starts_with("INSERT INTO ")) {
      embedded().execute(part);
      ++statements;
    } else if (part.starts_with("gapless doctor")) {
      ASSERT_TRUE(embedded().warehouse().prepare({}));
    }
    at = end + 2;
  }
  EXPECT_EQ(statements, 2U) << remedy;
}

TEST(NullableTargets, AreBroughtAlongByWhatDoctorSaysAndAdopted) {
  Embedded& world = embedded();
  world.reset();
  std::string events;
  for (int team = 1; team <= 2; ++team)
    events += view_of(team, 1, "") + view_of(team, 2, R"(,"mat_metadata_backend":"b")") +
              view_of(team, 3, R"(,"mat_metadata_loggedIn":true)");
  world.load(events);
  ASSERT_EQ(world.backfill(kNullableDays).status, RunStatus::kSucceeded);
  const Targets wide = {Target::kStats, Target::kBounces};
  for (const Target target : wide) make_as_posthog_does(target);
  world.execute("TRUNCATE TABLE gapless.gapless_ledger");

  const Identifier database = layout().database;
  const auto looks = look_at_targets(world.engine(), database, wide, {}).value();
  for (const TargetLook& look : looks) {
    ASSERT_EQ(look.problems.size(), 1U);
    EXPECT_THAT(look.problems.front().what, HasSubstr("may be NULL, mat_metadata_loggedIn, mat_metadata_backend"));
    follow(look.problems.front().remedy);
  }
  const auto now = look_at_targets(world.engine(), database, wide, {}).value();
  for (const TargetLook& look : now) EXPECT_THAT(look.problems, IsEmpty());

  const ToAdopt chosen = cells_to_adopt(world.plan(kNullableDays), {});
  ASSERT_EQ(chosen.cells.size(), 2U);
  const SystemClock clock;
  const ExecutorOptions options;
  RunRecord run;
  run.id = "adopting";
  ASSERT_TRUE(world.store().begin_run(run));
  const auto adoption =
      adopt({world.warehouse(), world.store(), clock, world.definition(), options, run.id}, chosen.cells);
  ASSERT_TRUE(adoption) << adoption.error().message;
  EXPECT_EQ(adoption->adopted.size(), 2U) << adoption->refused.front().why;
  EXPECT_EQ(adoption->view_events, 6U);
}

}  // namespace
}  // namespace gapless::test
