// What the read-only gateway lets through and what it refuses, one by one, over a real engine.

#include <filesystem>
#include <fstream>
#include <thread>

#include "gateway/gateway_world.h"

namespace gapless::gateway {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ReadOnly : public GatewayWorld {
 protected:
  void SetUp() override { start(reading()); }
};

TEST_F(ReadOnly, stops_a_statement_whose_client_has_gone) {
  GatewayOptions options = reading();
  options.max_running = 1;
  start(options);
  {
    const RawClient client(server->address());
    EXPECT_EQ(running("numbers(1000000000000)"), 0);
    client.send(request_text("POST /", "X-ClickHouse-Key: " + kToken + "\r\n",
                             "SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 3"));
    const auto until = std::chrono::steady_clock::now() + kSoon;
    while (running("numbers(1000000000000)") == 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    EXPECT_EQ(outcome(ask("SELECT 1")), "202") << "it has the only place";
  }
  const auto until = std::chrono::steady_clock::now() + kSoon;
  std::string answer;
  while (answer != "200 1\n" && std::chrono::steady_clock::now() < until) answer = outcome(ask("SELECT 1"));
  EXPECT_EQ(answer, "200 1\n");
}

TEST_F(ReadOnly, reads_the_rollup_in_every_way_that_clients_ask) {
  const struct {
    const char* statement;
    const char* reply;
  } cases[] = {
      {"SELECT sum(views) FROM stats", "3\n"},
      {"select sum(`views`) from `rollup`.`stats` -- and a comment\n;", "3\n"},
      {"SELECT team_id, count() AS n FROM rollup.stats GROUP BY team_id FORMAT JSONEachRow",
       "{\"team_id\":7,\"n\":3}\n"},
      {"WITH x AS (SELECT views FROM stats) SELECT max(views) FROM x", "2\n"},
      {"SELECT a.views FROM stats AS a JOIN rollup.stats AS b ON a.views = b.views ORDER BY 1 LIMIT 1", "0\n"},
      {"SELECT 1 UNION ALL SELECT 1", "1\n1\n"},
      {"SELECT 1 INTERSECT SELECT 1", "1\n"},
      {"(SELECT 1)", "1\n"},
      {"FROM stats SELECT count()", "3\n"},
      {"SELECT count() FROM stats WHERE views IN (SELECT number FROM numbers(2))", "2\n"},
      {"SELECT count() FROM stats WHERE views IN (1, 2)", "2\n"},
      {"SELECT countIf(views = 1), sumOrNull(views), uniqExactArray([views]), quantile(0.5)(views) FROM stats",
       "1\t3\t3\t1\n"},
      {"SELECT arrayMap(x -> x + 1, [1, 2])", "[2,3]\n"},
      {"SELECT sum(views) OVER (ORDER BY views) FROM stats ORDER BY views", "0\n1\n3\n"},
      {"SELECT * EXCEPT (team_id, day) REPLACE (views + 1 AS views) FROM stats LIMIT 1", "1\n"},
      {"SELECT toStartOfMonth(day), formatDateTime(day, '%F') FROM stats LIMIT 1", "2026-03-01\t2026-03-01\n"},
      {"SELECT * FROM values('a UInt8', 1, 2)", "1\n2\n"},
      {"SELECT * FROM generateSeries(1, 2)", "1\n2\n"},
      {"SELECT * FROM view(SELECT 5)", "5\n"},
      {"SHOW TABLES FROM rollup LIKE 'st%'", "stats\n"},
      {"SHOW TABLES", "leak\nstats\n"},
      {"EXISTS TABLE rollup.stats", "1\n"},
      {"EXISTS stats", "1\n"},
      {"DESCRIBE TABLE stats", "team_id\tUInt64\t\t\t\t\t\nday\tDate\t\t\t\t\t\nviews\tUInt64\t\t\t\t\t\n"},
      {"DESCRIBE (SELECT 1 AS a)", "a\tUInt8\t\t\t\t\t\n"},
      {"SELECT count() FROM system.tables WHERE database = 'rollup'", "2\n"},
      {"SELECT name FROM system.columns WHERE database = 'rollup' AND table = 'stats' LIMIT 1", "team_id\n"},
      {"SELECT count() FROM information_schema.tables WHERE table_schema = 'rollup'", "2\n"},
      {"SELECT value FROM system.settings WHERE name = 'readonly'", "1\n"},
      {"SELECT currentDatabase(), timezone()", "rollup\tUTC\n"},
      {"SELECT 'INTO OUTFILE; DROP TABLE stats', 'url(1)'", "INTO OUTFILE; DROP TABLE stats\turl(1)\n"},
      {"SELECT 1 SETTINGS max_block_size = 100", "1\n"},
      {"SELECT * FROM (SELECT 1 SETTINGS join_use_nulls = 1)", "1\n"},
      {"SELECT 1 FORMAT CSV SETTINGS output_format_csv_crlf_end_of_line = 1", "1\r\n"},
  };
  for (const auto& one : cases)
    EXPECT_EQ(outcome(ask(one.statement)), std::string("200 ") + one.reply) << one.statement;
  EXPECT_THAT(outcome(ask("SHOW CREATE TABLE stats FORMAT TSVRaw")), HasSubstr("CREATE TABLE rollup.stats"));
  EXPECT_THAT(outcome(ask("EXPLAIN SELECT * FROM stats")), HasSubstr("rollup.stats"));
}

TEST_F(ReadOnly, writes_nothing) {
  for (const char* statement : {"INSERT INTO rollup.stats SELECT 1, '2026-03-01', 1",
                                "INSERT INTO stats VALUES (1, '2026-03-01', 1)",
                                "INSERT INTO stats FORMAT TSV 1\t2026-03-01\t1",
                                "insert into function null('a UInt8') select 1",
                                "CREATE TABLE rollup.x (a UInt8) ENGINE = Memory",
                                "CREATE TEMPORARY TABLE x (a UInt8)",
                                "CREATE VIEW rollup.x AS SELECT 1",
                                "CREATE DATABASE x",
                                "CREATE FUNCTION f AS x -> x",
                                "CREATE USER x",
                                "DROP TABLE rollup.stats",
                                "DROP DATABASE rollup",
                                "TRUNCATE TABLE rollup.stats",
                                "ALTER TABLE rollup.stats DELETE WHERE 1",
                                "ALTER TABLE rollup.stats DROP PARTITION tuple()",
                                "DELETE FROM rollup.stats WHERE 1",
                                "UPDATE rollup.stats SET views = 1 WHERE 1",
                                "OPTIMIZE TABLE rollup.stats FINAL",
                                "RENAME TABLE rollup.stats TO rollup.x",
                                "EXCHANGE TABLES rollup.stats AND rollup.leak",
                                "DETACH TABLE rollup.stats",
                                "ATTACH TABLE rollup.stats",
                                "UNDROP TABLE rollup.stats",
                                "SYSTEM FLUSH LOGS",
                                "SYSTEM STOP MERGES",
                                "KILL QUERY WHERE 1",
                                "KILL QUERY WHERE 1 SYNC",
                                "KILL MUTATION WHERE 1",
                                "SET max_threads = 1",
                                "SET readonly = 0",
                                "USE other",
                                "BACKUP TABLE rollup.stats TO File('x')",
                                "RESTORE TABLE rollup.stats FROM File('x')",
                                "GRANT SELECT ON *.* TO default",
                                "REVOKE SELECT ON *.* FROM default",
                                "CHECK TABLE rollup.stats",
                                "EXECUTE AS default SELECT 1",
                                "WATCH rollup.stats",
                                "EXPLAIN INSERT INTO stats SELECT 1, '2026-03-01', 1",
                                "EXPLAIN TABLE OVERRIDE mysql('h', 'd', 'u', 'p') PARTITION BY 1",
                                "SHOW PROCESSLIST",
                                "SHOW GRANTS",
                                "SHOW ACCESS",
                                "SHOW USERS",
                                "BEGIN TRANSACTION",
                                "COMMIT"})
    EXPECT_EQ(outcome(ask(statement)), "164") << statement << ": " << ask(statement).body;
  EXPECT_EQ(outcome(ask("SELECT count() FROM stats")), "200 3\n");
  EXPECT_EQ(outcome(ask("EXISTS DATABASE rollup")), "200 1\n");
}

TEST_F(ReadOnly, takes_one_statement_at_a_time) {
  for (const char* statement :
       {"SELECT 1; SELECT 2", "SELECT 1; DROP TABLE stats", "SELECT 1 /* ; */; KILL QUERY WHERE 1",
        "SELECT ';' ; SET readonly = 0", "SELECT $a$;$a$; SELECT 2", "SELECT 1 -- \n; SELECT 2"})
    EXPECT_EQ(outcome(ask(statement)), "62") << statement;
  for (const char* statement : {"SELECT", "SELEC 1", "", " ", "-- nothing", "SELECT 'x", "SELECT `x"})
    EXPECT_EQ(outcome(ask(statement)), "62") << statement;
  EXPECT_THAT(ask("SELECT (").body,
              AllOf(StartsWith("Code: 62. DB::Exception: Syntax error"), Not(HasSubstr("formatQuery"))));
}

TEST_F(ReadOnly, writes_no_file) {
  const std::string file = (std::filesystem::temp_directory_path() / "gapless-gateway-outfile").string();
  for (const std::string& statement :
       {"SELECT 1 INTO OUTFILE '" + file + "'", "SELECT 1 into/**/outfile '" + file + "' TRUNCATE FORMAT CSV",
        "SELECT 1 INTO OUTFILE '" + file + "' AND STDOUT COMPRESSION 'gzip'", "SHOW TABLES INTO OUTFILE '" + file + "'",
        "EXPLAIN SELECT 1 INTO OUTFILE '" + file + "'", "DESCRIBE stats INTO OUTFILE '" + file + "'",
        "INSERT INTO FUNCTION file('" + file + "') SELECT 1"})
    EXPECT_EQ(outcome(ask(statement)), "164") << statement << ask(statement).body;
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(ReadOnly, refuses_every_table_function_that_reaches_outside) {
  auto names = engine().select(Statement("SELECT name FROM system.table_functions"), {});
  ASSERT_TRUE(names);
  const std::set<std::string> harmless = {"numbers",           "numbers_mt",      "zeros", "zeros_mt",
                                          "generateSeries",    "values",          "null",  "view",
                                          "SQLStandardValues", "generate_series", "VALUES"};
  std::size_t refused = 0;
  for (std::size_t row = 0; row < names->size(); ++row) {
    const std::string& name = names->text(row, 0);
    if (harmless.contains(name)) continue;
    ++refused;
    const bool takes_queries = name == "viewIfPermitted";
    const std::string statement =
        "SELECT * FROM " + name +
        (takes_queries ? "(SELECT 1 ELSE null('a UInt8'))" : "('http://127.0.0.1:1/x', 'CSV', 'a String')");
    EXPECT_EQ(outcome(ask(statement)), "497") << statement << ask(statement).body;
  }
  EXPECT_GT(refused, 50U);
}

TEST_F(ReadOnly, refuses_them_wherever_they_stand_and_however_they_are_written) {
  for (const char* statement : {
           "SELECT * FROM `url`('http://127.0.0.1:1/x')",
           "SELECT * FROM \"file\"('/etc/passwd', LineAsString)",
           "SELECT * FROM/**/file/**/('/etc/passwd', LineAsString)",
           "SELECT * FROM file -- \n('/etc/passwd')",
           "SELECT * FROM (SELECT * FROM file('/etc/passwd', LineAsString))",
           "WITH x AS (SELECT * FROM url('http://127.0.0.1:1/')) SELECT * FROM x",
           "SELECT (SELECT count() FROM remote('127.0.0.1:1', system.one))",
           "SELECT 1 WHERE 1 IN (SELECT 1 FROM s3('http://127.0.0.1:1/b/x'))",
           "SELECT 1 UNION ALL SELECT 1 FROM cluster('default', system.one)",
           "SELECT * FROM stats AS a JOIN merge('other', '.*') AS b ON 1",
           "SELECT * FROM merge('other', 'secrets')",
           "SELECT * FROM merge(REGEXP('.*'), 'secrets')",
           "SELECT * FROM viewExplain('EXPLAIN', '', (SELECT * FROM url('http://127.0.0.1:1/')))",
           "SELECT * FROM view(SELECT * FROM file('/etc/passwd'))",
           "SELECT * FROM (EXPLAIN SELECT 1)",
           "SELECT * FROM (EXPLAIN SELECT * FROM url('http://127.0.0.1:1/'))",
           "EXPLAIN SELECT * FROM file('/etc/passwd')",
           "EXPLAIN AST SELECT * FROM file('/etc/passwd')",
           "EXPLAIN QUERY TREE SELECT * FROM url('http://127.0.0.1:1/')",
           "DESCRIBE TABLE file('/etc/passwd')",
           "DESCRIBE url('http://127.0.0.1:1/')",
           "DESCRIBE (SELECT * FROM file('/etc/passwd'))",
           "SELECT * FROM clusterAllReplicas('default', other.secrets)",
           "SELECT * FROM dictionary('d')",
           "SELECT * FROM input('a UInt8')",
           "SELECT * FROM mergeTreeIndex('other', 'secrets')",
           "SELECT * FROM loop(other.secrets)",
           "SELECT * FROM format(LineAsString, 'x')",
       })
    EXPECT_EQ(outcome(ask(statement)), "497") << statement << ": " << ask(statement).body;
}

TEST_F(ReadOnly, refuses_every_function_that_reaches_outside) {
  for (const char* call : {"file('/etc/passwd')",
                           "FILE('/etc/passwd')",
                           "`file`('/etc/passwd')",
                           "sleep(0.1)",
                           "Sleep(0.1)",
                           "sleepEachRow(0.1)",
                           "getSetting('max_threads')",
                           "getSettingOrDefault('a', 1)",
                           "getServerSetting('path')",
                           "getMacro('x')",
                           "getMergeTreeSetting('index_granularity')",
                           "dictGet('d', 'a', 1)",
                           "dictGetString('d', 'a', 1)",
                           "dictHas('d', 1)",
                           "dictGetOrDefault('d', 'a', 1, 2)",
                           "joinGet('other.j', 'a', 1)",
                           "joinGetOrNull('other.j', 'a', 1)",
                           "catboostEvaluate('/x', 1)",
                           "naiveBayesClassifier('m', 'x')",
                           "aiGenerate('x')",
                           "AIGenerate('x')",
                           "hasColumnInTable('other', 'secrets', 'word')",
                           "showCertificate()",
                           "filesystemAvailable()",
                           "getClientHTTPHeader('Authorization')",
                           "serverUUID()",
                           "addressToLine(1)",
                           "logTrace('x')",
                           "regionToName(1)",
                           "lemmatize('en', 'x')",
                           "generateSerialID('x')",
                           "tcpPort()",
                           "getServerPort('tcp_port')",
                           "__getScalar('x')",
                           "__actionName(1, 'x')",
                           "runningConcurrency(now(), now())"})
    for (const char* shape :
         {"SELECT {}", "SELECT 1 FROM stats WHERE {} = 1", "SELECT arrayMap(x -> {}, [1])", "WITH {} AS a SELECT a",
          "SELECT * FROM (SELECT {})", "SELECT * REPLACE ({} AS views) FROM stats", "SELECT 1 ORDER BY {}",
          "EXPLAIN SELECT {}"}) {
      std::string statement = shape;
      statement.replace(statement.find("{}"), 2, call);
      EXPECT_EQ(outcome(ask(statement)), "497") << statement << ": " << ask(statement).body;
    }
  for (const char* call : {"arrayMap(file, ['/etc/passwd'])", "arrayMap((`file`), ['/etc/passwd'])",
                           "arrayMap({f:Identifier}, ['/etc/passwd'])", "arrayExists(sleep, [1])"})
    EXPECT_EQ(outcome(ask(std::string("SELECT ") + call, "&param_f=file")), "497") << call;
  EXPECT_EQ(outcome(ask("SELECT arrayMap(toString, [1]), arraySum(arraySort([views])) FROM stats LIMIT 1")),
            "200 ['1']\t0\n");
  EXPECT_EQ(outcome(ask("SELECT * APPLY(sleep) FROM stats")), "164");
  EXPECT_EQ(outcome(ask("SELECT COLUMNS('views') APPLY(x -> file('/etc/passwd')) FROM stats")), "164");
  EXPECT_EQ(outcome(ask("SELECT noSuchFunction(1)")), "46");
}

TEST_F(ReadOnly, knows_the_formats_of_clickhouse_alone) {
  for (const char* format : {"DataFrame", "dataframe", "ArrowTable", "NoSuchFormat"}) {
    EXPECT_EQ(outcome(ask(std::string("SELECT 1 FORMAT ") + format)), "73") << format;
    EXPECT_EQ(outcome(ask("SELECT 1", std::string("&default_format=") + format)), "73") << format;
  }
  EXPECT_EQ(outcome(ask("SELECT 1 AS a FORMAT jsoneachrow")), "200 {\"a\":1}\n");
}

TEST_F(ReadOnly, does_not_run_functions_that_somebody_defined) {
  ASSERT_TRUE(engine().execute(Statement("CREATE OR REPLACE FUNCTION peep AS x -> file(x)"), {}));
  for (const char* call : {"peep('/etc/passwd')", "arrayMap(peep, ['/etc/passwd'])",
                           "arrayMap((`peep`), ['/etc/passwd'])", "arrayMap(x -> peep(x), ['/etc/passwd'])",
                           "arrayFilter({f:Identifier}, ['/etc/passwd'])", "arrayFold(peep, ['/etc/passwd'], '')"})
    EXPECT_EQ(outcome(ask(std::string("SELECT ") + call, "&param_f=peep")), "46") << call;
  ASSERT_TRUE(engine().execute(Statement("DROP FUNCTION peep"), {}));
}

TEST_F(ReadOnly, shows_no_other_tables) {
  for (const char* statement : {"SELECT * FROM other.secrets",
                                "SELECT * FROM `other`.`secrets`",
                                "SELECT * FROM other . secrets",
                                "SELECT (SELECT word FROM other.secrets)",
                                "SELECT 1 WHERE 's3cret' IN other.secrets",
                                "SELECT 1 WHERE 's3cret' IN (other.secrets)",
                                "SELECT 's3cret' NOT IN other.secrets",
                                "SELECT in('s3cret', other.secrets)",
                                "SELECT IN('s3cret', other.secrets)",
                                "SELECT 1 WHERE 's3cret' GLOBAL IN other.secrets",
                                "SELECT * FROM stats, other.secrets",
                                "WITH x AS (SELECT * FROM other.secrets) SELECT * FROM x",
                                "DESCRIBE other.secrets",
                                "EXISTS other.secrets",
                                "SHOW CREATE TABLE other.secrets",
                                "SHOW CREATE DATABASE other",
                                "EXISTS DATABASE other",
                                "EXPLAIN SELECT * FROM other.secrets",
                                "EXPLAIN ESTIMATE SELECT * FROM other.secrets",
                                "SELECT * FROM system.processes",
                                "SELECT * FROM system.parts",
                                "SELECT * FROM SYSTEM.processes",
                                "SELECT * FROM system.`processes`",
                                "SELECT * FROM system.stack_trace",
                                "SELECT * FROM system.server_settings",
                                "SELECT * FROM system.users",
                                "SELECT * FROM system.named_collections",
                                "SELECT * FROM system.disks",
                                "SELECT * FROM system.errors",
                                "SELECT 1 WHERE 1 IN system.processes",
                                "SELECT * FROM default.`/etc/passwd`",
                                "SELECT * FROM `default.x`"})
    EXPECT_EQ(outcome(ask(statement)), "497") << statement << ": " << ask(statement).body;
  EXPECT_EQ(outcome(ask("SELECT * FROM secrets", "&database=other")), "497");
  EXPECT_EQ(outcome(ask("SELECT * FROM processes", "&database=system")), "497");
  EXPECT_EQ(outcome(ask("SELECT * FROM one", "&database=system")), "200 0\n");
  EXPECT_EQ(outcome(ask("SELECT count() FROM stats", "&database=default")), "200 3\n");
  EXPECT_EQ(outcome(ask("SELECT * FROM {d:Identifier}.{t:Identifier}", "&param_d=other&param_t=secrets")), "497");
  EXPECT_EQ(outcome(ask("SELECT count() FROM {d:Identifier}.{t:Identifier}", "&param_d=rollup&param_t=stats")),
            "200 3\n");
  for (const char* statement : {"SELECT * FROM '/etc/passwd'", "SELECT * FROM `/etc/passwd`", "SELECT * FROM leak"})
    EXPECT_THAT(outcome(ask(statement)), testing::AnyOf("60", "62", "164")) << statement;
}

/// The engine runs the conditions of SHOW, which are not in the tree that is judged.
TEST_F(ReadOnly, shows_without_conditions) {
  for (const char* statement :
       {"SHOW TABLES WHERE toInt32(file('/etc/hostname')) = 1", "SHOW TABLES LIMIT (SELECT 1)",
        "show tables where sleep(3) = 0", "SHOW COLUMNS FROM stats WHERE toInt32(file('/etc/hostname')) = 1",
        "SHOW INDEX FROM stats WHERE toInt32(file('/etc/hostname')) = 1", "SHOW TABLES WHERE name IN system.processes",
        "SHOW TABLES WHERE toInt32(assumeNotNull((SELECT any(query) FROM system.processes))) = 1",
        "EXPLAIN SHOW TABLES WHERE toInt32(file('/etc/hostname')) = 1"})
    EXPECT_THAT(outcome(ask(statement)), testing::AnyOf("164", "497", "62", "36", "48")) << ask(statement).body;
}

TEST_F(ReadOnly, lets_no_subquery_lift_what_the_engine_forbids) {
  for (const char* statement :
       {"SELECT * FROM (SELECT 1 SETTINGS readonly = 2)", "SELECT * FROM (SELECT 1 SETTINGS log_comment = 'x')",
        "SELECT * FROM (SELECT * FROM numbers(1) SETTINGS readonly = 1)"})
    EXPECT_EQ(outcome(ask(statement)), "164") << ask(statement).body;
}

TEST_F(ReadOnly, is_not_kept_busy_by_the_name_of_a_function) {
  std::string states = "x", conditions = "x";
  for (int i = 0; i < 40; ++i) states += "mergestate";
  for (int i = 0; i < 50'000; ++i) conditions += "if";
  EXPECT_EQ(outcome(ask("EXPLAIN AST SELECT " + states + "(1)")), "46");
  EXPECT_EQ(outcome(ask("EXPLAIN AST SELECT " + conditions + "(1)")), "46");
  EXPECT_THAT(outcome(ask("SELECT sumMergeState(s) FROM (SELECT sumState(views) AS s FROM stats) FORMAT Null")),
              StartsWith("200"));
}

TEST_F(ReadOnly, is_not_misled_by_names_that_look_like_a_syntax_tree) {
  for (const char* name :
       {"a\\n    ExpressionList", "a\\\\n", "a (alias b)", "a (children 1)", "a\n    ExpressionList"}) {
    const std::string statement =
        std::string("SELECT 's3cret' AS `") + name + "` WHERE `" + name + "` IN (other.secrets)";
    EXPECT_THAT(outcome(ask(statement)), testing::AnyOf("164", "497")) << statement;
  }
  EXPECT_EQ(outcome(ask("SELECT 1 AS {n:Identifier} WHERE 1 IN (other.secrets)", "&param_n=a%0A++++ExpressionList")),
            "497");
  EXPECT_EQ(outcome(ask("SELECT {n:Identifier} IN (other.secrets) FROM stats", "&param_n=a%0A++++ExpressionList")),
            "164");
}

TEST_F(ReadOnly, takes_harmless_settings_and_none_that_lift_limits) {
  for (const char* setting :
       {"max_block_size=1000", "join_use_nulls=1", "session_timezone=Europe/Berlin", "max_execution_time=10",
        "max_result_rows=1000", "max_result_bytes=1000", "max_memory_usage=100000000", "readonly=1", "readonly=2",
        "result_overflow_mode=throw", "log_comment=x", "send_progress_in_http_headers=1",
        "http_headers_progress_interval_ms=1000", "cancel_http_readonly_queries_on_client_close=1", "extremes=0",
        "session_id=abc", "date_time_output_format=iso", "output_format_json_quote_64bit_integers=1"})
    EXPECT_EQ(outcome(ask("SELECT 1", std::string("&") + setting)), "200 1\n") << setting;
  for (const char* setting :
       {"max_execution_time=61", "max_execution_time=0", "max_execution_time=-1", "max_execution_time=1e9",
        "max_result_rows=0", "max_result_rows=100000000", "max_result_bytes=0", "max_memory_usage=0",
        "max_block_size=0", "max_block_size=99999999999", "join_use_nulls=x", "session_timezone=%27",
        "date_time_output_format=a%20b"})
    EXPECT_EQ(outcome(ask("SELECT 1", std::string("&") + setting)), "452") << setting;
  for (const char* setting : {"readonly=0",
                              "result_overflow_mode=break",
                              "max_threads=64",
                              "allow_ddl=1",
                              "max_rows_to_read=0",
                              "max_concurrent_queries_for_user=0",
                              "priority=0",
                              "allow_introspection_functions=1",
                              "max_bytes_to_read=0",
                              "timeout_overflow_mode=break",
                              "max_execution_time_leaf=0",
                              "use_query_cache=1",
                              "max_ast_depth=100000",
                              "max_query_size=1000000",
                              "additional_table_filters={}",
                              "format_schema=/etc/passwd",
                              "profile=default",
                              "memory_overcommit_ratio_denominator=0",
                              "max_memory_usage_for_user=0",
                              "input_format_parallel_parsing=1"})
    EXPECT_THAT(outcome(ask("SELECT 1", std::string("&") + setting)), testing::AnyOf("164", "115")) << setting;
  EXPECT_EQ(outcome(ask("SELECT 1", "&no_such_setting=1")), "115");
  EXPECT_EQ(outcome(ask("SELECT 1", "&path=/tmp")), "115");
}

TEST_F(ReadOnly, holds_settings_clauses_to_the_same_rules_wherever_they_stand) {
  for (const char* clause :
       {"readonly = 0", "max_threads = 64", "max_memory_usage = 0", "max_result_rows = 0",
        "max_execution_time = 1000000", "max_block_size = 100, max_threads = 64", "allow_introspection_functions = 1",
        "max_rows_to_read = 0", "log_comment = 'x', readonly = 0"})
    for (const char* shape : {"SELECT 1 SETTINGS {}", "SELECT * FROM (SELECT 1 SETTINGS {})",
                              "WITH x AS (SELECT 1 SETTINGS {}) SELECT * FROM x", "SELECT 1 FORMAT TSV SETTINGS {}",
                              "SELECT 1 SETTINGS {} UNION ALL SELECT 2", "SELECT (SELECT 1 settings/**/{})",
                              "EXPLAIN SELECT 1 SETTINGS {}", "SELECT * FROM view(SELECT 1 SETTINGS {})"}) {
      std::string statement = shape;
      statement.replace(statement.find("{}"), 2, clause);
      EXPECT_THAT(outcome(ask(statement)), testing::AnyOf("164", "452")) << statement << ": " << ask(statement).body;
    }
  EXPECT_EQ(outcome(ask("SELECT 1 SETTINGS no_such_setting = 1")), "115");
}

TEST_F(ReadOnly, keeps_its_limits) {
  GatewayOptions options = reading();
  options.max_result_rows = 1000;
  options.max_result_bytes = 20'000;
  options.max_execution_time = std::chrono::seconds(1);
  options.max_memory_bytes = 50'000'000;
  start(options);
  EXPECT_EQ(outcome(ask("SELECT number FROM numbers(1001)")), "396");
  EXPECT_EQ(ask("SELECT number FROM numbers(1000)").status, 200);
  EXPECT_EQ(outcome(ask("SELECT repeat('x', 30000)")), "396");
  EXPECT_EQ(outcome(ask("SELECT repeat('x', 30000) FORMAT JSON")), "396");
  EXPECT_EQ(outcome(ask("SELECT length(groupArray(number)) FROM numbers_mt(100000000)")), "241");
  EXPECT_EQ(outcome(ask("SELECT count() FROM numbers_mt(1000000000000) WHERE number % 7 = 3")), "159");
  EXPECT_EQ(ask(std::string(300'000, ' ') + "SELECT 1").status, 413);
  EXPECT_EQ(raw(request_text("GET /?query=SELECT+1" + std::string(70'000, '+'))).status, 414);
}

TEST_F(ReadOnly, asks_everybody_for_a_token) {
  const std::string pair = "Basic " + std::string("YW55Ym9keTowcDNuLXNlc2FtZQ==");  // anybody:0p3n-sesame
  const struct {
    std::string url;
    std::string headers;
    int status;
  } cases[] = {
      {"/?query=SELECT+1", "X-ClickHouse-User: default\r\nX-ClickHouse-Key: " + kToken + "\r\n", 200},
      {"/?query=SELECT+1", "Authorization: Bearer " + kToken + "\r\n", 200},
      {"/?query=SELECT+1", "Authorization: " + pair + "\r\n", 200},
      {"/?query=SELECT+1&password=" + kToken, "", 200},
      {"/?query=SELECT+1", "", 401},
      {"/?query=SELECT+1", "X-ClickHouse-User: default\r\n", 403},
      {"/?query=SELECT+1", "X-ClickHouse-Key: 0p3n-sesam\r\n", 403},
      {"/?query=SELECT+1", "X-ClickHouse-Key: board\r\n", 403},
      {"/?query=SELECT+1", "X-ClickHouse-Key: " + to_hex(http::sha256_of(kToken)) + "\r\n", 403},
      {"/?query=SELECT+1", "Authorization: Bearer wrong\r\n", 403},
      {"/?query=SELECT+1", "Authorization: Bearer\r\n", 403},
      {"/?query=SELECT+1", "Authorization: Basic x\r\n", 403},
      {"/?query=SELECT+1", "Authorization: Bearer wrong\r\nX-ClickHouse-Key: " + kToken + "\r\n", 403},
      {"/ping", "", 200},
      {"/", "", 200},
      {"/other", "", 404},
  };
  for (const auto& one : cases) {
    const WireReply reply = raw(request_text("GET " + one.url, one.headers));
    EXPECT_EQ(reply.status, one.status) << one.url << one.headers;
    EXPECT_THAT(reply.body, Not(HasSubstr("sesam"))) << "a token is repeated to nobody";
    if (one.status == 401 || one.status == 403) {
      EXPECT_EQ(reply.headers.at("x-clickhouse-exception-code"), "516");
    }
  }
  GatewayOptions without = reading();
  without.tokens.clear();
  start(without);
  EXPECT_EQ(raw(request_text("GET /?query=SELECT+1")).status, 401) << "no token is no way in";
  EXPECT_EQ(raw(request_text("GET /?query=SELECT+1", "X-ClickHouse-Key: x\r\n")).status, 403);
  without.listen = "0.0.0.0:0";
  EXPECT_EQ(Gateway::start(without, engine()).error().fault, Fault::kInvalidInput);
}

}  // namespace
}  // namespace gapless::gateway
