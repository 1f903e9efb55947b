#include "api/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "api/api_test_support.h"
#include "http/digest.h"
#include "util/hex.h"

namespace gapless::api {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class Server : public testing::Test {
 protected:
  /// Serves the endpoints of the tests, and `more`.
  void start(ApiOptions options = {}, std::vector<Endpoint> more = {}) {
    options.listen = "127.0.0.1:0";
    options.version = "1.2.3";
    std::vector<Endpoint> endpoints = test_endpoints();
    for (Endpoint& endpoint : more) endpoints.push_back(std::move(endpoint));
    auto started = ApiServer::start(std::move(options), std::move(endpoints));
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }
  RawClient client() const { return RawClient(server->address()); }
  WireReply ask(const std::string& text) const {
    RawClient one = client();
    one.send(text);
    return one.read_reply(!text.starts_with("HEAD"));
  }

  std::unique_ptr<ApiServer> server;
};

Endpoint endpoint_that(std::string path, std::function<Result<Reply>(const Request&)> handle) {
  return {.method = "GET", .path = path, .operation_id = path, .summary = path, .handle = std::move(handle)};
}

TEST_F(Server, answers_and_says_which_request_it_was) {
  start();
  const WireReply reply = ask(request_text("GET /runs/latest", "X-Request-Id: my-id.7\r\n"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["id"], "my-id.7");
  EXPECT_THAT(
      reply.headers,
      AllOf(Contains(Pair("x-request-id", "my-id.7")), Contains(Pair("x-content-type-options", "nosniff")),
            Contains(Pair("cache-control", "no-store")), Contains(Pair("cross-origin-resource-policy", "same-origin")),
            Contains(Pair("content-type", "application/json")),
            Contains(Pair("date", testing::ContainsRegex("^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} 20.* GMT$")))));
  EXPECT_THAT(reply.headers, Not(Contains(Pair("access-control-allow-origin", testing::_))));
  for (const std::string& bad : {std::string("a b"), std::string("<x>"), std::string(65, 'a')}) {
    const auto headers = ask(request_text("GET /runs/latest", "X-Request-Id: " + bad + "\r\n")).headers;
    EXPECT_THAT(headers.at("x-request-id"), testing::MatchesRegex("[0-9a-f]{16}"));
  }
}

TEST_F(Server, refuses_with_a_problem_that_says_why) {
  start({.tokens = {{"reader", to_hex(http::sha256_of("r3ad"))}}, .max_body_bytes = 100});
  const std::string read = "Authorization: Bearer r3ad\r\n";
  const struct {
    std::string text;
    int status;
    const char* detail;
  } cases[] = {
      {request_text("GET /nothing"), 404, "nothing at this path"},
      {request_text("GET /runs/latest/"), 404, "nothing at this path"},
      {request_text("GET /runs/%2e%zz"), 404, "nothing at this path"},
      {request_text("PUT /runs"), 405, "it can OPTIONS, POST"},
      {request_text("BREW /runs"), 405, "it can OPTIONS, POST"},
      {request_text("GET /runs/latest"), 401, "needs a token"},
      {request_text("POST /runs", read + kJsonType, "{}"), 403, "is for read; this needs one for operate"},
      {request_text("GET /runs/latest", "Host: evil.example\r\n"), 421, "does not answer for the host 'evil.example'"},
      {request_text("GET /health", "Origin: https://evil.example\r\n"), 403, "pages of https://evil.example"},
      {request_text("GET /runs/x", read), 400, "'id' in the path must be an integer; it is \"x\""},
      {request_text("GET /runs/0", read), 400, "'id' in the path must be 1 or more; it is 0"},
      {request_text("GET /runs/1?day=now", read), 400, "the query parameter 'day' must be a date"},
      {request_text("GET /runs/1?limit=101", read), 400, "the query parameter 'limit' must be 100 or less"},
      {request_text("GET /runs/1?limit=1&limit=2", read), 400, "the query parameter 'limit' comes more than once"},
      {request_text("GET /runs/1?offset=1", read), 400, "'offset' is not known; known are: day, limit"},
      {request_text("GET /runs/1", read, "{}"), 400, "a GET request has no body"},
      {request_text("GET /runs/404", read), 404, "there is no run 404"},
      {"GET /health HTTP/1.1\r\n\r\n", 400, "must have a Host header"},
      {"GET /health HTTP/3.0\r\nHost: localhost\r\n\r\n", 505, "speaks HTTP/1.1"},
      {"\x16\x03\x01 rubbish\r\n\r\n", 400, "METHOD TARGET HTTP/1.1"},
      {"POST /runs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411,
       "with Content-Length"},
      {"GET /" + std::string(9000, 'x'), 414, "longer than 8192 bytes"},
      {"GET / HTTP/1.1\r\nX: " + std::string(33000, 'x'), 431, "longer than 32768 bytes"},
  };
  for (const auto& one : cases) {
    const WireReply reply = ask(one.text);
    const std::string shown = one.text.substr(0, 100);
    ASSERT_EQ(reply.status, one.status) << shown << reply.body;
    EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json") << shown;
    EXPECT_EQ(reply.json()["status"], one.status) << shown;
    EXPECT_EQ(reply.json()["type"], "about:blank") << shown;
    EXPECT_EQ(reply.json()["instance"], reply.headers.at("x-request-id")) << shown;
    EXPECT_THAT(reply.json()["detail"].get<std::string>(), HasSubstr(one.detail)) << shown;
    EXPECT_EQ(reply.headers.contains("www-authenticate"), one.status == 401) << shown;
    EXPECT_EQ(reply.headers.contains("allow"), one.status == 405) << shown;
  }
}

TEST_F(Server, takes_only_one_json_object_as_a_body) {
  start({.max_body_bytes = 100});
  const struct {
    std::string text;
    int status;
    const char* says;
  } cases[] = {
      {request_text("POST /runs", kJsonType, R"({"day":"2026-03-01"})"), 200, R"("body":{"day":"2026-03-01"})"},
      {request_text("POST /runs", "Content-Type: Application/JSON; charset=utf-8\r\n", "{}"), 200, R"("body":{})"},
      {request_text("POST /runs", kJsonType), 200, R"("body":{})"},
      {request_text("DELETE /runs/1", kJsonType), 200, R"("path":{"id":"1"})"},
      {request_text("DELETE /runs/1", kJsonType, R"({"a":1})"), 400, "has a member"},
      {request_text("DELETE /runs/1"), 415, "Content-Type: application/json"},
      {request_text("POST /runs", "", "{}"), 415, "Content-Type: application/json"},
      {request_text("POST /runs", "Content-Type: text/plain\r\n", "{}"), 415, "Content-Type: application/json"},
      {request_text("POST /runs", "Content-Type: application/jsonx\r\n", "{}"), 415, "Content-Type: application/json"},
      {request_text("POST /runs", kJsonType + "Content-Encoding: gzip\r\n", "{}"), 415, "Content-Encoding"},
      {request_text("POST /runs", kJsonType, "[]"), 400, "one JSON object"},
      {request_text("POST /runs", kJsonType, R"({"day":"x"})"), 400, "must be a date"},
      {request_text("POST /runs", kJsonType, R"({"days":1})"), 400, "not known; known are: day"},
      {request_text("POST /runs", kJsonType, std::string(101, ' ')), 413, "larger than 100 bytes"},
      {request_text("POST /runs", kJsonType + "Content-Length: 99999999999999999999\r\n"), 413, "too large"},
  };
  for (const auto& one : cases) {
    const WireReply reply = ask(one.text);
    EXPECT_EQ(reply.status, one.status) << one.text;
    EXPECT_THAT(reply.body, HasSubstr(one.says)) << one.text;
  }
}

TEST_F(Server, lets_callers_in_by_what_their_token_is_for) {
  start({.tokens = {{"reader", to_hex(http::sha256_of("r3ad"))},
                    {"boss", to_hex(http::sha256_of("b0ss")), Scope::kOperate}}});
  EXPECT_EQ(ask(request_text("GET /health")).body, "alive\n");
  EXPECT_EQ(ask(request_text("GET /runs/latest", "Authorization: Bearer r3ad\r\n")).json()["caller"], "reader");
  EXPECT_EQ(ask(request_text("POST /runs", "Authorization: Bearer b0ss\r\n" + kJsonType)).json()["caller"], "boss");
  EXPECT_EQ(ask(request_text("GET /runs/latest", "Authorization: Bearer nobody\r\n")).headers.at("www-authenticate"),
            R"(Bearer realm="gapless", error="invalid_token")");
}

TEST_F(Server, finds_literal_paths_first_and_decodes_the_rest) {
  start();
  EXPECT_EQ(ask(request_text("GET /runs/latest")).json()["path"], Json::object());
  EXPECT_EQ(ask(request_text("DELETE /runs/a%2Fb+c", kJsonType)).json()["path"]["id"], "a/b+c");
  EXPECT_EQ(ask(request_text("GET /runs/7?day=2026%2D03-01")).json()["query"],
            Json({{"day", "2026-03-01"}, {"limit", "50"}}));
}

TEST_F(Server, answers_head_without_the_body) {
  start();
  RawClient one = client();
  one.send(request_text("HEAD /health") + request_text("GET /health"));
  const WireReply head = one.read_reply(false);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "6");
  EXPECT_EQ(one.read_reply().body, "alive\n");
}

TEST_F(Server, sends_what_is_cacheable_only_once) {
  start();
  const WireReply first = ask(request_text("GET /runs/7"));
  const std::string tag = first.headers.at("etag");
  EXPECT_THAT(tag, testing::MatchesRegex("\"[0-9a-f]{32}\""));
  EXPECT_EQ(first.headers.at("cache-control"), "private, no-cache");
  EXPECT_EQ(ask(request_text("GET /runs/8")).headers.count("etag"), 1u);
  EXPECT_NE(ask(request_text("GET /runs/8")).headers.at("etag"), tag);
  EXPECT_EQ(ask(request_text("GET /runs/latest")).headers.count("etag"), 0u);
  EXPECT_EQ(ask(request_text("GET /runs/404")).headers.count("etag"), 0u);
  for (const std::string& seen : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const WireReply again = ask(request_text("GET /runs/7", "If-None-Match: " + seen + "\r\n"));
    EXPECT_EQ(again.status, 304) << seen;
    EXPECT_EQ(again.headers.at("etag"), tag);
    EXPECT_EQ(again.headers.count("content-length"), 0u);
  }
  EXPECT_EQ(ask(request_text("GET /runs/7", "If-None-Match: \"other\"\r\n")).status, 200);
}

TEST_F(Server, tells_browsers_which_pages_may_read) {
  start({.tokens = {{"reader", to_hex(http::sha256_of("r3ad"))}}, .allowed_origins = {"https://board.example"}});
  const std::string ours = "Origin: https://board.example\r\n";
  const WireReply preflight = ask(request_text("OPTIONS /runs", ours + "Access-Control-Request-Method: POST\r\n"));
  EXPECT_EQ(preflight.status, 204);
  EXPECT_THAT(preflight.headers, AllOf(Contains(Pair("access-control-allow-origin", "https://board.example")),
                                       Contains(Pair("access-control-allow-methods", "OPTIONS, POST")),
                                       Contains(Pair("access-control-allow-headers", HasSubstr("Authorization")))));
  const WireReply refused = ask(request_text("GET /runs/latest", ours));
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.headers, AllOf(Contains(Pair("access-control-allow-origin", "https://board.example")),
                                     Contains(Pair("vary", "Origin"))));
  const WireReply other = ask(request_text("OPTIONS /runs", "Origin: https://evil.example\r\n"));
  EXPECT_EQ(other.status, 403);
  const WireReply same = ask(request_text("OPTIONS /runs/1"));
  EXPECT_EQ(same.headers.at("allow"), "DELETE, GET, HEAD, OPTIONS");
  for (const auto& headers : {other.headers, same.headers})
    for (const auto& [name, value] : headers) EXPECT_THAT(name, Not(HasSubstr("access-control")));
}

