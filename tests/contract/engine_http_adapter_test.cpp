// What the engine of a ClickHouse server promises beside the Engine contract: what it sends, what it finds when it is opened,
// inserts and secrets; over a server that answers by a script.
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "contract/http_engine_world.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

TEST_F(HttpEngineTest, SendsAStatementWithItsValuesAndItsLimits) {
  HttpEngineOptions options = options_for(server_.url());
  options.database = "web";
  options.settings = {{"max_block_size", "1000"}};
  options.threads = 3;
  options.priority = 2;
  open(options);
  server_.on("SELECT {x", [](const FakeRequest&, FakeReply& reply) { reply.rows(kOneRow); });
  StatementOptions limits = with_id("my-id");
  limits.deadline = 1500ms;
  limits.memory_limit_bytes = 1000;
  limits.max_result_rows = 5;
  limits.read_only = true;
  Statement statement("SELECT {x:String}");
  const auto rows = engine_->select(statement.bind("x", "a\tb&c"), limits);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->u64(0, 0).value(), 7U);
  const auto requests = server_.requests("SELECT {x");
  ASSERT_THAT(requests, SizeIs(1));
  const FakeRequest& request = requests[0];
  const auto query = request.query;
  EXPECT_EQ(query.at("param_x"), "a\\tb&c");
  EXPECT_THAT(query.at("query_id"), StartsWith("my-id-"));
  EXPECT_EQ(query.at("log_comment"), "my-id");
  EXPECT_EQ(query.at("max_execution_time"), "1.500");
  EXPECT_EQ(query.at("max_memory_usage"), "1000");
  EXPECT_EQ(query.at("max_result_rows"), "5");
  EXPECT_EQ(query.at("result_overflow_mode"), "throw");
  EXPECT_EQ(query.at("readonly"), "1");
  EXPECT_EQ(query.at("database"), "web");
  EXPECT_EQ(query.at("max_block_size"), "1000");
  EXPECT_EQ(query.at("max_threads"), "3");
  EXPECT_EQ(query.at("priority"), "2");
  EXPECT_EQ(query.at("session_timezone"), "UTC");
  EXPECT_EQ(request.headers.at("x-clickhouse-user"), "gapless");
  EXPECT_EQ(request.headers.at("x-clickhouse-key"), kPassword);
  EXPECT_EQ(request.headers.count("expect"), 0U);
}

TEST_F(HttpEngineTest, SendsTheSettingsOfAStatementBeforeItsOwn) {
  HttpEngineOptions engine_options = options_for(server_.url());
  engine_options.settings = {{"max_block_size", "1"}};
  open(engine_options);
  server_.on("SELECT seven", rows_script(kOneRow));
  StatementOptions options;
  options.settings = {{"max_block_size", "9"}, {"max_execution_time", "1"}};
  ASSERT_TRUE(select(options));
  const auto query = server_.requests("SELECT seven").at(0).query;
  EXPECT_EQ(query.at("max_block_size"), "9");
  EXPECT_EQ(query.at("max_execution_time"), "600.000") << "the deadline is not the statement's to say";
}

TEST_F(HttpEngineTest, SendsLongValuesAsAForm) {
  open();
  server_.on("SELECT {x", [](const FakeRequest&, FakeReply& reply) { reply.rows(kOneRow); });
  Statement statement("SELECT {x:String}");
  const std::string text(300'000, 'x');
  ASSERT_TRUE(engine_->select(statement.bind("x", text), {}));
  const auto requests = server_.requests("SELECT {x");
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].query.at("param_x"), text);
  EXPECT_LT(requests[0].target.size(), 2000U);
}

TEST_F(HttpEngineTest, TellsWhatToDoAboutAValueThatIsTooLong) {
  open();
  server_.on("SELECT seven", [](const FakeRequest&, FakeReply& reply) {
    reply.head(500, {{"X-ClickHouse-Exception-Code", "1000"}});
    reply.piece(
        "Poco::Exception. Code: 1000, e.code() = 0, HTML Form Exception: Field value too long (version 25.8.1)");
    reply.end();
  });
  const auto rows = select();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(rows.error().message, HasSubstr("http_max_field_value_size"));
}

