#include <string>
#include <vector>

#include "contract/engine_contract.h"

namespace gapless::contract {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

TEST_P(EngineContract, SelectGivesNamesTypesAndTexts) {
  const Rows rows = select(
      "SELECT toUInt64(18446744073709551615) AS u, toInt64(-9223372036854775808) AS i, toDate('2026-03-01') AS d,"
      " toDateTime64('2026-03-01 01:02:03.5', 6, 'UTC') AS t, [1, 2] AS a, ['it\\'s'] AS texts, true AS b,"
      " toLowCardinality('low') AS l, 'x\\ty\\n\\\\z\\0q' AS s");
  EXPECT_THAT(rows.names(), ElementsAre("u", "i", "d", "t", "a", "texts", "b", "l", "s"));
  EXPECT_THAT(rows.types(), ElementsAre("UInt64", "Int64", "Date", "DateTime64(6, 'UTC')", "Array(UInt8)",
                                        "Array(String)", "Bool", "LowCardinality(String)", "String"));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.u64(0, 0).value(), UINT64_MAX);
  EXPECT_EQ(rows.i64(0, 1).value(), INT64_MIN);
  EXPECT_EQ(rows.day(0, 2)->to_string(), "2026-03-01");
  EXPECT_EQ(rows.text(0, 3), "2026-03-01 01:02:03.500000");
  EXPECT_EQ(rows.text(0, 4), "[1,2]");
  EXPECT_EQ(rows.text(0, 5), "['it\\'s']");
  EXPECT_EQ(rows.text(0, 6), "true");
  EXPECT_EQ(rows.text(0, 7), "low");
  EXPECT_EQ(rows.text(0, 8), "x\ty\n\\z\0q"s);
}

TEST_P(EngineContract, SelectTellsNullFromTexts) {
  const Rows rows = select("SELECT NULL AS a, toNullable('') AS b, '\\\\N' AS c, toNullable('NULL') AS d");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows.is_null(0, 0));
  EXPECT_FALSE(rows.is_null(0, 1));
  EXPECT_FALSE(rows.is_null(0, 2));
  EXPECT_EQ(rows.text(0, 2), "\\N");
  EXPECT_FALSE(rows.is_null(0, 3));
}

TEST_P(EngineContract, SelectOfNoRowsHasItsColumns) {
  const Rows rows = select("SELECT number AS n FROM numbers(10) WHERE number > 20");
  EXPECT_EQ(rows.size(), 0U);
  EXPECT_THAT(rows.names(), ElementsAre("n"));
}

TEST_P(EngineContract, TimesAreUtcWhereverTheProgramRuns) {
  EXPECT_EQ(value("SELECT toString(toDateTime(1772323200))"), "2026-03-01 00:00:00");
}

TEST_P(EngineContract, TextParametersArriveAsTheyAre) {
  const std::vector<std::string> texts = {"",
                                          "plain",
                                          "it's \"quoted\" `back`",
                                          "back\\slash \\' \\N \\t",
                                          "\\N",
                                          "tab\there\nline\rreturn\b\f",
                                          "{a:String} {b:Identifier}",
                                          "'; DROP DATABASE contract; --",
                                          "nul\0within"s,
                                          "\0"s,
                                          "invalid \xff\xfe\x80 UTF-8",
                                          "ünïcödé ☃",
                                          std::string(100'000, '\\')};
  for (const std::string& text : texts) {
    Statement statement("SELECT {x:String} AS x, hex({x:String}) AS h, length({x:String}) AS n");
    const Rows rows = select(statement.bind("x", text));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.text(0, 0), text);
    EXPECT_EQ(rows.u64(0, 2).value(), text.size());
  }
}

TEST_P(EngineContract, NumberParametersReachTheirLimits) {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{9223372036854775807U}, UINT64_MAX}) {
    Statement statement("SELECT {x:UInt64} AS x, toTypeName(x) AS t");
    const Rows rows = select(statement.bind("x", number));
    EXPECT_EQ(rows.u64(0, 0).value(), number);
    EXPECT_EQ(rows.text(0, 1), "UInt64");
  }
  for (const std::int64_t number : {INT64_MIN, std::int64_t{-1}, INT64_MAX}) {
    Statement statement("SELECT {x:Int64} AS x");
    EXPECT_EQ(select(statement.bind("x", number)).i64(0, 0).value(), number);
  }
}

