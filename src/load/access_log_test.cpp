#include "load/access_log.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <vector>

#include "load/load_test_support.h"

namespace gapless {
namespace {

using testing::HasSubstr;

constexpr const char* kFirefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0";

AccessLogParser make_parser() {
  auto patterns = UserAgentPatterns::built_in();
  EXPECT_TRUE(patterns) << patterns.error().message;
  return AccessLogParser::create({TeamId::parse("42", "test").value(), "site.example", load_time()}, **patterns)
      .value();
}

/// "event", the reason to skip, or "rejected: " and the reason.
std::string outcome_of(std::string_view line, Event& event) {
  auto parser = make_parser();
  const LineOutcome outcome = parser.parse(line, event);
  if (const auto* skipped = std::get_if<Skipped>(&outcome)) return name(skipped->reason);
  if (const auto* rejected = std::get_if<Rejected>(&outcome)) return "rejected: " + rejected->reason;
  return "event";
}
std::string outcome_of(std::string_view line) {
  Event event;
  return outcome_of(line, event);
}

std::string line_for(std::string_view request, int status = 200, std::string_view agent = "x") {
  return fmt::format(R"(1.2.3.4 - - [10/Oct/2026:20:55:36 +0000] "{}" {} 5 "-" "{}")", request, status, agent);
}

// The identities here come from the reference implementation.
TEST(AccessLog, FillsTheEvent) {
  Event event;
  const std::string line = fmt::format(
      R"(93.184.216.34 - frank [10/Oct/2026:13:55:36 -0700] "GET /apache_pb.html?utm_source=news&gclid=x HTTP/1.0" 200 2326 )"
      R"("http://WWW.Example.com:8080/start.html" "{}")",
      kFirefox);
  ASSERT_EQ(outcome_of(line, event), "event");
  Event expected;
  expected.team_id = 42;
  expected.event = "$pageview";
  expected.timestamp = parse_instant("2026-10-10T20:55:36Z", "test").value();
  expected.inserted_at = load_time();
  expected.uuid = Uuid::parse("97772077-c548-0605-451d-5268204c8d7e", "test").value();
  expected.person_id = Uuid::parse("b6729f6d-7824-1771-5532-dfb6f473adbe", "test").value();
  expected.host = "site.example";
  expected.pathname = "/apache_pb.html";
  expected.referring_domain = "www.example.com";
  expected.utm_source = "news";
  expected.has_gclid = true;
  expected.browser = "Firefox";
  expected.os = "Windows";
  expected.device_type = "Desktop";
  EXPECT_EQ(event, expected);
}

TEST(AccessLog, EqualLinesAreEventsOfTheirOwn) {
  auto parser = make_parser();
  const std::string line = R"(93.184.216.34 - - [10/Oct/2026:20:55:36 +0000] "GET / HTTP/1.1" 200 5)";
  const std::string other = R"(93.184.216.34 - - [10/Oct/2026:20:55:36 +0000] "GET / HTTP/1.1" 200 6)";
  std::vector<std::string> uuids;
  for (const std::string& text : {line, other, line + "\r\r", line}) {
    Event event;
    ASSERT_TRUE(std::holds_alternative<Accepted>(parser.parse(text, event)));
    uuids.push_back(event.uuid.to_string());
    EXPECT_EQ(event.person_id.to_string(), "b4949ca5-a9a2-7b98-0bf4-292795a0b6be");
    EXPECT_EQ(event.browser, "");
    EXPECT_EQ(event.device_type, "");
    EXPECT_EQ(event.referring_domain, "$direct");
  }
  EXPECT_EQ(uuids[0], "453bf0f8-3eea-8c50-a4f9-95fec0a2b212");
  EXPECT_EQ(uuids[2], "e91d3900-05b6-244a-9f29-750a622d69d7");
  EXPECT_EQ(std::set<std::string>(uuids.begin(), uuids.end()).size(), 4u);
}

TEST(AccessLog, TakesTheHostFromTheLineAndEscapesFromQuotes) {
  Event event;
  const std::string line =
      R"(shop.example:443 2001:db8::1 - - [10/Oct/2026:20:55:36 +0000] "GET /caf\xc3\xa9 HTTP/1.1" 304 - "-" "Browser \"X\"")";
  ASSERT_EQ(outcome_of(line, event), "event");
  EXPECT_EQ(event.host, "shop.example");
  EXPECT_EQ(event.pathname, "/café");
  EXPECT_EQ(event.uuid.to_string(), "fbe5d657-ac2c-3530-c6a1-28f75cb6a2b2");
  EXPECT_EQ(event.person_id.to_string(), "ed1972c1-a679-0db8-d934-e707cd2a7c2b");
  EXPECT_EQ(event.browser, "Other");
}

TEST(AccessLog, ReplacesInvalidUtf8AlsoInTheIdentity) {
  Event event;
  ASSERT_EQ(outcome_of("1.2.3.4 - - [10/Oct/2026:20:55:36 +0000] \"GET /\xff\xe2\x82 HTTP/1.1\" 200 5\r\r", event),
            "event");
  EXPECT_EQ(event.pathname, "/\uFFFD\uFFFD");
  EXPECT_EQ(event.uuid.to_string(), "5fadeb9f-bc48-17c3-8ada-f3a7a6e7d1ff");
}

struct PathCase {
  const char* target;
  const char* pathname;
};

TEST(AccessLog, CutsThePathOutOfTheTarget) {
  for (const PathCase& sample :
       {PathCase{"/a/b?x=1#y", "/a/b"}, PathCase{"/a#x?y", "/a"}, PathCase{"/", "/"}, PathCase{"", "/"},
        PathCase{"?x", "/"}, PathCase{"*", "*"}, PathCase{"//a//b", "//a//b"},
        PathCase{"http://h.example/a/b?x", "/a/b"}, PathCase{"HTTP://h.example", "/"},
        PathCase{"http://h.example?x", "/"}, PathCase{"h+t.p-1://u@h:1/a", "/a"}, PathCase{"1ttp://h/a", "1ttp://h/a"},
        PathCase{"://h/a", "://h/a"}, PathCase{"mailto:/x", "mailto:/x"}, PathCase{"/%41%20+", "/%41%20+"},
        PathCase{R"(/\"\\\x01)", "/\"\\\x01"}}) {
    Event event;
    ASSERT_EQ(outcome_of(line_for(fmt::format("GET {} HTTP/1.1", sample.target)), event), "event") << sample.target;
    EXPECT_EQ(event.pathname, sample.pathname) << sample.target;
  }
}

struct OutcomeCase {
  const char* name;
  std::string line;
  const char* outcome;
};
class Outcome : public testing::TestWithParam<OutcomeCase> {};

TEST_P(Outcome, FollowsTheFirstRuleThatApplies) {
  EXPECT_THAT(outcome_of(GetParam().line), HasSubstr(GetParam().outcome));
}

std::string line_at(std::string_view time, std::string_view method = "GET") {
  return fmt::format(R"(1.2.3.4 - - [{}] "{} / HTTP/1.1" 200 5)", time, method);
}

INSTANTIATE_TEST_SUITE_P(AccessLog, Outcome,
                         testing::ValuesIn<OutcomeCase>({
                             {"plain", line_for("GET / HTTP/1.1"), "event"},
                             {"without_protocol", line_for("GET /"), "event"},
                             {"empty_protocol", line_for("GET / "), "event"},
                             {"empty_target", line_for("GET "), "event"},
                             {"post", line_for("POST / HTTP/1.1", 404), "method"},
                             {"head", line_for("HEAD / HTTP/1.1"), "method"},
                             {"small_get", line_for("get / HTTP/1.1"), "method"},
                             {"empty_method", line_for(" / HTTP/1.1"), "method"},
                             {"escaped_method", line_for(R"(\x47ET / HTTP/1.1)"), "event"},
                             {"status_199", line_for("GET / HTTP/1.1", 199), "status"},
                             {"status_299", line_for("GET / HTTP/1.1", 299), "event"},
                             {"status_300", line_for("GET / HTTP/1.1", 300), "status"},
                             {"status_304", line_for("GET / HTTP/1.1", 304), "event"},
                             {"status_before_asset", line_for("GET /a.png HTTP/1.1", 404), "status"},
                             {"asset", line_for("GET /a.PNG?x=/ HTTP/1.1", 200, "Googlebot"), "asset"},
                             {"asset_in_query", line_for("GET /a?b.png HTTP/1.1"), "event"},
                             {"asset_of_an_absolute_target", line_for("GET http://h/a.css HTTP/1.1"), "asset"},
                             {"host_that_ends_like_an_asset", line_for("GET http://x.zip HTTP/1.1"), "event"},
                             {"bot", line_for("GET / HTTP/1.1", 200, "GoogleBot/2.1"), "bot"},
                             {"escaped_bot", line_for("GET / HTTP/1.1", 200, R"(\x62ot)"), "bot"},
                             {"bot_at_the_end_of_a_long_agent",
                              line_for("GET / HTTP/1.1", 200, std::string(5000, 'x') + "bot"), "bot"},
                             {"long_agent", line_for("GET / HTTP/1.1", 200, std::string(5000, 'x')), "event"},
                             {"no_agent", line_for("GET / HTTP/1.1", 200, "-"), "bot"},
                             {"empty_agent", line_for("GET / HTTP/1.1", 200, ""), "bot"},
                             {"format_without_agent", line_at("10/Oct/2026:20:55:36 +0000"), "event"},
                             {"first_moment", line_at("03/Jan/1970:00:00:00 +0000"), "event"},
                             {"too_early", line_at("02/Jan/1970:23:59:59 +0000"),
                              "rejected: the time '02/Jan/1970:23:59:59 +0000' is outside"},
                             {"last_moment", line_at("04/Feb/2106:23:59:59 +0000"), "event"},
                             {"too_late", line_at("05/Feb/2106:00:00:00 +0000"), "rejected: the time"},
                             {"too_early_for_a_skipped_line", line_at("02/Jan/1970:23:59:59 +0000", "POST"), "method"},
                             {"bad_time", line_at("31/Feb/2026:20:55:36 +0000"),
                              "rejected: the time '31/Feb/2026:20:55:36 +0000' is not like"},
                             {"one_word", line_for("GET"), "rejected: the request 'GET' is not two or three words"},
                             {"no_word", line_for(""), "rejected: the request '' is not two or three words"},
                             {"dash", line_for("-"), "rejected: the request '-'"},
                             {"four_words", line_for("GET /a b HTTP/1.1"), "rejected: the request 'GET /a b HTTP/1.1'"},
                             {"escaped_space", line_for(R"(GET /a\x20b HTTP/1.1)"), "rejected: the request"},
                             {"tls_hello", line_for(R"(\x16\x03\x01)"), "rejected: the request"},
                             {"empty_line", "", "rejected: not a line of an access log (the line is empty)"},
                             {"carriage_return", "\r", "rejected: not a line of an access log (the line is empty)"},
                             {"json", R"({"a": 1})", "rejected: not a line of an access log"},
                         }),
                         kCaseName);

TEST(AccessLog, IsRecognised) {
  EXPECT_TRUE(is_access_log_line(line_for("POST / HTTP/1.1", 500)));
  EXPECT_TRUE(is_access_log_line(line_at("10/Oct/2026:20:55:36 +0000") + "\r"));
  EXPECT_FALSE(is_access_log_line(line_for("-")));
  EXPECT_FALSE(is_access_log_line(line_at("today")));
  EXPECT_FALSE(is_access_log_line(""));
}

RC_GTEST_PROP(AccessLog, AnyBytesGiveAnOutcome, (const std::string& bytes)) {
  static auto parser = make_parser();
  Event event;
  RC_ASSERT(!std::holds_alternative<Accepted>(parser.parse(bytes, event)));
  parser.parse(R"(1.2.3.4 - - [10/Oct/2026:20:55:36 +0000] "GET /?utm_source=)" + bytes +
                   R"( HTTP/1.1" 200 5 "http://)" + bytes + R"(/" ")" + bytes + "\"",
               event);
}

}  // namespace
}  // namespace gapless