TEST_F(HttpEngineTest, NamesEachAttemptAnew) {
  open();
  server_.on("SELECT seven", [](const FakeRequest&, FakeReply& reply) { reply.rows(kOneRow); });
  ASSERT_TRUE(select(with_id("again")));
  ASSERT_TRUE(select(with_id("again")));
  const auto requests = server_.requests("SELECT seven");
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_NE(requests[0].query.at("query_id"), requests[1].query.at("query_id"));
}

TEST_F(HttpEngineTest, SaysNothingTwice) {
  HttpEngineOptions options = options_for(server_.url());
  options.settings = {{"max_block_size", "1"}, {"max_threads", "2"}};
  options.threads = 3;
  options.compression = HttpCompression::kAlways;
  open(options);
  server_.on("SELECT seven", rows_script(kOneRow));
  ASSERT_TRUE(select());
  const FakeRequest request = server_.requests("SELECT seven").at(0);
  EXPECT_EQ(std::ranges::count(request.target, '='), static_cast<std::ptrdiff_t>(request.query.size()));
  EXPECT_EQ(request.query.at("max_threads"), "2");
  EXPECT_EQ(request.query.at("enable_http_compression"), "1");
  EXPECT_THAT(request.headers.at("accept-encoding"), HasSubstr("gzip"));
}

TEST_F(HttpEngineTest, UnpacksRowsAndNeverAPartOfThem) {
  HttpEngineOptions options = options_for(server_.url());
  options.compression = HttpCompression::kAlways;
  open(options);
  // kOneRow, as gzip has it.
  const std::string packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\xe3\x0a\xf5\xcc\x2b\x31\x33\xe1\x32\xe7\x02\x00\xa7\xd7\x47\x17\x0b"
      "\x00\x00\x00",
      31);
  for (const bool whole : {true, false}) {
    server_.on("SELECT seven", [packed, whole](const FakeRequest&, FakeReply& reply) {
      reply.head(200, {{"Content-Encoding", "gzip"}});
      reply.piece(packed.substr(0, whole ? packed.size() : packed.size() - 12));
      if (whole) reply.end();
    });
    const auto rows = select();
    ASSERT_EQ(rows.has_value(), whole);
    if (whole) {
      EXPECT_EQ(rows->u64(0, 0).value(), 7U);
    }
  }
}

TEST_F(HttpEngineTest, UsesAConnectionAgain) {
  open();
  server_.on("SELECT seven", [](const FakeRequest&, FakeReply& reply) { reply.rows(kOneRow); });
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(select());
  EXPECT_LT(server_.connections(), 10U) << "more only where the machine stood still for seconds";
}

TEST_F(HttpEngineTest, GivesAnEffectAConnectionOfItsOwn) {
  open();
  server_.on("INSERT", [](const FakeRequest&, FakeReply& reply) { reply.rows(""); });
  const std::size_t before = server_.connections();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(fill());
  EXPECT_GE(server_.connections(), before + 3) << "libcurl would send it twice on one that has just been closed";
}

// --- What is found when it is opened ---

struct RefusalCase {
  const char* name;
  const char* part;
  FakeClickHouse::Script script;
  Fault fault;
  const char* says;
};
class Refusals : public HttpEngineTest, public testing::WithParamInterface<RefusalCase> {};

TEST_P(Refusals, SayWhy) {
  server_.on(GetParam().part, GetParam().script);
  HttpEngineOptions options = options_for(server_.url());
  options.settings = {{"max_block_size", "many"}};
  const Error error = refused(options);
  EXPECT_STREQ(name(error.fault), name(GetParam().fault)) << error.message;
  EXPECT_THAT(error.message, AllOf(StartsWith("ClickHouse at " + server_.url() + ": "), HasSubstr(GetParam().says),
                                   Not(HasSubstr(kPassword))));
}

