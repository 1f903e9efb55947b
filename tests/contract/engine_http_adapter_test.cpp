// What the engine of a ClickHouse server promises beside the Engine contract: replies that break, and what it makes of
// them; over a server that answers by a script.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>

#include "engine/http/http_engine.h"
#include "support/case_name.h"
#include "support/fake_clickhouse.h"

namespace gapless {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing_support::FakeClickHouse;
using testing_support::FakeReply;
using testing_support::FakeRequest;
using testing_support::Gate;

constexpr const char* kPassword = "s3cr3t-pass";
constexpr const char* kOneRow = "n\nUInt64\n7\n";

HttpEngineOptions options_for(const std::string& url) {
  HttpEngineOptions options;
  options.url = url;
  options.user = "gapless";
  options.password = kPassword;
  options.patience.deadline_grace = 50ms;
  options.patience.end_of_reply = 300ms;
  options.patience.end_of_effect = 300ms;
  options.patience.between_looks = 5ms;
  options.patience.between_reports = 5ms;
  options.patience.query_log = 100ms;
  options.patience.between_log_looks = 5ms;
  return options;
}

class HttpEngineTest : public testing::Test {
 protected:
  HttpEngineTest() {
    std::signal(SIGPIPE, SIG_IGN);  // as the program does
  }

  void open(HttpEngineOptions options) {
    auto opened = HttpEngine::open(options);
    ASSERT_TRUE(opened) << opened.error().message;
    engine_ = std::move(*opened);
  }
  void open() { open(options_for(server_.url())); }
  Error refused(const HttpEngineOptions& options) {
    const auto opened = HttpEngine::open(options);
    EXPECT_FALSE(opened);
    return opened ? Error() : opened.error();
  }
  Error refused() { return refused(options_for(server_.url())); }

  Result<Rows> select(const StatementOptions& options = {}) {
    return engine_->select(Statement("SELECT seven"), options);
  }
  Result<Stats> fill(const StatementOptions& options = {}) {
    return engine_->execute(Statement("INSERT INTO t SELECT seven"), options);
  }

