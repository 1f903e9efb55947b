#include "load/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "load/load_test_support.h"

namespace gapless {
namespace {

using namespace std::string_view_literals;

struct RepairCase {
  const char* name;
  std::string_view bytes;
  std::string_view repaired;
};
class Repair : public testing::TestWithParam<RepairCase> {};

TEST_P(Repair, ReplacesEachMaximalInvalidPart) {
  std::string scratch;
  EXPECT_EQ(as_utf8(GetParam().bytes, scratch), GetParam().repaired);
  EXPECT_EQ(is_utf8(GetParam().bytes), GetParam().bytes == GetParam().repaired);
}

INSTANTIATE_TEST_SUITE_P(Utf8, Repair,
                         testing::ValuesIn<RepairCase>({
                             {"empty", "", ""},
                             {"ascii", "abc", "abc"},
                             {"zero_byte", "a\0b"sv, "a\0b"sv},
                             {"two_three_and_four_bytes", "é日🙂", "é日🙂"},
                             {"replacement_character_itself", "\uFFFD", "\uFFFD"},
                             {"byte_that_begins_nothing", "a\xFFz", "a\uFFFDz"},
                             {"stray_continuation", "\x80\x80", "\uFFFD\uFFFD"},
                             {"overlong_lead", "\xC0\xAF", "\uFFFD\uFFFD"},
                             {"breaks_off_after_two_of_three", "\xE2\x82", "\uFFFD"},
                             {"breaks_off_after_three_of_four", "\xF0\x9F\x98z", "\uFFFDz"},
                             {"breaks_off_at_the_next_character", "\xE2\x82\xC3\xA9", "\uFFFDé"},
                             {"overlong_three_bytes", "\xE0\x80\x80", "\uFFFD\uFFFD\uFFFD"},
                             {"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
                             {"beyond_unicode", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
                             {"five_bytes", "\xF8\x88\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
                         }),
                         kCaseName);

RC_GTEST_PROP(Utf8, RepairedBytesAreUtf8AndUtf8IsLeftAlone, (const std::string& bytes)) {
  std::string repaired;
  append_as_utf8(bytes, repaired);
  RC_ASSERT(is_utf8(repaired));
  RC_ASSERT(is_utf8(bytes) == (repaired == bytes));
}

TEST(Utf8, KnowsUnicodeWhiteSpace) {
  for (const std::string_view space : {" ", "\t", "\n", "\v", "\f", "\r", "\x1C", "\x1F", "\u0085", "\u00A0", "\u1680",
                                       "\u2000", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"}) {
    EXPECT_EQ(space_length(std::string(space) + "x"), space.size()) << shown(space);
  }
  for (const std::string_view other : {"", "x", "\x1B", "é", "\u200B", "\u180E", "\u2027", "日", "\xC2", "\xE2\x80"}) {
    EXPECT_EQ(space_length(other), 0u) << shown(other);
  }
}

TEST(Utf8, ShowsAnyTextOnOneLineOfATerminal) {
  EXPECT_EQ(shown("plain é"), "'plain é'");
  EXPECT_EQ(shown(""), "''");
  EXPECT_EQ(shown("a\tb\x1B[31m\x7F\u009B\xFF"), "'a\\x09b\\x1b[31m\\x7f\\xc2\\x9b\\xff'");
  EXPECT_EQ(shown("éééé", 5), "'ééé…'");
  EXPECT_EQ(shown("exact", 5), "'exact'");
}

}  // namespace
}  // namespace gapless