INSTANTIATE_TEST_SUITE_P(
    Opening, Refusals,
    testing::Values(
        RefusalCase{"too_old", "version()", rows_script("version\nString\n23.7.5.1\n"), Fault::kInvalidInput,
                    "ClickHouse 23.7.5.1 is too old: 23.8 or newer is needed"},
        RefusalCase{"much_too_old", "version()", rows_script("version\nString\n18.16.1\n"), Fault::kInvalidInput,
                    "18.16.1 is too old"},
        RefusalCase{"no_version", "version()", rows_script("version\nString\nlatest\n"), Fault::kCorrupt, "'latest'"},
        RefusalCase{"no_clickhouse", "version()", page_script(200, "<html>hello</html>"), Fault::kInvalidInput,
                    "no ClickHouse answers there"},
        RefusalCase{"not_found", "version()", page_script(404, "<html>nothing</html>"), Fault::kInvalidInput,
                    "HTTP status 404"},
        RefusalCase{"redirect", "version()", page_script(302, ""), Fault::kInvalidInput, "not followed"},
        RefusalCase{"busy", "version()", page_script(503, ""), Fault::kUnavailable, "HTTP status 503"},
        RefusalCase{
            "wrong_password", "version()",
            exception_script(403, 516,
                             std::string("gapless: password ") + kPassword + " is incorrect (AUTHENTICATION_FAILED)"),
            Fault::kInvalidInput, "code 516 AUTHENTICATION_FAILED"},
        RefusalCase{"readonly_user", "getSetting('readonly')", rows_script("readonly\nUInt64\n1\n"),
                    Fault::kInvalidInput, "user 'gapless' may not even set a time limit"},
        RefusalCase{"unknown_setting", "FROM system.settings", rows_script("name\tvalue\nString\tString\n"),
                    Fault::kInvalidInput, "no setting 'max_block_size'"},
        RefusalCase{"bad_setting", "SELECT 1 AS one", exception_script(400, 27, "cannot parse many (CANNOT_PARSE)"),
                    Fault::kInvalidInput, "'max_block_size' cannot be 'many'"}),
    kCaseName);

TEST_F(HttpEngineTest, ChangesNothingWhenItIsOpened) {
  open();
  for (const FakeRequest& request : server_.requests()) EXPECT_THAT(request.text, StartsWith("SELECT "));
}

TEST_F(HttpEngineTest, NamesAServerThatIsNotThere) {
  std::string url;
  {
    const FakeClickHouse gone;
    url = gone.url();
  }
  const Error error = refused(options_for(url));
  EXPECT_EQ(error.fault, Fault::kUnavailable);
  EXPECT_TRUE(error.retryable());
  EXPECT_FALSE(error.outcome_unknown());
  EXPECT_THAT(error.message, AllOf(HasSubstr(url), HasSubstr("Failed to connect")));
}

TEST_F(HttpEngineTest, IsInNoDoubtAboutWhatItNeverSent) {
  auto other = std::make_unique<FakeClickHouse>();
  open(options_for(other->url()));
  other.reset();
  const Error error = fill().error();
  EXPECT_EQ(error.fault, Fault::kUnavailable) << error.message;
  EXPECT_FALSE(error.outcome_unknown());
}

TEST_F(HttpEngineTest, AsksNothingOfAReadOnlyUserThatItMayNotSet) {
  server_.on("getSetting('readonly')", rows_script("readonly\nUInt64\n2\n"));
  server_.on("SELECT seven", rows_script(kOneRow));
  open();
  StatementOptions options;
  options.read_only = true;
  ASSERT_TRUE(select(options));
  EXPECT_EQ(server_.requests("SELECT seven").at(0).query.count("readonly"), 0U);
}

