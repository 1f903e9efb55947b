#include "gateway/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

OrFailure<Request> request_of(std::string query, std::vector<std::pair<std::string, std::string>> headers = {}) {
  http::Head head;
  head.method = "POST";
  head.path = "/";
  head.query = std::move(query);
  head.headers = std::move(headers);
  return parse_request(head);
}

TEST(Request, is_taken_apart_into_what_the_protocol_knows_and_settings) {
  const auto request = request_of(
      "query=SELECT%201%0A%2B+2&param_x=a%09b&param_param_y=1&database=d&default_format=CSV&query_id=q&max_threads=2&"
      "session_id=s&session_timeout=60&wait_end_of_query=1&buffer_size=5",
      {{"x-clickhouse-user", "u"}, {"x-clickhouse-key", "k"}, {"x-clickhouse-database", "other"}});
  ASSERT_TRUE(request) << request.error().text;
  EXPECT_EQ(request->query, "SELECT 1\n+ 2");
  EXPECT_THAT(request->values, ElementsAre(Pair("param_y", "1"), Pair("x", "a\tb")));
  EXPECT_THAT(request->settings, ElementsAre(Pair("max_threads", "2")));
  EXPECT_EQ(request->database, "d");
  EXPECT_EQ(request->format, "CSV");
  EXPECT_EQ(request->query_id, "q");
  EXPECT_TRUE(request->waits_for_end);
  EXPECT_EQ(request->credentials.user, "u");
  EXPECT_EQ(request->credentials.token, "k");
}

TEST(Request, knows_every_way_to_say_who_one_is) {
  const struct {
    std::string query;
    std::pair<std::string, std::string> header;
    const char* user;
    const char* token;
  } cases[] = {
      {"user=u&password=p", {"x", ""}, "u", "p"},     {"", {"authorization", "Basic dTpwOnE="}, "u", "p:q"},
      {"", {"authorization", "bAsIc dTo="}, "u", ""}, {"", {"authorization", "Bearer  t"}, "", "t"},
      {"", {"x-clickhouse-key", "k"}, "", "k"},
  };
  for (const auto& one : cases) {
    const auto request = request_of(one.query, {one.header});
    ASSERT_TRUE(request) << one.header.second;
    EXPECT_TRUE(request->credentials.are_given);
    EXPECT_EQ(request->credentials.user, one.user);
    EXPECT_EQ(request->credentials.token, one.token);
  }
  EXPECT_FALSE(request_of("")->credentials.are_given);
}

TEST(Request, is_refused_where_it_is_ambiguous_and_no_secret_is_repeated) {
  const struct {
    std::string query;
    std::string authorization;
    int code;
  } cases[] = {
      {"a=1&a=2", "", 36},
      {"password=s3cret&password=s3cret", "", 36},
      {"a=%zz", "", 36},
      {"a%00=1", "", 36},
      {"", "Basic s3cret", 516},
      {"", "Digest s3cret", 516},
      {"user=u", "Bearer s3cret", 516},
      {"decompress=1", "", 48},
      {"", "Basic czNjcmV0", 516},
  };
  for (const auto& one : cases) {
    const auto request = request_of(one.query, {{"authorization", one.authorization}});
    ASSERT_FALSE(request) << one.query;
    EXPECT_EQ(request.error().code, one.code) << one.query << one.authorization;
    EXPECT_THAT(request.error().text, Not(HasSubstr("s3cret")));
  }
}

TEST(Request, packs_a_reply_only_where_both_sides_want_it) {
  const struct {
    const char* query;
    const char* accepts;
    bool may;
  } cases[] = {
      {"enable_http_compression=1", "gzip", true},      {"enable_http_compression=1", "lz4, GZIP;q=0.5", true},
      {"enable_http_compression=1", "gzip;q=0", false}, {"enable_http_compression=1", "br", false},
      {"enable_http_compression=0", "gzip", false},     {"", "gzip", false},
  };
  for (const auto& one : cases)
    EXPECT_EQ(request_of(one.query, {{"accept-encoding", one.accepts}})->may_compress, one.may) << one.accepts;
}

}  // namespace
}  // namespace gapless::gateway
