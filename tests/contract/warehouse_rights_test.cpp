// The rights that gapless needs on a server: what the manual grants, what doctor tries, and what it says where one is
// missing.
#include "warehouse/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

#include "support/fake_engine.h"

namespace gapless {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_support::FakeCall;
using testing_support::FakeEngine;

Identifier identifier(const char* text) { return *Identifier::parse(text, "test"); }

RightsScope scope() {
  const Identifier posthog = identifier("posthog");
  return {identifier("rollup"),
          identifier("rollup_staging"),
          {TableName::own(posthog, "events"), TableName::own(posthog, "person_distinct_id_overrides")},
          "gapless"};
}

Error denied() { return {Fault::kBadQuery, 497, "it's necessary to have the grant"}; }

constexpr const char* kNoTables = "name\nString\n";
constexpr const char* kAllTables =
    "name\nString\nweb_pre_aggregated_stats\nweb_pre_aggregated_bounces\nweb_pre_aggregated_breakdowns\ngapless_"
    "ledger\ngapless_definitions\n"
    "gapless_meta\n";

/// "ALTER DELETE ON rollup.*", of each right that the script of the manual grants.
std::set<std::string> granted_by_the_manual() {
  std::ifstream manual(GAPLESS_MANUAL);
  std::set<std::string> rights;
  const std::regex grant(R"(GRANT (.+) ON (\S+) TO gapless;)");
  std::smatch found;
  for (std::string line; std::getline(manual, line);) {
    if (!std::regex_match(line, found, grant)) continue;
    const std::string privileges = found[1].str() + ", ";
    for (std::size_t at = 0; at < privileges.size();) {
      const std::size_t end = privileges.find(", ", at);
      rights.insert(privileges.substr(at, end - at) + " ON " + found[2].str());
      at = end + 2;
    }
  }
  return rights;
}

TEST(Rights, AreThoseThatTheManualGrants) {
  std::set<std::string> needed;
  for (const Right& right : rights_needed(scope())) needed.insert(right.privilege + " ON " + right.object);
  EXPECT_EQ(needed, granted_by_the_manual());
}

TEST(Rights, OfARebuildAreNamedByTheManualAndNotAmongThoseOfEveryDay) {
  const Right right = rebuild_right(scope().database);
  std::ifstream manual(GAPLESS_MANUAL);
  const std::string text(std::istreambuf_iterator<char>(manual), {});
  EXPECT_NE(text.find("`" + right.grant("gapless") + "`"), std::string::npos) << right.grant("gapless");
  for (const Right& other : rights_needed(scope())) EXPECT_NE(other.grant("gapless"), right.grant("gapless"));
}

TEST(Rights, AreTriedByStatementsThatDoNothing) {
  for (const Right& right : rights_needed(scope()))
    for (const std::string& probe : right.probes) {
      const bool does_nothing = probe.ends_with(" LIMIT 0") || probe.ends_with(" WHERE 0") ||
                                probe.find("'gapless-probe'") != std::string::npos ||
                                probe.starts_with("CREATE TABLE IF NOT EXISTS ") ||
                                probe == "DROP TABLE `rollup_staging`.`gapless_probe` SYNC";
      EXPECT_TRUE(does_nothing) << probe;
    }
}

TEST(Rights, AreFineWhereNothingIsRefused) {
  FakeEngine engine;
  engine.on("WHERE database").rows(kAllTables);
  engine.on("").always();
  const RightsLook look = look_at_rights(engine, scope(), {}).value();
  EXPECT_THAT(look.missing, IsEmpty());
  EXPECT_THAT(look.not_tried, IsEmpty());
  EXPECT_EQ(look.tried, rights_needed(scope()).size());
  const std::vector<FakeCall> calls = engine.calls();
  EXPECT_THAT(calls, Not(Contains(Field(&FakeCall::text, HasSubstr("CREATE TABLE IF NOT EXISTS `rollup`")))))
      << "a table that is there need not be made";
  EXPECT_EQ(calls.back().text, "DROP TABLE `rollup_staging`.`gapless_probe` SYNC");
}

struct MissingCase {
  const char* part;   ///< of the statements that are refused
  const char* grant;  ///< what doctor says
};

TEST(Rights, ThatAreMissingAreNamedByTheirGrant) {
  for (const auto& [part, grant] : std::vector<MissingCase>{
           {"FROM `posthog`.`events`", "GRANT SELECT ON posthog.events TO gapless"},
           {"FROM system.parts ", "GRANT SELECT ON system.parts TO gapless"},
           {"FROM `rollup`.`gapless_meta`", "GRANT SELECT ON rollup.* TO gapless"},
           {"INSERT INTO `rollup`.`web_pre_aggregated_bounces`", "GRANT INSERT ON rollup.* TO gapless"},
           {"DROP PARTITION ID", "GRANT ALTER DELETE ON rollup.* TO gapless"},
           {"MOVE PARTITION ID", "GRANT ALTER MOVE PARTITION ON rollup.* TO gapless"},
           {"CREATE TABLE IF NOT EXISTS `rollup`.`gapless_ledger`", "GRANT CREATE TABLE ON rollup.* TO gapless"},
           {"RENAME TABLE", "GRANT SELECT, INSERT, CREATE TABLE, DROP TABLE ON rollup_staging.* TO gapless"},
           {"CREATE TABLE IF NOT EXISTS `rollup_staging`", "GRANT CREATE TABLE ON rollup_staging.* TO gapless"},
           {"INSERT INTO `rollup_staging`", "GRANT INSERT ON rollup_staging.* TO gapless"},
           {"DROP TABLE", "GRANT DROP TABLE ON rollup_staging.* TO gapless"}}) {
    FakeEngine engine;
    engine.on("WHERE database").rows(kNoTables);
    engine.on(part).error(denied()).always();
    engine.on("").always();
    const RightsLook look = look_at_rights(engine, scope(), {}).value();
    ASSERT_EQ(look.missing.size(), 1U) << part;
    EXPECT_EQ(look.missing.front().grant, grant);
    EXPECT_THAT(look.missing.front().why, HasSubstr("it's necessary to have the grant"));
  }
}

TEST(Rights, ThatAreAllMissingAreNamedAllAtOnce) {
  FakeEngine engine;
  engine.on("").error(denied()).always();
  const RightsLook look = look_at_rights(engine, scope(), {}).value();
  constexpr std::size_t kOnStaging = 4, kNotTried = 1;  // the four are one line
  EXPECT_EQ(look.missing.size(), rights_needed(scope()).size() - kOnStaging - kNotTried + 1);
  EXPECT_EQ(look.not_tried.size(), kNotTried);
  EXPECT_EQ(look.tried, 0U);
}

TEST(Rights, ToDropAreAskedForBeforeAnythingIsMadeThatWouldStay) {
  FakeEngine engine;
  engine.on("WHERE database").rows(kAllTables);
  engine.on("RENAME TABLE").error(denied()).always();
  engine.on("").always();
  const RightsLook look = look_at_rights(engine, scope(), {}).value();
  EXPECT_THAT(engine.calls(), Not(Contains(Field(&FakeCall::text, HasSubstr("gapless_probe`")))));
  EXPECT_THAT(look.not_tried, ElementsAre(Field(&RightsLook::NotTried::name, "ALTER MOVE PARTITION ON rollup.*")));
}

TEST(Rights, ThatCannotBeTriedAreNotTakenForGranted) {
  FakeEngine engine;
  engine.on("WHERE database").rows(kNoTables);
  engine.on("CREATE TABLE").error(denied()).always();
  engine.on("gapless_probe").error({Fault::kBadQuery, 60, "there is no such table"}).always();
  engine.on("system.query_log").error({Fault::kBadQuery, 60, "there is no such table"}).always();
  engine.on("").always();
  const RightsLook look = look_at_rights(engine, scope(), {}).value();
  EXPECT_THAT(look.missing,
              ElementsAre(Field(&MissingRight::grant, "GRANT CREATE TABLE ON rollup.* TO gapless"),
                          Field(&MissingRight::grant, "GRANT CREATE TABLE ON rollup_staging.* TO gapless")));
  using NotTried = RightsLook::NotTried;
  EXPECT_THAT(look.not_tried, ElementsAre(Field(&NotTried::name, "SELECT ON rollup_staging.*"),
                                          Field(&NotTried::name, "INSERT ON rollup_staging.*"),
                                          Field(&NotTried::name, "ALTER MOVE PARTITION ON rollup.*"),
                                          Field(&NotTried::name, "DROP TABLE ON rollup_staging.*")));
}

TEST(Rights, AreNotJudgedWhereTheServerCannotBeAsked) {
  FakeEngine engine;
  engine.on("WHERE database").rows(kAllTables);
  engine.on("INSERT INTO `rollup_staging`").error({Fault::kUnavailable, 0, "connection refused"}).always();
  engine.on("").always();
  const auto look = look_at_rights(engine, scope(), {});
  ASSERT_FALSE(look);
  EXPECT_EQ(look.error().fault, Fault::kUnavailable);
  EXPECT_EQ(engine.calls().back().text, "DROP TABLE IF EXISTS `rollup_staging`.`gapless_probe` SYNC");
}

TEST(Rights, QuoteAUserWhoseNameIsNoWord) {
  const Right right{"SELECT", "rollup.*", {}};
  EXPECT_EQ(right.grant("gapless"), "GRANT SELECT ON rollup.* TO gapless");
  EXPECT_EQ(right.grant("a-b`c"), "GRANT SELECT ON rollup.* TO `a-b\\`c`");
}

TEST(Rights, OfOneDatabaseForAllAreNamedOnce) {
  RightsScope one = scope();
  one.staging_database = one.database;
  FakeEngine engine;
  engine.on("WHERE database").rows(kAllTables);
  engine.on("FROM `rollup`").error(denied()).always();
  engine.on("").always();
  EXPECT_THAT(look_at_rights(engine, one, {}).value().missing,
              ElementsAre(Field(&MissingRight::grant, "GRANT SELECT ON rollup.* TO gapless")));
}

}  // namespace
}  // namespace gapless