TEST_P(EngineContract, DaysAndInstantsArriveToTheMicrosecond) {
  const Day day = Day::parse("2026-03-01", "test").value();
  Statement statement("SELECT {d:Date} AS d, toUnixTimestamp64Micro({t:DateTime64(6, 'UTC')}) AS t");
  for (const std::int64_t micros : {0L, 1L, 999'999L, 86'399'999'999L}) {
    const Instant instant = day.start() + std::chrono::microseconds(micros);
    const Rows rows = select(statement.bind("d", day).bind("t", instant));
    EXPECT_EQ(rows.day(0, 0).value(), day);
    EXPECT_EQ(rows.i64(0, 1).value(), instant.time_since_epoch().count());
  }
}

TEST_P(EngineContract, ArrayParametersArriveAsTheyAre) {
  Statement teams("SELECT arrayJoin({x:Array(UInt64)}) AS x");
  const Rows rows = select(teams.bind("x", parse_teams("1,22,9223372036854775807", "test").value()));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.u64(2, 0).value(), 9223372036854775807U);

  const std::vector<std::string> texts = {"",    "it's",  "a,b",    "]",       "[",   "\\",
                                          "\\'", "tab\t", "line\n", "nul\0x"s, "\xff"};
  Statement many("SELECT arrayJoin({x:Array(String)}) AS x");
  const Rows back = select(many.bind("x", texts));
  ASSERT_EQ(back.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(back.text(i, 0), texts[i]);

  Statement none("SELECT length({x:Array(UInt64)}) AS n");
  EXPECT_EQ(value(none.bind("x", Teams())), "0");
}

// Not everywhere where a name may stand: neither CREATE nor INSERT take one in their list of columns.
TEST_P(EngineContract, IdentifiersAreBoundWhateverTheirNames) {
  for (const std::string name :
       {"plain", "it's", "back`tick", "quo\"te", "sp ace", "dot.ted", "a\\b", "tab\t", "x; DROP TABLE y"}) {
    Statement create("CREATE TABLE {d:Identifier}.{t:Identifier} (n UInt8) ENGINE = MergeTree ORDER BY tuple()");
    execute(create.bind("d", "contract").bind("t", name));
    Statement find("SELECT name FROM system.tables WHERE database = 'contract' AND name = {n:String}");
    EXPECT_EQ(value(find.bind("n", name)), name);
    Statement fill("INSERT INTO {d:Identifier}.{t:Identifier} (n) SELECT 7");
    execute(fill.bind("d", "contract").bind("t", name));
    Statement read("SELECT {c:Identifier} AS x FROM {d:Identifier}.{t:Identifier} WHERE {c:Identifier} = 7");
    EXPECT_EQ(value(read.bind("c", "n").bind("d", "contract").bind("t", name)), "7");
    Statement alter("ALTER TABLE {d:Identifier}.{t:Identifier} DROP PARTITION tuple()");
    execute(alter.bind("d", "contract").bind("t", name));
    Statement drop("DROP TABLE {d:Identifier}.{t:Identifier}");
    execute(drop.bind("d", "contract").bind("t", name));
  }
  EXPECT_EQ(value("SELECT count() FROM system.tables WHERE database = 'contract'"), "0");
}

TEST_P(EngineContract, AResultWithOneRowTooManyIsOverload) {
  StatementOptions options;
  options.max_result_rows = 10;
  const auto fits = engine().select(Statement("SELECT number FROM numbers(10)"), options);
  ASSERT_TRUE(fits) << fits.error().message;
  EXPECT_EQ(fits->size(), 10U);
  const auto many = engine().select(Statement("SELECT number FROM numbers(11)"), options);
  ASSERT_FALSE(many);
  EXPECT_THAT(many.error(), IsError(Fault::kOverload, 396));
  EXPECT_FALSE(many.error().retryable());
  options.max_result_rows = 0;
  EXPECT_FALSE(engine().select(Statement("SELECT 1"), options));
  EXPECT_TRUE(engine().select(Statement("SELECT 1 WHERE 0"), options));
}