TEST_F(HttpEngineTest, KeepsExceptionsOutOfFormatsWhereTheServerKnowsHow) {
  server_.on("FROM system.settings",
             rows_script("name\tvalue\nString\tString\nhttp_write_exception_in_output_format\t1\n"));
  server_.on("SELECT seven", rows_script(kOneRow));
  open();
  ASSERT_TRUE(select());
  EXPECT_EQ(server_.requests("SELECT seven").at(0).query.at("http_write_exception_in_output_format"), "0");
}

TEST_F(HttpEngineTest, LetsNoProfileCutResultsShort) {
  server_.on("FROM system.settings", rows_script("name\tvalue\nString\tString\ntimeout_overflow_mode\tbreak\n"
                                                 "read_overflow_mode\tthrow\ngroup_by_overflow_mode\tany\n"));
  server_.on("seven", rows_script(kOneRow));
  open();
  ASSERT_TRUE(select());
  const auto query = server_.requests("SELECT seven").at(0).query;
  EXPECT_EQ(query.at("timeout_overflow_mode"), "throw");
  EXPECT_EQ(query.at("group_by_overflow_mode"), "throw");
  EXPECT_EQ(query.count("read_overflow_mode"), 0U);
}

TEST_F(HttpEngineTest, WaitsForItsRowsWhateverTheProfileSays) {
  open();
  server_.on("INSERT", rows_script(""));
  ASSERT_TRUE(fill());
  EXPECT_EQ(server_.requests("INSERT").at(0).query.at("async_insert"), "0");
}

TEST_F(HttpEngineTest, RefusesWhatWouldBreakAHeader) {
  HttpEngineOptions options = options_for(server_.url());
  options.password = "s3cr3t-pass\r\nX-Other: 1";
  const Error error = refused(options);
  EXPECT_EQ(error.fault, Fault::kInvalidInput);
  EXPECT_THAT(error.message, Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(server_.requests(), IsEmpty());
}

class HttpEngineTlsTest : public HttpEngineTest {
 protected:
  const std::filesystem::path certificate_ =
      std::filesystem::temp_directory_path() / fmt::format("gapless-http-test-{}.pem", getpid());
  FakeClickHouse tls_server_{certificate_.string()};
  ~HttpEngineTlsTest() override { std::filesystem::remove(certificate_); }
};

TEST_F(HttpEngineTlsTest, TellsAServerThatItDoesNotTrustNothing) {
  const Error error = refused(options_for(tls_server_.url()));
  EXPECT_EQ(error.fault, Fault::kInvalidInput);
  EXPECT_THAT(error.message, AllOf(HasSubstr("certificate"), HasSubstr("ca_file")));
  EXPECT_THAT(tls_server_.requests(), IsEmpty());
}

TEST_F(HttpEngineTlsTest, TrustsWhomItIsTold) {
  HttpEngineOptions options = options_for(tls_server_.url());
  options.ca_file = certificate_;
  open(options);
  EXPECT_EQ(engine_->version().value(), "ClickHouse 25.8.1.1");
}

// --- Inserts ---

class HttpEngineInsertTest : public HttpEngineTest {
 protected:
  void SetUp() override {
    open();
    server_.on("INSERT INTO t", [](const FakeRequest&, FakeReply& reply) {
      reply.rows("", {{"X-ClickHouse-Summary", R"({"written_rows":"2","written_bytes":"9"})"}});
    });
  }
  Result<std::unique_ptr<InsertStream>> insert(const StatementOptions& options = {}) {
    return engine_->insert(Statement("INSERT INTO t (n)"), "TSV", options);
  }
  std::vector<FakeRequest> with_rows() {
    std::vector<FakeRequest> found;
    for (FakeRequest& request : server_.requests("INSERT INTO t"))
      if (!request.body.empty() || !request.whole) found.push_back(std::move(request));
    return found;
  }
};

TEST_F(HttpEngineInsertTest, SendsItsRowsAsOneBody) {
  auto stream = insert(with_id("filling"));
  ASSERT_TRUE(stream) << stream.error().message;
  std::string all;
  for (int i = 0; i < 100'000; ++i) {
    const std::string row = fmt::format("{}\n", i);
    ASSERT_TRUE((*stream)->append(row));
    all += row;
  }
  const auto stats = (*stream)->finish();
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->rows_written, 2U);
  const auto requests = with_rows();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_TRUE(requests[0].body == all);
  EXPECT_TRUE(requests[0].whole);
  EXPECT_EQ(requests[0].text, "INSERT INTO t (n) FORMAT TSV");
  EXPECT_THAT(requests[0].query.at("query_id"), StartsWith("filling-"));
}

