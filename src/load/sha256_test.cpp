#include "load/sha256.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

TEST(Sha256, GivesTheFirstHalfOfTheDigest) {
  auto sha = Sha256::create();
  ASSERT_TRUE(sha) << sha.error().message;
  // FIPS 180-2's examples, and a repetition: the context starts afresh each time.
  EXPECT_EQ(sha->first_half("abc").to_string(), "ba7816bf-8f01-cfea-4141-40de5dae2223");
  EXPECT_EQ(sha->first_half("").to_string(), "e3b0c442-98fc-1c14-9afb-f4c8996fb924");
  EXPECT_EQ(sha->first_half("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").to_string(),
            "248d6a61-d206-38b8-e5c0-26930c3e6039");
  EXPECT_EQ(sha->first_half("abc").to_string(), "ba7816bf-8f01-cfea-4141-40de5dae2223");
}

}  // namespace
}  // namespace gapless
