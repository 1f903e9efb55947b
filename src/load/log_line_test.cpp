#include "load/log_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "load/load_test_support.h"

namespace gapless {
namespace {

using testing::HasSubstr;

struct GoodCase {
  const char* name;
  const char* line;
  LogLine parts;
};
class GoodLogLine : public testing::TestWithParam<GoodCase> {};

TEST_P(GoodLogLine, IsSplit) {
  LogLine parts;
  const char* problem = split_log_line(GetParam().line, parts);
  ASSERT_EQ(problem, nullptr) << problem;
  const LogLine& expected = GetParam().parts;
  EXPECT_EQ(parts.vhost, expected.vhost);
  EXPECT_EQ(parts.host, expected.host);
  EXPECT_EQ(parts.time, expected.time);
  EXPECT_EQ(parts.request, expected.request);
  EXPECT_EQ(parts.status, expected.status);
  EXPECT_EQ(parts.has_agent, expected.has_agent);
  EXPECT_EQ(parts.referer, expected.referer);
  EXPECT_EQ(parts.agent, expected.agent);
}

INSTANTIATE_TEST_SUITE_P(
    LogLine, GoodLogLine,
    testing::ValuesIn<GoodCase>({
        {"common", R"(1.2.3.4 - frank [T] "GET / HTTP/1.1" 200 12)", {"", "1.2.3.4", "T", "GET / HTTP/1.1", 200}},
        {"no_bytes", R"(h - - [T] "R" 304 -)", {"", "h", "T", "R", 304}},
        {"combined", R"(h - - [T] "R" 200 1 "ref" "agent x")", {"", "h", "T", "R", 200, true, "ref", "agent x"}},
        {"empty_quotes", R"(h - - [T] "" 200 1 "" "")", {"", "h", "T", "", 200, true, "", ""}},
        {"vhost_combined",
         R"(www.a.b:443 h - - [T] "R" 200 1 "r" "a")",
         {"www.a.b", "h", "T", "R", 200, true, "r", "a"}},
        {"vhost_common", R"(www.a.b:80 h - - [T] "R" 200 1)", {"www.a.b", "h", "T", "R", 200}},
        {"ipv6_host", R"(::1 - - [T] "R" 200 1)", {"", "::1", "T", "R", 200}},
        {"host_that_looks_like_a_vhost", R"(a:80 - - [T] "R" 200 1)", {"", "a:80", "T", "R", 200}},
        {"vhost_before_ipv6", R"(a:80 ::1 - - [T] "R" 200 1)", {"a", "::1", "T", "R", 200}},
        {"user_in_brackets", R"(h - [x] [T] "R" 200 1)", {"", "h", "T", "R", 200}},
        {"escaped_quotes",
         R"(h - - [T] "a\"b\\" 200 1 "\\\"" "x\\\\")",
         {"", "h", "T", R"(a\"b\\)", 200, true, R"(\\\")", R"(x\\\\)"}},
        {"space_at_the_end", "h - - [T] \"R\" 200 1 \t\u00A0", {"", "h", "T", "R", 200}},
        {"not_ascii", R"(hé - ü [T] "GET /日" 200 1)", {"", "hé", "T", "GET /日", 200}},
        {"time_is_not_looked_at", R"(h - - [a "b" c] "R" 200 1)", {"", "h", "a \"b\" c", "R", 200}},
    }),
    kCaseName);

struct BadCase {
  const char* name;
  const char* line;
  const char* problem;
};
class BadLogLine : public testing::TestWithParam<BadCase> {};

TEST_P(BadLogLine, IsRefusedForThePartThatIsWrong) {
  LogLine parts;
  const char* problem = split_log_line(GetParam().line, parts);
  ASSERT_NE(problem, nullptr);
  EXPECT_THAT(problem, HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(LogLine, BadLogLine,
                         testing::ValuesIn<BadCase>({
                             {"empty", "", "empty"},
                             {"word", "word", "HOST IDENT USER"},
                             {"two_words", "h -", "HOST IDENT USER"},
                             {"two_spaces", R"(h  - - [T] "R" 200 1)", "HOST IDENT USER"},
                             {"tab", "h\t- - [T] \"R\" 200 1", "HOST IDENT USER"},
                             {"space_before", R"( h - - [T] "R" 200 1)", "HOST IDENT USER"},
                             {"unicode_space_in_user", "h - a\u00A0b [T] \"R\" 200 1", "HOST IDENT USER"},
                             {"user_with_space", R"(h - a b [T] "R" 200 1)", "[time]"},
                             {"no_time", R"(h - - "R" 200 1)", "[time]"},
                             {"empty_time", R"(h - - [] "R" 200 1)", "[time]"},
                             {"open_time", R"(h - - [T "R" 200 1)", "[time]"},
                             {"no_request", "h - - [T] 200 1", "quoted request"},
                             {"open_request", R"(h - - [T] "R 200 1)", "quoted request"},
                             {"escaped_end", R"(h - - [T] "R\" 200 1)", "quoted request"},
                             {"bare_quote_inside", R"(h - - [T] "a"b" 200 1)", "status"},
                             {"short_status", R"(h - - [T] "R" 20 1)", "status"},
                             {"long_status", R"(h - - [T] "R" 2000 1)", "status"},
                             {"no_status", R"(h - - [T] "R" - 1)", "status"},
                             {"no_byte_count", R"(h - - [T] "R" 200 )", "byte count"},
                             {"odd_byte_count", R"(h - - [T] "R" 200 x)", "byte count"},
                             {"only_a_referer", R"(h - - [T] "R" 200 1 "r")", "referer and user agent"},
                             {"open_agent", R"(h - - [T] "R" 200 1 "r" "a)", "referer and user agent"},
                             {"a_field_more", R"(h - - [T] "R" 200 1 "r" "a" "f")", "more after its last field"},
                             {"bytes_with_a_letter", R"(h - - [T] "R" 200 1x)", "more after its last field"},
                             {"vhost_line_broken_late", R"(a:80 h - - [T] "R" 20 1)", "status"},
                             {"vhost_without_a_name", R"(:80 h - - [T] "R" 200 1)", "[time]"},
                             {"vhost_without_a_port", R"(a: h - - [T] "R" 200 1)", "[time]"},
                         }),
                         kCaseName);

struct EscapeCase {
  const char* quoted;
  std::string_view value;
};

TEST(LogLine, Unescapes) {
  using namespace std::string_view_literals;
  for (const EscapeCase& sample :
       {EscapeCase{"", ""}, EscapeCase{"plain", "plain"}, EscapeCase{R"(\"\\)", "\"\\"},
        EscapeCase{R"(\x41\x4a\x4A)", "AJJ"}, EscapeCase{R"(\x00)", "\0"sv}, EscapeCase{R"(\xc3\xa9)", "é"},
        EscapeCase{R"(\xc3)", "\uFFFD"}, EscapeCase{R"(\xe2\x82x)", "\uFFFDx"}, EscapeCase{R"(\n\t)", "nt"},
        EscapeCase{R"(\x4)", "x4"}, EscapeCase{R"(\x4g)", "x4g"}, EscapeCase{R"(\\x41)", "\\x41"},
        EscapeCase{R"(\é)", "é"}, EscapeCase{R"(\X41)", "X41"}, EscapeCase{"\\", "\\"}}) {
    std::string scratch;
    EXPECT_EQ(unescape(sample.quoted, scratch), sample.value) << sample.quoted;
  }
}

RC_GTEST_PROP(LogLine, AnyBytesAreSplitOrRefused, (const std::string& bytes)) {
  std::string scratch;
  RC_ASSERT(unescape(bytes, scratch).size() <= 3 * bytes.size());
  LogLine parts;
  RC_ASSERT(split_log_line(bytes, parts) != nullptr);
  const std::string line = "h - - [T] \"" + bytes + "\" 200 1";
  const bool plain = bytes.find_first_of("\"\\") == std::string::npos;
  if (split_log_line(line, parts) == nullptr) {
    RC_ASSERT(parts.host == "h" && parts.status == 200);
  } else {
    RC_ASSERT(!plain);
  }
  RC_ASSERT(!plain || parts.request == bytes);
}

}  // namespace
}  // namespace gapless