TEST_F(Server, turns_errors_into_problems) {
  std::vector<Endpoint> failing;
  const std::vector<std::pair<Fault, int>> faults = {
      {Fault::kInvalidInput, 400}, {Fault::kConflict, 409},  {Fault::kUnavailable, 503},
      {Fault::kOverload, 503},     {Fault::kCancelled, 503}, {Fault::kTimeout, 504},
      {Fault::kBadQuery, 500},     {Fault::kCorrupt, 500},   {Fault::kInternal, 500}};
  for (const auto& [fault, status] : faults)
    failing.push_back(
        endpoint_that(std::string("/fail/") + gapless::name(fault),
                      [fault = fault](const Request&) -> Result<Reply> { return fail(fault, "it is so"); }));
  failing.push_back(
      endpoint_that("/throw", [](const Request&) -> Result<Reply> { throw std::runtime_error("s3cret"); }));
  failing.push_back(endpoint_that("/throw/other", [](const Request&) -> Result<Reply> { throw 7; }));
  start({}, std::move(failing));
  for (const auto& [fault, status] : faults) {
    const WireReply reply = ask(request_text(std::string("GET /fail/") + gapless::name(fault)));
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.json()["fault"], gapless::name(fault));
    EXPECT_EQ(reply.json()["detail"], "it is so");
    EXPECT_EQ(reply.headers.contains("retry-after"), fault == Fault::kOverload);
  }
  for (const char* path : {"GET /throw", "GET /throw/other"}) {
    const WireReply reply = ask(request_text(path));
    EXPECT_EQ(reply.status, 500);
    EXPECT_THAT(reply.body, AllOf(HasSubstr("its log says why"), Not(HasSubstr("s3cret"))));
  }
}

