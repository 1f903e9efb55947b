// What the engine of a ClickHouse server makes of exceptions, of connections that are lost, and of stops and deadlines; over a
// server that answers by a script.
#include <algorithm>
#include <atomic>
#include <thread>

#include "contract/http_engine_world.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

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

std::string reply_head(const std::string& query_id, std::size_t bytes) {
  return fmt::format("HTTP/1.1 200 OK\r\nX-ClickHouse-Query-Id: {}\r\nContent-Length: {}\r\n\r\n", query_id, bytes);
}

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
                             [](const FakeRequest& request, FakeReply& reply) {
                               reply.raw(reply_head(request.query.at("query_id"), 20) + kOneRow);
                             }},
                    LossCase{"behind_the_reply_to_another",
                             [](const FakeRequest& request, FakeReply& reply) {
                               reply.raw(reply_head("another", 11) + kOneRow);
                               reply.raw(reply_head(request.query.at("query_id"), 11) + kOneRow);
                             }},
                    LossCase{"behind_the_reply_to_nothing",
                             [](const FakeRequest& request, FakeReply& reply) {
                               reply.raw(std::string("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n") + kOneRow);
                               reply.raw(reply_head(request.query.at("query_id"), 11) + kOneRow);
                             }},
                    LossCase{"of_the_first_of_two", exception_script(500, 216, "it runs already (QUERY_WITH_SAME_ID)")},
                    LossCase{"at_a_proxy", page_script(504, "<html>took too long</html>")}),
    kCaseName);

TEST_F(HttpEngineTest, TakesRepliesBehindWhatGivesQueriesIdsOfItsOwn) {
  server_.on("version()", [](const FakeRequest&, FakeReply& reply) {
    const std::string rows = "version\nString\n25.8.1.1\n";
    reply.raw(reply_head("of-its-own", rows.size()) + rows);
    reply.leave_open();
  });
  open();
  server_.on("SELECT seven", [](const FakeRequest&, FakeReply& reply) {
    reply.raw(reply_head("of-its-own-2", 11) + kOneRow);
    reply.leave_open();
  });
  const auto rows = select();
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->u64(0, 0).value(), 7U);
}

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

}  // namespace
}  // namespace gapless
