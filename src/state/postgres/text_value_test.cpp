#include "state/postgres/text_value.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gapless {
namespace {

using namespace std::string_literals;

TEST(TextValue, IsReadableWhereItCanBe) {
  EXPECT_EQ(storable("2026-03-01: 'quotes', umläute, 日本 🙂\n"), "2026-03-01: 'quotes', umläute, 日本 🙂\n");
  EXPECT_EQ(storable("a\0b\\c"s), "a\\x00b\\x5cc");
  EXPECT_EQ(storable("\xff"), "\\xff");
}

TEST(TextValue, IsOnlyTakenForUtf8WhereItIs) {
  for (const char* wrong :
       {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5", "\x80", "\xe2\x82"}) {
    const std::string text = storable(wrong);
    for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x80) << text;
    EXPECT_EQ(restored(text), wrong);
  }
}

RC_GTEST_PROP(TextValue, OfAnyBytesIsThemAgain, (const std::string& bytes)) {
  RC_ASSERT(restored(storable(bytes)) == bytes);
  RC_ASSERT(from_bytea(to_bytea(bytes)) == bytes);
  RC_ASSERT(storable(bytes).find('\0') == std::string::npos);
}

}  // namespace
}  // namespace gapless
