// What is derived of days whose events are gone is what a build from those events made, group by group, but for host and
// pathname.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "embedded/embedded.h"

namespace gapless::test {
namespace {

const DayRange kDerivedDays{*Day::parse("2026-03-02", "test"), *Day::parse("2026-03-10", "test")};

/// Sessions of one to four views, each with a value in every dimension and with many in common; some go over midnight.
std::string sessions_of_many_kinds(int team, int sessions) {
  std::mt19937 random(static_cast<std::uint32_t>(team));
  const auto below = [&random](std::uint32_t end) { return static_cast<int>(random() % end); };
  std::string events;
  int number = 0;
  for (int session = 0; session < sessions; ++session) {
    const int start = below(2 * 86'400), person = below(60);
    const std::string in_common = fmt::format(
        R"("team_id":{},"session_id":"s{}","person_id":"00000000-0000-0000-0000-{:012}","device_type":"d{}",)"
        R"("browser":"b{}","os":"o{}","viewport_width":{},"viewport_height":{},"referring_domain":"r{}",)"
        R"("utm_source":"us{}","utm_medium":"um{}","utm_campaign":"uc{}","utm_term":"ut{}","utm_content":"ü{}",)"
        R"("country_code":"C{}","city_name":"ci{}","region_code":"R{}","region_name":"rn{}","has_gclid":{},)"
        R"("has_gad_source_paid_search":{},"has_fbclid":{},"mat_metadata_loggedIn":{},"mat_metadata_backend":"m{}")",
        team, session, person, below(3), below(4), below(3), 100 * below(5) - 100, 100 * below(4), below(6), below(3),
        below(3), below(4), below(2), below(2), below(5), below(7), below(4), below(4), below(2) == 0, below(2) == 0,
        below(2) == 0, below(2) == 0, below(3));
    for (int view = 0, views = 1 + below(4), at = start; view < views; ++view, at += below(900))
      events += fmt::format(R"({{{},"event":"$pageview","timestamp":"2026-03-{:02} {:02}:{:02}:{:02}",)"
                            R"("uuid":"00000000-0000-{:04}-0000-{:012}","host":"h{}","pathname":"/{}"}})"
                            "\n",
                            in_common, 2 + at / 86'400, at / 3600 % 24, at / 60 % 60, at % 60, team, ++number, below(2),
                            below(8));
  }
  return events;
}

std::string event_that_stays(int team) {
  return fmt::format(
      R"({{"team_id":{0},"event":"$pageview","timestamp":"2026-03-10 10:00:00","uuid":"00000000-0000-0000-{0:04}-000000000001",)"
      R"("session_id":"late","pathname":"/"}})"
      "\n",
      team);
}

/// Groups that are not on both sides once with the same figures and the same persons.
std::uint64_t differing(const std::string& before, const std::string& now) {
  const std::string narrow = "SELECT {} AS side, * FROM gapless.{} WHERE {}";
  return embedded().number(fmt::format(
      "SELECT count() FROM (SELECT team_id, period_bucket, dimension, value FROM ({} UNION ALL {})"
      " GROUP BY team_id, period_bucket, dimension, value HAVING count() != 2 OR uniqExact(side) != 2"
      " OR uniqExact((finalizeAggregation(sessions_count_state), finalizeAggregation(pageviews_count_state),"
      " finalizeAggregation(bounces_count_state), finalizeAggregation(total_session_duration_state),"
      " finalizeAggregation(persons_uniq_state))) != 1"
      " OR uniqMerge(persons_uniq_state) != any(finalizeAggregation(persons_uniq_state)))",
      fmt::format(fmt::runtime(narrow), 1, "remembered", before),
      fmt::format(fmt::runtime(narrow), 2, "web_pre_aggregated_breakdowns", now)));
}

TEST(DerivedGroups, AreThoseThatWereBuiltFromEvents) {
  Embedded& world = embedded();
  world.reset(TeamBuckets::of(2, "test").value());
  for (int team = 1; team <= 3; ++team) world.load(sessions_of_many_kinds(team, 120) + event_that_stays(team));
  ASSERT_EQ(world.backfill(kDerivedDays).status, RunStatus::kSucceeded);
  world.execute(
      "CREATE TABLE gapless.remembered ENGINE = MergeTree ORDER BY team_id AS SELECT * FROM"
      " gapless.web_pre_aggregated_breakdowns");
  // Team 3 has its narrow part.
  world.execute(
      "ALTER TABLE gapless.web_pre_aggregated_breakdowns DELETE WHERE team_id != 3 AND toDate(period_bucket) <"
      " '2026-03-09' SETTINGS mutations_sync = 2");
  world.execute(
      "ALTER TABLE gapless.gapless_ledger DELETE WHERE team_id != 3 AND target = 'breakdowns' AND day < '2026-03-09'"
      " SETTINGS mutations_sync = 2");
  world.execute("ALTER TABLE gapless.events DELETE WHERE timestamp < '2026-03-09' SETTINGS mutations_sync = 2");
  const std::string all = "1",
                    but_of_views =
                        "team_id = 3 OR toDate(period_bucket) > '2026-03-09' OR dimension NOT IN ('host', 'pathname')";
  ASSERT_GT(differing(but_of_views, all), 200U);

  const Plan plan = world.plan(kDerivedDays);
  EXPECT_GE(plan.cells_due(), 4U) << "and days that own nothing but have an entry";
  for (const PlannedCell& one : plan.cells) {
    const bool lacks = one.facts.entry && one.cell().team.value() != 3 && one.cell().day < kDerivedDays.last - 1;
    EXPECT_EQ(one.judgement.action, lacks ? Action::kDerive : Action::kNone) << one.judgement.why;
  }
  const RunReport report = world.run(plan);
  ASSERT_EQ(report.status, RunStatus::kSucceeded) << report.error;
  EXPECT_EQ(differing(but_of_views, all), 0U);
  EXPECT_EQ(world.plan(kDerivedDays).cells_due(), 0U);
  EXPECT_EQ(world.number("SELECT count() FROM gapless.gapless_ledger WHERE startsWith(definition, 'wide:')"),
            plan.cells_due());
}

}  // namespace
}  // namespace gapless::test
