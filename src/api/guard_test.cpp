#include "api/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "util/hex.h"

namespace gapless::api {
namespace {

using testing::HasSubstr;
using testing::Not;

Head head_with(const std::string& host, std::vector<std::pair<std::string, std::string>> headers = {}) {
  Head head;
  head.host = host;
  head.headers = std::move(headers);
  return head;
}

Token token(std::string name, std::string_view secret, Scope scope) {
  return {std::move(name), to_hex(http::sha256_of(secret)), scope};
}

Guard guard_of(const ApiOptions& options) { return Guard::make(options).value(); }

TEST(Guard, answers_only_for_hosts_that_are_its_own) {
  const Guard guard = guard_of({.allowed_hosts = {"Board.example"}});
  for (const char* good :
       {"localhost", "localhost:8484", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8484", "board.example:80"})
    EXPECT_TRUE(guard.check_host(head_with(good))) << good;
  for (const char* bad : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:8484",
                          "localhost:", "localhost:x", "localhost:8484:1", "[::1", "[::1]x", "::1", "user@localhost",
                          "localhost/", "127.1", "0.0.0.0"}) {
    const auto fits = guard.check_host(head_with(bad));
    ASSERT_FALSE(fits) << bad;
    EXPECT_EQ(fits.error().status, 421) << bad;
  }
}

TEST(Guard, lets_only_its_own_and_allowed_pages_in) {
  const Guard guard = guard_of({.allowed_origins = {"https://board.example"}});
  const auto with_origin = [](const char* origin) { return head_with("localhost:8484", {{"origin", origin}}); };
  EXPECT_TRUE(guard.check_origin(head_with("localhost:8484")));
  EXPECT_TRUE(guard.check_origin(with_origin("http://localhost:8484")));
  EXPECT_TRUE(guard.check_origin(with_origin("https://Board.example")));
  EXPECT_EQ(guard.foreign_origin(with_origin("https://board.example")), "https://board.example");
  EXPECT_EQ(guard.foreign_origin(with_origin("http://localhost:8484")), "");
  for (const char* bad : {"null", "http://localhost", "http://localhost:8485", "http://board.example",
                          "https://board.example.evil", "https://board.example:444", "file://"}) {
    const auto fits = guard.check_origin(with_origin(bad));
    ASSERT_FALSE(fits) << bad;
    EXPECT_EQ(fits.error().status, 403) << bad;
  }
}

TEST(Guard, knows_tokens_and_what_they_are_for) {
  const Guard guard =
      guard_of({.tokens = {token("reader", "r3ad", Scope::kRead), token("boss", "b0ss", Scope::kOperate)}});
  const struct {
    const char* authorization;
    Scope needed;
    int status;  ///< 200: let in
  } cases[] = {
      {"", Scope::kOpen, 200},
      {"Bearer wrong", Scope::kOpen, 200},
      {"", Scope::kRead, 401},
      {"Bearer r3ad", Scope::kRead, 200},
      {"bEARER   r3ad", Scope::kRead, 200},
      {"Bearer b0ss", Scope::kRead, 200},
      {"Bearer b0ss", Scope::kOperate, 200},
      {"Bearer r3ad", Scope::kOperate, 403},
      {"Bearer R3AD", Scope::kRead, 401},
      {"Bearer r3adx", Scope::kRead, 401},
      {"Bearer r3a", Scope::kRead, 401},
      {"Bearer ", Scope::kRead, 401},
      {"Bearer", Scope::kRead, 401},
      {"r3ad", Scope::kRead, 401},
      {"Basic r3ad", Scope::kRead, 401},
  };
  for (const auto& one : cases) {
    const auto caller = guard.check_token(head_with("localhost", {{"authorization", one.authorization}}), one.needed);
    ASSERT_EQ(caller.has_value(), one.status == 200) << one.authorization;
    if (caller) continue;
    EXPECT_EQ(caller.error().status, one.status) << one.authorization;
    EXPECT_EQ(caller.error().headers.contains("WWW-Authenticate"), one.status == 401) << one.authorization;
    EXPECT_THAT(caller.error().body.dump(), Not(HasSubstr("r3ad")));
  }
  EXPECT_EQ(*guard.check_token(head_with("localhost", {{"authorization", "Bearer b0ss"}}), Scope::kRead), "boss");
}

TEST(Guard, needs_no_token_where_there_is_none) {
  EXPECT_EQ(*guard_of({}).check_token(head_with("localhost"), Scope::kOperate), "");
}

TEST(Guard, refuses_options_that_would_not_do_what_they_say) {
  const std::string sum = to_hex(http::sha256_of("x"));
  const struct {
    ApiOptions options;
    const char* message;
  } cases[] = {
      {{.tokens = {{"a", "short"}}}, "64 hexadecimal digits"},
      {{.tokens = {{"a", sum + "0"}}}, "64 hexadecimal digits"},
      {{.tokens = {{"a", std::string(64, 'g')}}}, "64 hexadecimal digits"},
      {{.tokens = {{"", sum}}}, "needs a name of its own"},
      {{.tokens = {{"a", sum}, {"a", sum}}}, "needs a name of its own"},
      {{.tokens = {{"a", sum, Scope::kOpen}}}, "must be for read or operate"},
      {{.allowed_hosts = {"https://a"}}, "'https://a' is no host name"},
      {{.allowed_hosts = {"a:80"}}, "'a:80' is no host name"},
      {{.allowed_hosts = {"*"}}, "'*' is no host name"},
      {{.allowed_hosts = {""}}, "'' is no host name"},
      {{.allowed_origins = {"board.example"}}, "'board.example' is no origin"},
      {{.allowed_origins = {"https://a/"}}, "'https://a/' is no origin"},
      {{.allowed_origins = {"*"}}, "'*' is no origin"},
  };
  for (const auto& one : cases) {
    const auto guard = Guard::make(one.options);
    ASSERT_FALSE(guard) << one.message;
    EXPECT_EQ(guard.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(guard.error().message, HasSubstr(one.message));
    EXPECT_THAT(guard.error().message, Not(HasSubstr(sum)));
  }
}

TEST(Digest, is_sha256) {
  EXPECT_EQ(to_hex(http::sha256_of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(http::parse_digest(to_hex(http::sha256_of("abc"))), http::sha256_of("abc"));
  EXPECT_FALSE(http::equal_in_constant_time(http::sha256_of("abc"), http::sha256_of("abd")));
}

}  // namespace
}  // namespace gapless::api