  FakeClickHouse server_;
  std::unique_ptr<HttpEngine> engine_;
};

StatementOptions with_id(std::string id) {
  StatementOptions options;
  options.id = std::move(id);
  return options;
}

/// What breaks, in the way that a connection breaks.
void nothing_at_all(const FakeRequest&, FakeReply&) {}

/// Rows of system.query_log.
std::string logged(std::string_view type, std::string_view exception) {
  return fmt::format(
      "type\texception\tread_rows\tread_bytes\twritten_rows\twritten_bytes\n"
      "String\tString\tUInt64\tUInt64\tUInt64\tUInt64\n{}\t{}\t1\t2\t3\t4\n",
      type, exception);
}

FakeClickHouse::Script rows_script(std::string tsv) {
  return [tsv = std::move(tsv)](const FakeRequest&, FakeReply& reply) { reply.rows(tsv); };
}

FakeClickHouse::Script exception_script(int status, int code, std::string text) {
  return [=](const FakeRequest&, FakeReply& reply) { reply.exception(status, code, text); };
}

FakeClickHouse::Script page_script(int status, std::string page) {
  return [=](const FakeRequest&, FakeReply& reply) {
    reply.head(status, {{"Location", "http://127.0.0.1:1/"}});
    reply.piece(page);
    reply.end();
  };
}

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

// --- Exceptions ---

struct FramingCase {
  const char* name;
  const char* tag;
  const char* framed;  ///< what follows the rows
};
class Framings : public HttpEngineTest, public testing::WithParamInterface<FramingCase> {
 protected:
  void script(bool whole) {
    const FramingCase& framing = GetParam();
    server_.on("seven", [framing, whole](const FakeRequest&, FakeReply& reply) {
      FakeReply::Headers headers;
      if (*framing.tag != '\0') headers.emplace_back("X-ClickHouse-Exception-Tag", framing.tag);
      reply.head(200, headers);
      reply.piece("n\nUInt64\n1\n2\n");
      reply.piece(framing.framed);
      if (whole) reply.end();
    });
  }
};

TEST_P(Framings, OfAnExceptionInTheMiddleAreTold) {
  open();
  for (const bool whole : {true, false}) {
    script(whole);
    const auto rows = select();
    ASSERT_FALSE(rows) << "the rows before it are not all";
    EXPECT_EQ(rows.error().code, 395) << rows.error().message;
    EXPECT_EQ(rows.error().fault, Fault::kBadQuery);
    EXPECT_THAT(rows.error().message, HasSubstr("oh no (code 395 FUNCTION_THROW)"));
    std::string output;
    const auto streamed = engine_->stream(Statement("SELECT seven"), "TSV", {}, [&](std::string_view bytes) {
      output += bytes;
      return Status();
    });
    ASSERT_FALSE(streamed);
    EXPECT_EQ(streamed.error().code, 395);
    EXPECT_EQ(output, "n\nUInt64\n1\n2\n");
    EXPECT_EQ(fill().error().code, 395);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Http, Framings,
    testing::ValuesIn<FramingCase>({
        {"tagged", "abcdefghijklmnop",
         "\r\n__exception__\r\nabcdefghijklmnop\r\nCode: 395. DB::Exception: oh no. (FUNCTION_THROW) (version 25.11.1)"
         "\r\n73 abcdefghijklmnop\r\n__exception__\r\n"},
        {"untagged", "",
         "\r\n__exception__\r\nCode: 395. DB::Exception: oh no. (FUNCTION_THROW) (version "
         "25.8.1)\r\n73\r\n__exception__\r\n"},
        {"plain", "", "Code: 395. DB::Exception: oh no. (FUNCTION_THROW) (version 23.8.1.1 (official build))\n"},
    }),
    kCaseName);

TEST_F(HttpEngineTest, ReadsTheCodeOfAnExceptionWithoutOne) {
  open();
  server_.on("seven", [](const FakeRequest&, FakeReply& reply) {
    reply.head(500, {{"X-ClickHouse-Exception-Code", "241"}});
    reply.piece("something of a proxy's");
    reply.end();
  });
  const Error error = select().error();
  EXPECT_EQ(error.code, 241);
  EXPECT_TRUE(error.splittable());
}

TEST_F(HttpEngineTest, RefusesRowsOfAnotherFormat) {
  open();
  server_.on("seven", [](const FakeRequest&, FakeReply& reply) {
    reply.head(200, {{"X-ClickHouse-Format", "CSV"}});
    reply.piece("n\nUInt64\n7\n");
    reply.end();
  });
  EXPECT_EQ(select().error().fault, Fault::kBadQuery);
}

// --- Connections that are lost ---

struct LossCase {
  const char* name;
  FakeClickHouse::Script script;
};
class Losses : public HttpEngineTest, public testing::WithParamInterface<LossCase> {};

TEST_P(Losses, OfASelectAreNeverRowsAndMayBeTriedAgain) {
  open();
  server_.on("seven", GetParam().script);
  const auto rows = select(with_id("lost"));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().fault, Fault::kUnavailable) << rows.error().message;
  EXPECT_TRUE(rows.error().retryable());
  EXPECT_FALSE(rows.error().outcome_unknown());
  const auto kills = server_.requests("KILL QUERY");
  ASSERT_THAT(kills, Not(IsEmpty())) << "it goes on without us";
  EXPECT_EQ(kills[0].query.at("param_id"), server_.requests("SELECT seven").at(0).query.at("query_id"));
}

TEST_P(Losses, OfAnEffectAreFollowedToItsEnd) {
  open();
  std::atomic<int> looks{0};
  server_.on("INSERT", GetParam().script);
  server_.on("count() AS n FROM system.processes", [&looks](const FakeRequest&, FakeReply& reply) {
    reply.rows(++looks < 4 ? "n\nUInt64\n1\n" : "n\nUInt64\n0\n");
  });
  server_.on("FROM system.query_log", rows_script(logged("QueryFinish", "")));
  const auto done = fill();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->rows_written, 3U);
  EXPECT_EQ(looks, 4);
  EXPECT_THAT(server_.requests("INSERT"), SizeIs(1)) << "never twice";
  EXPECT_THAT(server_.requests("KILL QUERY"), IsEmpty());
  EXPECT_EQ(server_.requests("FROM system.query_log").at(0).query.at("param_id"),
            server_.requests("INSERT").at(0).query.at("query_id"));
}

