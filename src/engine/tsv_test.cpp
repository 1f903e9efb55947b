#include "engine/tsv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "support/case_name.h"

namespace gapless {
namespace {

using namespace std::string_literals;

struct Escape {
  const char* name;
  std::string text;
  std::string escaped;
  std::string literal;
};
class Escaping : public testing::TestWithParam<Escape> {};

TEST_P(Escaping, WritesWhatClickHouseReads) {
  EXPECT_EQ(tsv_escape(GetParam().text), GetParam().escaped);
  EXPECT_EQ(text_literal(GetParam().text), GetParam().literal);
  EXPECT_EQ(tsv_unescape(GetParam().escaped), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Tsv, Escaping,
                         testing::ValuesIn<Escape>({
                             {"empty", "", "", "''"},
                             {"plain", "abc", "abc", "'abc'"},
                             {"quote", "it's", "it's", R"('it\'s')"},
                             {"backslash", R"(a\b)", R"(a\\b)", R"('a\\b')"},
                             {"null_marker", R"(\N)", R"(\\N)", R"('\\N')"},
                             {"tab", "a\tb", R"(a\tb)", R"('a\tb')"},
                             {"line_feed", "a\nb", R"(a\nb)", R"('a\nb')"},
                             {"return", "a\rb", R"(a\rb)", R"('a\rb')"},
                             {"backspace_form_feed", "\b\f", R"(\b\f)", R"('\b\f')"},
                             {"nul", "a\0b"s, R"(a\0b)", R"('a\0b')"},
                             {"invalid_utf8", "\xff\xfe", "\xff\xfe", "'\xff\xfe'"},
                             {"placeholder", "{a:String}; --", "{a:String}; --", "'{a:String}; --'"},
                         }),
                         kCaseName);

TEST(Tsv, UnescapesAQuoteAsClickHouseWritesIt) { EXPECT_EQ(tsv_unescape(R"(it\'s)"), "it's"); }

TEST(Tsv, RefusesEscapesThatClickHouseDoesNotWrite) {
  EXPECT_EQ(tsv_unescape("a\\"), std::nullopt);
  EXPECT_EQ(tsv_unescape("\\q"), std::nullopt);
  EXPECT_EQ(tsv_unescape("a\\N"), std::nullopt);  // NULL is a whole field, never a part of one
}

RC_GTEST_PROP(Tsv, UnescapesWhatItEscapes, (const std::string& text)) {
  const std::string escaped = tsv_escape(text);
  RC_ASSERT(escaped.find_first_of("\t\n\r") == std::string::npos);
  RC_ASSERT(escaped.find('\0') == std::string::npos);
  RC_ASSERT(tsv_unescape(escaped) == text);
}

}  // namespace
}  // namespace gapless
