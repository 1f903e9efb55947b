#include "alerts/curl/curl_http_post.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "alerts/curl/loopback_server_test_support.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

HttpRequest request_to(const std::string& url) {
  return {.url = WebhookUrl::parse(url, "test").value(),
          .headers = {{"Content-Type", "application/json"}, {"X-Gapless-Signature", "t=1,v1=ab"}},
          .body = R"({"text":"a"})"};
}

class CurlHttpPostTest : public testing::Test {
 protected:
  CurlHttpPostTest() {
    setenv("no_proxy", "*", 1);
    std::signal(SIGPIPE, SIG_IGN);  // as the program does
  }

  Result<HttpReply> post(const HttpRequest& request) { return http_.post(request, std::stop_token()); }

  CurlHttpPost http_{"1.2.3"};
};

TEST_F(CurlHttpPostTest, posts_what_it_is_given) {
  LoopbackServer server({.reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"});
  const auto reply = post(request_to(server.url()));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->retry_after, std::nullopt);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_THAT(
      requests[0],
      AllOf(StartsWith("POST /T0/s3cr3t HTTP/1.1\r\n"), HasSubstr("\r\nUser-Agent: gapless/1.2.3\r\n"),
            HasSubstr("\r\nContent-Type: application/json\r\n"), HasSubstr("\r\nContent-Length: 12\r\n"),
            HasSubstr("\r\nX-Gapless-Signature: t=1,v1=ab\r\n"), testing::EndsWith("\r\n\r\n{\"text\":\"a\"}")));
}

TEST_F(CurlHttpPostTest, posts_a_long_body_without_asking_first) {
  LoopbackServer server({.reply = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  HttpRequest request = request_to(server.url());
  request.body = std::string(std::size_t{2} << 20U, 'x');
  const auto reply = post(request);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_THAT(server.requests().at(0), testing::EndsWith(request.body));
  EXPECT_THAT(server.requests().at(0), testing::Not(testing::HasSubstr("100-continue"))) << "and waiting for no answer";
}

struct ReplyCase {
  const char* name;
  const char* head;
  int status;
  std::optional<seconds> retry_after;
};

class CurlReplies : public CurlHttpPostTest, public testing::WithParamInterface<ReplyCase> {};

TEST_P(CurlReplies, are_understood) {
  LoopbackServer server({.reply = std::string(GetParam().head) + "Content-Length: 0\r\n\r\n"});
  const auto reply = post(request_to(server.url()));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, GetParam().status);
  EXPECT_EQ(reply->retry_after, GetParam().retry_after);
  EXPECT_EQ(server.requests().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Heads, CurlReplies,
    testing::ValuesIn<ReplyCase>({
        {"not_found", "HTTP/1.1 404 Not Found\r\n", 404, std::nullopt},
        {"server_error", "HTTP/1.0 503 Busy\r\n", 503, std::nullopt},
        {"retry_after", "HTTP/1.1 429 Slow down\r\nRetry-After: 7\r\n", 429, seconds(7)},
        {"retry_after_long", "HTTP/1.1 429 Slow down\r\nRetry-After: 99999999999\r\n", 429, std::chrono::hours(24)},
        {"retry_after_a_past_date", "HTTP/1.1 429 Slow down\r\nRetry-After: Sun, 01 Mar 2020 00:00:00 GMT\r\n", 429,
         std::nullopt},
        {"retry_after_nonsense", "HTTP/1.1 429 Slow down\r\nRetry-After: soon\r\n", 429, std::nullopt},
        {"redirect", "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n", 302, std::nullopt},
        {"redirect_to_a_file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\n", 302, std::nullopt},
        {"body_is_the_same_again", "HTTP/1.1 307 Again\r\nLocation: /elsewhere\r\n", 307, std::nullopt},
    }),
    kCaseName);

struct EndlessCase {
  const char* name;
  const char* reply;
};

class EndlessReplies : public CurlHttpPostTest, public testing::WithParamInterface<EndlessCase> {};

TEST_P(EndlessReplies, are_not_read_to_their_end) {
  LoopbackServer server({.reply = GetParam().reply, .then = LoopbackServer::Then::kSendForever});
  const auto reply = post(request_to(server.url()));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 500);
}

INSTANTIATE_TEST_SUITE_P(Replies, EndlessReplies,
                         testing::ValuesIn<EndlessCase>({
                             {"body", "HTTP/1.1 500 Oh\r\n\r\n"},
                             {"chunk", "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"},
                         }),
                         kCaseName);

struct BrokenCase {
  const char* name;
  LoopbackServer::Options server;
  Fault fault;
  const char* message;
};

class CurlFailures : public CurlHttpPostTest, public testing::WithParamInterface<BrokenCase> {};

TEST_P(CurlFailures, are_named_without_the_secret) {
  LoopbackServer server(GetParam().server);
  HttpRequest request = request_to(server.url());
  request.timeout = milliseconds(300);
  const auto begun = steady_clock::now();
  const auto reply = post(request);
  ASSERT_FALSE(reply) << reply->status;
  EXPECT_LT(steady_clock::now() - begun, seconds(8)) << "other bounds are longer";
  EXPECT_EQ(reply.error().fault, GetParam().fault);
  EXPECT_THAT(reply.error().message,
              AllOf(StartsWith("posting to " + request.url.shown() + ": "), HasSubstr(GetParam().message),
                    Not(HasSubstr("s3cr3t")), Not(HasSubstr("T0"))));
}

INSTANTIATE_TEST_SUITE_P(
    Servers, CurlFailures,
    testing::ValuesIn<BrokenCase>({
        {"says_nothing", {.reply = "", .then = LoopbackServer::Then::kKeepOpen}, Fault::kTimeout, "timed out"},
        {"hangs_up", {.reply = ""}, Fault::kUnavailable, "Empty reply"},
        {"no_http", {.reply = "220 mail.example ESMTP\r\n"}, Fault::kUnavailable, "HTTP/0.9"},
        {"stops_within_the_body",
         {.reply = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"},
         Fault::kUnavailable,
         "transfer closed"},
        {"certificate_of_its_own",
         {.reply = "HTTP/1.1 200 OK\r\n\r\n", .tls = true},
         Fault::kUnavailable,
         "certificate"},
    }),
    kCaseName);

TEST_F(CurlHttpPostTest, tells_a_server_that_it_does_not_trust_nothing) {
  LoopbackServer server({.reply = "", .tls = true});
  EXPECT_FALSE(post(request_to(server.url())));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlHttpPostTest, names_a_server_that_is_not_there) {
  std::string url;
  {
    const LoopbackServer gone({.reply = ""});
    url = gone.url();
  }
  const auto reply = post(request_to(url));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().fault, Fault::kUnavailable);
  EXPECT_THAT(reply.error().message, AllOf(HasSubstr("Failed to connect"), Not(HasSubstr("s3cr3t"))));
}

/// Ten times, since libcurl wakes up by itself now and then in its first second.
TEST_F(CurlHttpPostTest, ends_at_once_at_a_stop_request) {
  const auto begun = steady_clock::now();
  for (int i = 0; i < 10; ++i) {
    LoopbackServer server({.reply = "", .then = LoopbackServer::Then::kKeepOpen});
    std::stop_source stop;
    const std::jthread stopper([&] {
      server.wait_for_request();
      stop.request_stop();
    });
    const auto reply = http_.post(request_to(server.url()), stop.get_token());
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().fault, Fault::kCancelled);
  }
  EXPECT_LT(steady_clock::now() - begun, seconds(8)) << "one of ten waits is longer without it";
}

TEST_F(CurlHttpPostTest, does_not_begin_after_a_stop_request) {
  LoopbackServer server({.reply = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  std::stop_source stop;
  stop.request_stop();
  const auto reply = http_.post(request_to(server.url()), stop.get_token());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().fault, Fault::kCancelled);
  EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace gapless