TEST_F(HttpEngineInsertTest, BreaksOffWithinItsBodyWhenItIsNotFinished) {
  auto stream = insert();
  ASSERT_TRUE(stream);
  ASSERT_TRUE((*stream)->append("1\n2\n"));
  stream->reset();
  for (const FakeRequest& request : with_rows()) EXPECT_FALSE(request.whole) << "it would be taken for all rows";
  EXPECT_THAT(server_.requests("KILL QUERY"), Not(IsEmpty()));
}

TEST_F(HttpEngineInsertTest, WhoseReplyIsLostIsLookedUp) {
  auto stream = insert();
  ASSERT_TRUE(stream);
  server_.on("INSERT INTO t", nothing_at_all);
  server_.on("FROM system.query_log", rows_script(logged("QueryFinish", "")));
  ASSERT_TRUE((*stream)->append("1\n"));
  const auto stats = (*stream)->finish();
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->rows_written, 3U);
}

TEST_F(HttpEngineInsertTest, DoesNotOpenWhereTheServerWouldNotTakeRows) {
  server_.on("INSERT INTO t", exception_script(404, 60, "no table t (UNKNOWN_TABLE)"));
  EXPECT_EQ(insert().error().code, 60);
  EXPECT_EQ(engine_->insert(Statement("INSERT INTO t (n)"), "TSV; DROP", {}).error().fault, Fault::kBadQuery);
}

TEST_F(HttpEngineInsertTest, HearsOfABadRowWhileItIsFed) {
  auto stream = insert();
  ASSERT_TRUE(stream);
  server_.on_head("INSERT INTO t", exception_script(400, 27, "cannot parse 'many' (CANNOT_PARSE)"));
  Status status = (*stream)->append("many\n");
  constexpr int kMany = 10'000'000;  // whichever of the two is faster
  for (int i = 0; i < kMany && status; ++i) status = (*stream)->append("1\n");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, 27) << status.error().message;
  EXPECT_EQ((*stream)->finish().error().message, status.error().message);
}

// --- Secrets ---

TEST_F(HttpEngineTest, ThePasswordIsInItsHeaderAndNowhereElse) {
  const auto before = spdlog::default_logger();
  std::ostringstream log;
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  spdlog::set_level(spdlog::level::trace);
  open();
  std::vector<std::string> messages;
  server_.on("seven", exception_script(403, 516,
                                       std::string("the password ") + kPassword + " is wrong (AUTHENTICATION_FAILED)"));
  messages.push_back(select().error().message);
  server_.on("seven", page_script(500, kPassword));
  messages.push_back(select().error().message);
  server_.on("seven", [](const FakeRequest&, FakeReply& reply) { reply.raw(std::string("HTTP/1.1 ") + kPassword); });
  messages.push_back(fill().error().message);
  for (const std::string& message : messages) EXPECT_THAT(message, Not(HasSubstr(kPassword)));
  EXPECT_THAT(log.str(), Not(HasSubstr(kPassword)));
  for (const FakeRequest& request : server_.requests()) {
    EXPECT_THAT(request.target, Not(HasSubstr(kPassword)));
    EXPECT_THAT(request.body, Not(HasSubstr(kPassword)));
    EXPECT_EQ(request.headers.at("x-clickhouse-key"), kPassword);
  }
  spdlog::set_default_logger(before);
}

}  // namespace
}  // namespace gapless