TEST_F(Server, keeps_line_ends_out_of_headers) {
  start({}, {endpoint_that("/inject", [](const Request&) -> Result<Reply> {
          return Reply{.headers = {{"Location", "/a\r\nSet-Cookie: x"}}};
        })});
  const WireReply reply = ask(request_text("GET /inject"));
  EXPECT_EQ(reply.headers.at("location"), "/a  Set-Cookie: x");
  EXPECT_EQ(reply.headers.count("set-cookie"), 0u);
}

TEST_F(Server, logs_a_line_a_request_without_what_is_nobody_elses_business) {
  std::ostringstream lines;
  const auto before = spdlog::default_logger();
  const auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines));
  logger->set_level(spdlog::level::debug);
  spdlog::set_default_logger(logger);
  start({.tokens = {{"reader", to_hex(http::sha256_of("r3ad"))}}});
  ask(request_text("GET /runs/7?day=2026-03-01", "Authorization: Bearer r3ad\r\nX-Request-Id: r1\r\n"));
  ask(request_text("GET /runs/8", "Authorization: Bearer wr0ng\r\nX-Request-Id: r2\r\n"));
  server->stop();
  spdlog::set_default_logger(before);
  EXPECT_THAT(lines.str(), testing::ContainsRegex("GET /runs/7 200 [0-9.]+ ms, request r1, token reader"));
  EXPECT_THAT(lines.str(), testing::ContainsRegex("GET /runs/8 401 [0-9.]+ ms, request r2, token none"));
  for (const char* hidden : {"2026-03-01", "r3ad,", "Bearer", "wr0ng"})
    EXPECT_THAT(lines.str(), Not(HasSubstr(hidden)));
}