TEST_P(EngineContract, TheRowLimitIsForResultsAlone) {
  create_numbers();
  StatementOptions options;
  options.max_result_rows = 10;
  const auto stats =
      engine().execute(Statement("INSERT INTO contract.numbers SELECT number, '' FROM numbers(100)"), options);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(numbers_count(), "100");
}

TEST_P(EngineContract, StatsCountWhatWasReadAndWritten) {
  create_numbers();
  const auto written =
      engine().execute(Statement("INSERT INTO contract.numbers SELECT number, 'x' FROM numbers(1000)"), {});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->rows_written, 1000U);
  EXPECT_GT(written->bytes_written, 8000U);
  EXPECT_GT(written->elapsed.count(), 0);
  const auto read = engine().execute(Statement("SELECT n FROM contract.numbers WHERE n % 100 = 0"), {});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->rows_read, 1000U);
  EXPECT_GT(read->bytes_read, 0U);
  EXPECT_EQ(read->rows_written, 0U);
}

TEST_P(EngineContract, VersionNamesTheEngine) {
  const auto version = engine().version();
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_THAT(*version, testing::MatchesRegex("(chDB|ClickHouse) [0-9]+\\.[0-9]+\\.[0-9.]+"));
}

TEST_P(EngineContract, SettingsOfAStatementDoNotLeak) {
  const std::string settings =
      "SELECT getSetting('max_execution_time') AS t, getSetting('max_memory_usage') AS m, getSetting('log_comment') AS "
      "c";
  StatementOptions limited = named("leaking");
  limited.deadline = std::chrono::milliseconds(123456);
  limited.memory_limit_bytes = 987654321;
  const auto own = engine().select(Statement(settings), limited);
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_EQ(own->text(0, 0), "123.456");
  EXPECT_EQ(own->text(0, 1), "987654321");
  EXPECT_THAT(own->text(0, 2), testing::StartsWith("leaking"));
  const Rows next = select(settings);
  EXPECT_EQ(next.text(0, 0), "600");
  EXPECT_NE(next.text(0, 1), "987654321");
  EXPECT_NE(next.text(0, 2), "leaking");
  EXPECT_EQ(engine().execute(Statement("SET max_threads = 1"), {}).has_value(), true);
  EXPECT_NE(value("SELECT getSetting('max_threads')"), "1");
}

TEST_P(EngineContract, OneStatementATime) {
  EXPECT_EQ(select("SELECT 1 AS a ; -- and a comment").size(), 1U);
  EXPECT_EQ(value("SELECT ';' AS a"), ";");
  const auto several = engine().select(Statement("SELECT 1; SELECT 2"), {});
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().fault, Fault::kBadQuery);
}

TEST_P(EngineContract, BadStatementIdsAreRefused) {
  for (const std::string id : {"a b", "it's", "a/b"}) {
    const auto rows = engine().select(Statement("SELECT 1"), named(id));
    ASSERT_FALSE(rows) << id;
    EXPECT_EQ(rows.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(rows.error().message, HasSubstr("'" + id + "'"));
    EXPECT_EQ(engine().cancel(id).error().fault, Fault::kInvalidInput);
  }
}

TEST_P(EngineContract, SettingsGoWithTheirStatementAlone) {
  const Statement statement("SELECT getSetting('max_block_size') AS size");
  const std::string usual = value(statement);
  StatementOptions options;
  options.settings = {{"max_block_size", "777"}};
  const auto rows = engine().select(statement, options);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->text(0, 0), "777");
  EXPECT_EQ(value(statement), usual);
}

TEST_P(EngineContract, ASettingsValueThatCannotBeReadIsAnError) {
  StatementOptions options;
  options.settings = {{"max_block_size", "many"}};
  EXPECT_FALSE(engine().select(Statement("SELECT 1"), options));
}

}  // namespace
}  // namespace gapless::contract
