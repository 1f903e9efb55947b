// ClickHouse's HTTP protocol as its clients meet it, over a real engine.

#include <thread>

#include "gateway/gateway_world.h"
#include "gateway/gzip.h"

namespace gapless::gateway {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Protocol : public GatewayWorld {
 protected:
  void SetUp() override { start(writing()); }
};

TEST_F(Protocol, puts_the_statement_together_from_url_and_body) {
  EXPECT_EQ(raw(request_text("GET /?query=SELECT%201%0AFORMAT+CSV")).body, "1\n");
  EXPECT_EQ(raw(request_text("POST /?query=SELECT+1,", "", "2")).body, "1\t2\n");
  EXPECT_EQ(raw(request_text("POST /", "", "SELECT 3")).body, "3\n");
  EXPECT_EQ(raw(request_text("POST /?query=", "", "SELECT 4")).body, "4\n");
  EXPECT_EQ(outcome(raw(request_text("POST /?query="))), "62");
  EXPECT_EQ(outcome(raw(request_text("GET /?query=SELECT+1&query=SELECT+2"))), "36");
  EXPECT_EQ(outcome(raw(request_text("GET /?query=%zz"))), "36");
}

TEST_F(Protocol, binds_values_that_never_become_text) {
  EXPECT_EQ(ask("SELECT {s:String}, {n:UInt8}, {a:Array(String)}, {z:Nullable(String)}",
                "&param_s=it%27s;+DROP\\tx\\t&param_n=7&param_a=[%27b%27]&param_z=\\N")
                .body,
            "it\\'s; DROP\\tx\\t\t7\t['b']\t\\N\n");
  EXPECT_EQ(outcome(ask("SELECT {s:String}")), "456");
  EXPECT_EQ(outcome(ask("SELECT {n:UInt8}", "&param_n=x")), "457");
}

TEST_F(Protocol, chooses_the_format_from_text_header_and_default) {
  EXPECT_EQ(ask("SELECT 1 AS a").headers.at("x-clickhouse-format"), "TabSeparated");
  EXPECT_EQ(ask("SELECT 1 AS a", "&default_format=JSONEachRow").body, "{\"a\":1}\n");
  EXPECT_EQ(ask("SELECT 1 AS a", "", "X-ClickHouse-Format: CSVWithNames\r\n").body, "\"a\"\n1\n");
  const WireReply json = ask("SELECT 1 AS a FORMAT JSONEachRow", "&default_format=CSV");
  EXPECT_EQ(json.body, "{\"a\":1}\n");
  EXPECT_THAT(json.headers.at("content-type"), StartsWith("application/x-ndjson"));
  EXPECT_EQ(outcome(ask("SELECT 1 FORMAT NoSuchFormat")), "73");
}

TEST_F(Protocol, tells_about_the_reply_in_headers) {
  const WireReply reply = ask("SELECT number FROM numbers(5)", "&query_id=my-query.1");
  EXPECT_EQ(reply.headers.at("x-clickhouse-query-id"), "my-query.1");
  EXPECT_EQ(reply.headers.at("x-clickhouse-timezone"), "UTC");
  EXPECT_EQ(reply.headers.at("x-clickhouse-server-display-name"), "gapless");
  EXPECT_EQ(Json::parse(reply.headers.at("x-clickhouse-summary"))["read_rows"], "5");
  EXPECT_THAT(ask("SELECT 1").headers.at("x-clickhouse-query-id"), ContainsRegex("^[0-9a-f]{8}-"));
  EXPECT_EQ(ask("SELECT toDateTime(0)", "&session_timezone=Asia/Tokyo").headers.at("x-clickhouse-timezone"),
            "Asia/Tokyo");
}

TEST_F(Protocol, tells_errors_as_clickhouse_does) {
  const struct {
    const char* statement;
    int status;
    const char* name;
  } cases[] = {
      {"SELECT * FROM rollup.nothing", 404, "UNKNOWN_TABLE"},
      {"SELECT * FROM nothing.x", 404, "UNKNOWN_DATABASE"},
      {"SELECT nothing", 404, "UNKNOWN_IDENTIFIER"},
      {"SELEC 1", 400, "SYNTAX_ERROR"},
      {"SELECT noSuchFunction()", 404, "UNKNOWN_FUNCTION"},
      {"SELECT throwIf(1)", 500, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"},
  };
  for (const auto& one : cases) {
    const WireReply reply = ask(one.statement);
    EXPECT_EQ(reply.status, one.status) << one.statement;
    EXPECT_THAT(reply.body, AllOf(StartsWith("Code: " + reply.headers.at("x-clickhouse-exception-code") + ". DB::"),
                                  HasSubstr(std::string("(") + one.name + ") (version "), EndsWith(")\n")))
        << one.statement;
  }
}

TEST_F(Protocol, frames_an_error_that_comes_after_the_first_bytes) {
  RawClient client(server->address());
  client.send(request_text("POST /", "", "SELECT throwIf(number = 3000000) + number FROM numbers(4000000)"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK"));
  const std::size_t at = head.find("X-ClickHouse-Exception-Tag: ");
  ASSERT_NE(at, std::string::npos);
  const std::string tag = head.substr(at + 28, 16);
  const std::string rest = client.read_until("never");
  EXPECT_THAT(rest, HasSubstr("\r\n__exception__\r\n" + tag + "\r\nCode: 395. DB::Exception: "));
  EXPECT_THAT(rest, EndsWith(" " + tag + "\r\n__exception__\r\n\r\n")) << "and no last chunk";
  const WireReply waited =
      ask("SELECT throwIf(number = 3000000) + number FROM numbers(4000000)", "&wait_end_of_query=1&x=");
  EXPECT_EQ(outcome(waited), "36") << "wait_end_of_query comes twice";
  EXPECT_EQ(outcome(ask("SELECT throwIf(number = 3000000) + number FROM numbers(4000000)")), "395");
}

TEST_F(Protocol, streams_large_results) {
  RawClient client(server->address());
  client.send(request_text("POST /", "Connection: close\r\n", "SELECT number FROM numbers(1000000)"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_THAT(client.read_until("never"), EndsWith("999999\n\r\n0\r\n\r\n"));
}

TEST_F(Protocol, inserts_rows_from_the_body) {
  ask("CREATE OR REPLACE TABLE rollup.rows (a UInt64, s String) ENGINE = MergeTree ORDER BY a");
  EXPECT_EQ(ask("1\ta\n2\tb\n", "&query=INSERT+INTO+rollup.rows+FORMAT+TSV").status, 200);
  EXPECT_EQ(ask("INSERT INTO rollup.rows (s, a) VALUES ('x', 3), ('y', 4)").status, 200);
  EXPECT_EQ(ask("INSERT INTO rollup.rows FORMAT JSONEachRow\n{\"a\":5}\n").status, 200);
  EXPECT_EQ(ask("INSERT INTO rollup.rows SELECT 6, 'z'").status, 200);
  EXPECT_EQ(ask("SELECT groupArray(a) FROM (SELECT a FROM rollup.rows ORDER BY a)").body, "[1,2,3,4,5,6]\n");
  EXPECT_THAT(outcome(ask("many\tx\n", "&query=INSERT+INTO+rollup.rows+FORMAT+TSV")), testing::AnyOf("27", "72", "6"));
  EXPECT_EQ(outcome(raw(request_text("GET /?query=INSERT+INTO+rollup.rows+SELECT+7,'x'"))), "164") << "GET only reads";
  EXPECT_EQ(outcome(raw(request_text("GET /?query=INSERT+INTO+rollup.rows+VALUES+(7,'x')"))), "164");
  ask("DROP TABLE rollup.rows");
}

TEST_F(Protocol, packs_replies_and_unpacks_bodies) {
  const std::string accepts = "Accept-Encoding: deflate, gzip;q=0.5\r\n";
  const WireReply packed = ask("SELECT number FROM numbers(1000)", "&enable_http_compression=1", accepts);
  EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
  EXPECT_THAT(gunzipped(packed.body, 10'000).value(), EndsWith("\n999\n"));
  EXPECT_FALSE(ask("SELECT 1", "", accepts).headers.contains("content-encoding"));
  EXPECT_FALSE(ask("SELECT 1", "&enable_http_compression=1").headers.contains("content-encoding"));
  EXPECT_EQ(ask(Gzip().finish("SELECT 5"), "", "Content-Encoding: gzip\r\n").body, "5\n");
  EXPECT_EQ(outcome(ask("SELECT 5", "", "Content-Encoding: gzip\r\n")), "36");
  EXPECT_EQ(outcome(ask(Gzip().finish(std::string(10'000'000, ' ')), "", "Content-Encoding: gzip\r\n")), "36")
      << "a bomb";
  EXPECT_EQ(ask("SELECT 5", "", "Content-Encoding: lz4\r\n").status, 415);
  EXPECT_EQ(outcome(ask("SELECT 1", "&compress=1")), "48");
  EXPECT_EQ(outcome(ask("SELECT 1", "&decompress=1")), "48");
}

TEST_F(Protocol, takes_settings_with_the_statement) {
  EXPECT_EQ(ask("SELECT getSetting('max_block_size')", "&max_block_size=777").body, "777\n");
  EXPECT_EQ(outcome(ask("SELECT 1", "&no_such_setting=1")), "115");
  EXPECT_EQ(outcome(ask("SELECT 1", "&max_threads=many")), "36");
  EXPECT_EQ(
      outcome(ask("SELECT count() FROM numbers_mt(1000000000000) WHERE number % 7 = 3", "&max_execution_time=0.2")),
      "159");
  EXPECT_EQ(outcome(ask("SELECT number FROM numbers(9)", "&max_result_rows=3&result_overflow_mode=throw")), "396");
  EXPECT_EQ(outcome(ask("CREATE TABLE rollup.x (a UInt8) ENGINE = Memory", "&readonly=1")), "164");
}

TEST_F(Protocol, kills_by_query_id) {
  std::string ended;
  std::thread running([&] {
    ended =
        outcome(ask("SELECT count() FROM numbers_mt(1000000000000) WHERE number % 7 = 3", "&query_id=to-be-killed"));
  });
  std::string seen;
  while (seen != "200 1\n") seen = outcome(ask("SELECT count() FROM system.processes WHERE query_id = 'to-be-killed'"));
  EXPECT_EQ(outcome(ask("SELECT 1", "&query_id=to-be-killed")), "216");
  EXPECT_EQ(outcome(ask("KILL QUERY WHERE query_id = 'nobody' SYNC")), "200 ");
  EXPECT_THAT(outcome(ask("KILL QUERY WHERE query_id = {id:String} SYNC", "&param_id=to-be-killed")),
              StartsWith("200 finished\tto-be-killed\t"));
  running.join();
  EXPECT_EQ(ended, "394");
}

TEST_F(Protocol, runs_no_more_statements_at_once_than_it_may) {
  GatewayOptions options = writing();
  options.max_running = 1;
  start(options);
  std::thread running(
      [&] { ask("SELECT count() FROM numbers_mt(1000000000000) WHERE number % 7 = 3", "&query_id=one"); });
  const auto is_running = [] {
    const auto rows = engine().select(
        Statement("SELECT count() AS n FROM system.processes WHERE Settings['log_comment'] = 'one'"), {});
    return rows && rows->text(0, 0) == "1";
  };
  while (!is_running()) std::this_thread::yield();
  const WireReply refused = ask("SELECT 1");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(outcome(refused), "202");
  server->stop();  // ends the statement with the connection
  running.join();
  EXPECT_FALSE(is_running());
}

TEST_F(Protocol, refuses_nobody_who_asks_one_statement_after_the_other) {
  GatewayOptions options = writing();
  options.max_running = 1;
  start(options);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(outcome(ask("SELECT 1", "&query_id=always-the-same")), "200 1\n") << i;
  for (int i = 0; i < 50; ++i) ASSERT_EQ(outcome(ask("SELECT x")), "47") << i;
}

TEST_F(Protocol, checks_users_where_it_is_told_to) {
  GatewayOptions options = writing();
  options.tokens = {{"ann", to_hex(http::sha256_of("secret"))}};
  options.users = Users::kByName;
  start(options);
  const auto status = [&](const std::string& user, const std::string& key) {
    return raw(request_text("GET /?query=SELECT+1",
                            "X-ClickHouse-User: " + user + "\r\nX-ClickHouse-Key: " + key + "\r\n"))
        .status;
  };
  EXPECT_EQ(status("ann", "secret"), 200);
  EXPECT_EQ(status("bob", "secret"), 403);
  EXPECT_EQ(status("ann", "guess"), 403);
  EXPECT_EQ(raw(request_text("GET /?query=SELECT+1")).status, 401);
}

}  // namespace
}  // namespace gapless::gateway