TEST(ServerStart, refuses_to_be_reached_by_others_without_a_token) {
  for (const char* open : {"0.0.0.0:0", "[::]:0"}) {
    const auto server = ApiServer::start({.listen = open}, {});
    ASSERT_FALSE(server) << open;
    EXPECT_EQ(server.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(server.error().message, AllOf(HasSubstr("openssl rand -hex 32"), HasSubstr("sha256sum")));
  }
}

TEST(ServerStart, refuses_what_it_cannot_listen_on) {
  for (const char* bad :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", ":8484", "[127.0.0.1:80", "192.0.2.1:0"}) {
    const auto server = ApiServer::start({.listen = bad, .tokens = {{"a", to_hex(http::sha256_of("a"))}}}, {});
    ASSERT_FALSE(server) << bad;
    EXPECT_EQ(server.error().fault, Fault::kInvalidInput) << server.error().message;
  }
  const auto first = ApiServer::start({.listen = "127.0.0.1:0"}, {});
  ASSERT_TRUE(first);
  const auto second = ApiServer::start({.listen = (*first)->address()}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::kConflict) << second.error().message;
}

TEST(ServerStart, gives_its_port_back) {
  auto first = ApiServer::start({.listen = "127.0.0.1:0"}, {});
  const std::string address = (*first)->address();
  EXPECT_THAT(address, testing::MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]*"));
  (*first)->stop();
  (*first)->stop();
  first->reset();
  EXPECT_TRUE(ApiServer::start({.listen = address}, {}));
}

}  // namespace
}  // namespace gapless::api
