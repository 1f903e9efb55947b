#include "core/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>

#include "support/case_name.h"

namespace gapless {
namespace {

using testing::HasSubstr;

TEST(Uuid, ParsesEitherCaseAndPrintsLowerCase) {
  const auto lower = Uuid::parse("0123abcd-ef45-6789-abcd-ef0123456789", "test");
  const auto upper = Uuid::parse("0123ABCD-EF45-6789-ABCD-EF0123456789", "test");
  ASSERT_TRUE(lower) << lower.error().message;
  ASSERT_TRUE(upper) << upper.error().message;
  EXPECT_EQ(*lower, *upper);
  EXPECT_EQ(upper->to_string(), "0123abcd-ef45-6789-abcd-ef0123456789");
  EXPECT_EQ(upper->high(), 0x0123abcdef456789u);
  EXPECT_EQ(upper->low(), 0xabcdef0123456789u);
}

TEST(Uuid, DefaultIsNil) {
  EXPECT_TRUE(Uuid().is_nil());
  EXPECT_FALSE(Uuid(0, 1).is_nil());
  EXPECT_FALSE(Uuid(1, 0).is_nil());
  EXPECT_EQ(Uuid().to_string(), "00000000-0000-0000-0000-000000000000");
}

TEST(Uuid, KeepsBytesInTheOrderOfTheText) {
  const std::array<std::uint8_t, 16> bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255};
  EXPECT_EQ(Uuid::from_bytes(bytes).to_string(), "00010203-0405-0607-0809-0a0b0c0d0eff");
}

struct BadUuid {
  const char* name;
  const char* text;
};
class RejectedUuid : public testing::TestWithParam<BadUuid> {};

TEST_P(RejectedUuid, IsAnErrorThatNamesTheTextAndItsOrigin) {
  const auto parsed = Uuid::parse(GetParam().text, "uuid");
  ASSERT_FALSE(parsed) << "accepted as " << parsed->to_string();
  EXPECT_EQ(parsed.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(parsed.error().message, HasSubstr("'" + std::string(GetParam().text) + "'"));
  EXPECT_THAT(parsed.error().message, HasSubstr("(from uuid)"));
}

INSTANTIATE_TEST_SUITE_P(Uuid, RejectedUuid,
                         testing::ValuesIn<BadUuid>({
                             {"empty", ""},
                             {"no_dashes", "0123abcdef456789abcdef0123456789"},
                             {"short", "0123abcd-ef45-6789-abcd-ef012345678"},
                             {"long", "0123abcd-ef45-6789-abcd-ef01234567890"},
                             {"braces", "{0123abcd-ef45-6789-abcd-ef01234567}"},
                             {"not_hexadecimal", "0123abcd-ef45-6789-abcd-ef012345678g"},
                             {"dash_moved", "0123abc-def45-6789-abcd-ef0123456789"},
                             {"digit_for_dash", "0123abcd0ef45-6789-abcd-ef0123456789"},
                         }),
                         kCaseName);

RC_GTEST_PROP(Uuid, TextRoundTripsAndOrdersAsTheUuid, (std::uint64_t a, std::uint64_t b, std::uint64_t c)) {
  const Uuid first(a, b);
  const Uuid second(*rc::gen::element(a, c), c);
  RC_ASSERT(Uuid::parse(first.to_string(), "test").value() == first);
  RC_ASSERT((first < second) == (first.to_string() < second.to_string()));
}

}  // namespace
}  // namespace gapless