TEST_P(Losses, OfAnEffectThatFailedGiveItsError) {
  open();
  server_.on("INSERT", GetParam().script);
  server_.on(
      "FROM system.query_log",
      rows_script(logged("ExceptionWhileProcessing", "Code: 241. DB::Exception: too much. (MEMORY_LIMIT_EXCEEDED)")));
  const Error error = fill().error();
  EXPECT_EQ(error.code, 241) << error.message;
  EXPECT_TRUE(error.splittable());
}

TEST_P(Losses, OfAnEffectThatNobodyKnowsAreInDoubt) {
  open();
  server_.on("INSERT", GetParam().script);
  for (const auto& log : {exception_script(404, 60, "no query_log (UNKNOWN_TABLE)"),
                          exception_script(500, 497, "not enough privileges (ACCESS_DENIED)"),
                          rows_script("type\texception\tread_rows\tread_bytes\twritten_rows\twritten_bytes\n"
                                      "String\tString\tUInt64\tUInt64\tUInt64\tUInt64\n")}) {
    server_.on("FROM system.query_log", log);
    const Error error = fill().error();
    EXPECT_TRUE(error.outcome_unknown()) << error.message;
    EXPECT_EQ(error.code, 210);
    EXPECT_THAT(error.message, AllOf(HasSubstr("took effect is not known"), Not(HasSubstr(kPassword))));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Http, Losses,
    testing::Values(LossCase{"before_a_byte", nothing_at_all},
                    LossCase{"within_the_head",
                             [](const FakeRequest&, FakeReply& reply) { reply.raw("HTTP/1.1 200 O"); }},
                    LossCase{"after_the_head", [](const FakeRequest&, FakeReply& reply) { reply.head(200); }},
                    LossCase{"after_some_rows",
                             [](const FakeRequest&, FakeReply& reply) {
                               reply.head(200);
                               reply.piece(kOneRow);
                             }},
                    LossCase{"within_a_known_length",
                             [](const FakeRequest&, FakeReply& reply) {
                               reply.raw("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nn\nUInt64\n7\n");
                             }},
                    LossCase{"of_the_first_of_two", exception_script(500, 216, "it runs already (QUERY_WITH_SAME_ID)")},
                    LossCase{"at_a_proxy", page_script(504, "<html>took too long</html>")}),
    kCaseName);

TEST_F(HttpEngineTest, TriesAgainWhileTheServerCannotBeAsked) {
  open();
  std::atomic<int> looks{0};
  server_.on("INSERT", nothing_at_all);
  server_.on("count() AS n FROM system.processes", [&looks](const FakeRequest&, FakeReply& reply) {
    if (++looks > 3) reply.rows("n\nUInt64\n0\n");
  });
  server_.on("FROM system.query_log", rows_script(logged("QueryFinish", "")));
  EXPECT_TRUE(fill());
  EXPECT_GT(looks, 3);
}

TEST_F(HttpEngineTest, AnEffectWhoseDeadlinePassesUnseenIsATimeout) {
  open();
  server_.on("INSERT", nothing_at_all);
  server_.on("count() AS n FROM system.processes", nothing_at_all);
  StatementOptions options;
  options.deadline = 100ms;
  const Error error = fill(options).error();
  EXPECT_EQ(error.fault, Fault::kTimeout) << error.message;
  EXPECT_TRUE(error.outcome_unknown());
  EXPECT_THAT(error.message, HasSubstr("took effect is not known"));
}

// --- Stops and deadlines ---

/// A statement that runs until it is killed.
class HttpEngineKillTest : public HttpEngineTest {
 protected:
  void SetUp() override {
    open();
    server_.on("seven", [this](const FakeRequest& request, FakeReply& reply) {
      {
        const std::lock_guard lock(mutex_);
        running_ = request.query.at("query_id");
        running_comment_ = request.query.at("log_comment");
      }
      begun_.open();
      killed_.wait();
      if (answers_) reply.exception(500, 394, "Query was cancelled (QUERY_WAS_CANCELLED)");
    });
    server_.on("KILL QUERY", [this](const FakeRequest& request, FakeReply& reply) {
      {
        const std::lock_guard lock(mutex_);
        const auto& query = request.query;
        const std::string& id = query.at("param_id");
        const bool is_query = request.text.find("query_id =") != std::string::npos;
        if (heeds_ && id == (is_query ? running_ : running_comment_)) killed_.open();
      }
      reply.rows("");
    });
  }
  void TearDown() override { killed_.open(); }

  std::mutex mutex_;
  std::string running_;
  std::string running_comment_;
  std::atomic<bool> answers_{true};
  std::atomic<bool> heeds_{true};
  Gate begun_;
  Gate killed_;
};

TEST_F(HttpEngineKillTest, AStopKillsItOnTheServer) {
  std::stop_source stop;
  StatementOptions options;
  options.stop = stop.get_token();
  std::jthread stopper([&] {
    begun_.wait();
    stop.request_stop();
  });
  const Error error = select(options).error();
  EXPECT_EQ(error.fault, Fault::kCancelled) << error.message;
  EXPECT_EQ(error.code, 394);
  EXPECT_THAT(server_.requests("KILL QUERY"), Not(IsEmpty()));
}

TEST_F(HttpEngineKillTest, ADeadlineKillsItOnTheServer) {
  StatementOptions options;
  options.deadline = 50ms;
  const Error error = fill(options).error();
  EXPECT_EQ(error.fault, Fault::kTimeout) << error.message;
  EXPECT_EQ(error.code, 159);
  EXPECT_THAT(server_.requests("KILL QUERY"), Not(IsEmpty()));
}

TEST_F(HttpEngineKillTest, CancelEndsItByItsIdWhereverItRuns) {
  Result<Rows> rows;
  std::jthread selecting([&] { rows = select(with_id("long")); });
  begun_.wait();
  HttpEngineOptions options = options_for(server_.url());
  const auto other = HttpEngine::open(options);  // as of another process
  ASSERT_TRUE(other);
  EXPECT_TRUE((*other)->cancel("lon"));
  EXPECT_TRUE((*other)->cancel("long"));
  selecting.join();
  EXPECT_EQ(rows.error().fault, Fault::kCancelled);
  EXPECT_EQ(server_.requests("KILL QUERY").back().query.at("param_id"), "long");
}

TEST_F(HttpEngineKillTest, CancelEndsItHereEvenWhereTheServerDoesNotHeed) {
  heeds_ = false;
  Result<Rows> rows;
  std::jthread selecting([&] { rows = select(with_id("long")); });
  begun_.wait();
  EXPECT_TRUE(engine_->cancel("long"));
  selecting.join();
  EXPECT_EQ(rows.error().fault, Fault::kCancelled);
}

TEST_F(HttpEngineKillTest, AnEffectThatDoesNotEndIsSaidToGoOn) {
  heeds_ = false;
  server_.on("count() AS n FROM system.processes", rows_script("n\nUInt64\n1\n"));
  StatementOptions options;
  options.deadline = 50ms;
  const Error error = fill(options).error();
  EXPECT_TRUE(error.outcome_unknown());
  EXPECT_THAT(error.message, HasSubstr("may yet take effect"));
}

TEST_F(HttpEngineKillTest, AnErrorOfTheSinkKillsIt) {
  server_.on("SELECT endless", [](const FakeRequest&, FakeReply& reply) {
    reply.head(200);
    while (reply.piece("1\n")) {
    }
  });
  const auto stats = engine_->stream(Statement("SELECT endless"), "TSV", {},
                                     [](std::string_view) -> Status { return fail(Fault::kUnavailable, "full", 77); });
  EXPECT_EQ(stats.error().code, 77);
  EXPECT_EQ(server_.requests("KILL QUERY").at(0).query.at("param_id"),
            server_.requests("SELECT endless").at(0).query.at("query_id"));
}

TEST_F(HttpEngineKillTest, ProgressIsWhatTheServerSays) {
  server_.on("total_rows_approx",
             rows_script("read_rows\ttotal_rows_approx\tmemory\nUInt64\tUInt64\tUInt64\n5\t50\t500\n"));
  std::vector<Progress> reports;
  StatementOptions options = with_id("watched");
  options.on_progress = [&](const Progress& progress) {
    reports.push_back(progress);
    killed_.open();
  };
  answers_ = true;
  EXPECT_FALSE(select(options));
  ASSERT_THAT(reports, Not(IsEmpty()));
  EXPECT_EQ(reports[0].rows_read, 5U);
  EXPECT_EQ(reports[0].total_rows, 50U);
  EXPECT_EQ(reports[0].memory_bytes, 500U);
  EXPECT_EQ(server_.requests("total_rows_approx").at(0).query.at("param_id"), running_);
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
