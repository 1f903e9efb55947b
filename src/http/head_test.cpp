#include "http/head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gapless::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(HttpHead, takes_a_request_apart) {
  const auto head = parse_head(
      "POST /api/v1/runs?from=2026-03-01 HTTP/1.1\r\nHost: LocalHost:8484\r\nContent-Length: 12\r\n"
      "X-Empty:\r\nContent-Type: \t application/json \t");
  ASSERT_TRUE(head) << head.error().detail;
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->path, "/api/v1/runs");
  EXPECT_EQ(head->query, "from=2026-03-01");
  EXPECT_EQ(head->host, "localhost:8484");
  EXPECT_EQ(head->content_length, 12u);
  EXPECT_EQ(head->header("content-type"), "application/json");
  EXPECT_EQ(head->header("x-empty"), "");
  EXPECT_TRUE(head->keep_alive);
}

TEST(HttpHead, takes_the_host_of_a_whole_url_before_the_header) {
  const auto head = parse_head("GET http://Evil.example:80?x=1 HTTP/1.1\r\nHost: localhost");
  ASSERT_FALSE(head) << "a target without a path";
  EXPECT_EQ(parse_head("GET http://Evil.example:80/a?x=1 HTTP/1.1\r\nHost: localhost")->host, "evil.example:80");
}

TEST(HttpHead, knows_when_the_connection_is_to_stay) {
  const struct {
    const char* line;
    bool keep_alive;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: a", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive", true},
      {"GET / HTTP/1.0\r\nHost: a", false},
      {"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive", false},
  };
  for (const auto& one : cases) EXPECT_EQ(parse_head(one.line)->keep_alive, one.keep_alive) << one.line;
}

TEST(HttpHead, refuses_what_two_readers_might_read_differently) {
  const struct {
    std::string text;
    int status;
  } cases[] = {
      {"", 400},
      {"GET /", 400},
      {"GET  / HTTP/1.1\r\nHost: a", 400},
      {"GET / HTTP/1.1 \r\nHost: a", 400},
      {"GET /\tx HTTP/1.1\r\nHost: a", 400},
      {"GET /\xc3\xa4 HTTP/1.1\r\nHost: a", 400},
      {"G(T / HTTP/1.1\r\nHost: a", 400},
      {"GET * HTTP/1.1\r\nHost: a", 400},
      {"GET /#x HTTP/1.1\r\nHost: a", 400},
      {"GET / HTTP/2.0\r\nHost: a", 505},
      {"GET / http/1.1\r\nHost: a", 505},
      {"\x16\x03\x01\x02", 400},
      {"GET / HTTP/1.1", 400},
      {"GET / HTTP/1.1\r\nHost:", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nNo colon", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nSpace : x", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\n folded", 400},
      {"GET / HTTP/1.1\r\nHost: a\nX: y", 400},
      {"GET / HTTP/1.1\r\nHost: a\rX: y", 400},
      {std::string("GET / HTTP/1.1\r\nHost: a\r\nX: \0", 29), 400},
      {"GET / HTTP/1.1\r\nHost: a\r\n: x", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked", 411},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3", 411},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999", 413},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles", 417},
      {"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nauthorization: y", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nOrigin: x\r\nORIGIN: y", 400},
      {"GET /" + std::string(HeadRules{}.longest_request_line, 'x') + " HTTP/1.1\r\nHost: a", 414},
  };
  for (const auto& one : cases) {
    const auto head = parse_head(one.text);
    ASSERT_FALSE(head) << one.text;
    EXPECT_EQ(head.error().status, one.status) << one.text << head.error().detail;
  }
}

TEST(HttpHead, bounds_the_number_of_headers) {
  std::string text = "GET / HTTP/1.1\r\nHost: a";
  for (std::size_t i = 1; i < kMostHeaders; ++i) text += "\r\nX: y";
  EXPECT_TRUE(parse_head(text));
  EXPECT_EQ(parse_head(text + "\r\nX: y").error().status, 431);
}

/// `text` with some of its bytes replaced, or others put between them.
std::string damaged(std::string text) {
  const int changes = *rc::gen::inRange(0, 4);
  for (int i = 0; i < changes; ++i) {
    const std::size_t place = *rc::gen::inRange<std::size_t>(0, text.size());
    const char byte = *rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::element('\r', '\n', ' ', ':', '0', '/'));
    if (*rc::gen::arbitrary<bool>()) {
      text[place] = byte;
    } else {
      text.insert(place, 1, byte);
    }
  }
  return text;
}

RC_GTEST_PROP(HttpHeadProperty, what_is_accepted_reads_the_same_when_it_is_said_again, ()) {
  const std::string text = damaged(
      "POST /api/v1/runs?from=2026-03-01&team=%31 HTTP/1.1\r\nHost: localhost:8484\r\nContent-Length: 12\r\n"
      "Connection: keep-alive, close\r\nContent-Type: application/json\r\nX-Request-Id: a");
  const auto head = parse_head(text);
  if (!head) RC_SUCCEED("refused");
  std::string again = head->method + " " + head->path + "?" + head->query + " HTTP/1.1";
  for (const auto& [name, value] : head->headers) again += "\r\n" + name + ": " + value;
  const auto read_again = parse_head(again);
  RC_ASSERT(read_again.has_value());
  RC_ASSERT(read_again->headers == head->headers);
  RC_ASSERT(read_again->content_length == head->content_length);
  RC_ASSERT(read_again->path == head->path);
  RC_ASSERT(read_again->query == head->query);
}

TEST(HttpQuery, decodes_names_and_values) {
  EXPECT_THAT(*parse_query(""), ElementsAre());
  EXPECT_THAT(*parse_query("a=1&&b=x+y%26%3D&c&d="),
              ElementsAre(Pair("a", "1"), Pair("b", "x y&="), Pair("c", ""), Pair("d", "")));
}

TEST(HttpQuery, refuses_what_is_said_twice_or_cannot_be_decoded) {
  for (const char* bad : {"a=1&a=1", "a=1&%61=2", "a=%", "a=%4", "a=%zz", "a=%00", "a=%0d%0aX", "%1f=1"}) {
    const auto query = parse_query(bad);
    ASSERT_FALSE(query) << bad;
    EXPECT_EQ(query.error().status, 400) << bad;
  }
  EXPECT_THAT(parse_query("x=1&team=2&team=3").error().detail,
              HasSubstr("the query parameter 'team' comes more than once"));
}

}  // namespace
}  // namespace gapless::http
