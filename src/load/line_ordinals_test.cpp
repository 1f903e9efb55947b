#include "load/line_ordinals.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace gapless {
namespace {

TEST(LineOrdinals, CountsEachDigestOnItsOwn) {
  LineOrdinals ordinals;
  const Uuid a(1, 2);
  const Uuid differs_in_the_middle(1, 2 | std::uint64_t{1} << 31);
  EXPECT_EQ(ordinals.next(a), 0u);
  EXPECT_EQ(ordinals.next(a), 1u);
  EXPECT_EQ(ordinals.next(differs_in_the_middle), 0u);
  EXPECT_EQ(ordinals.next(Uuid()), 0u);
  EXPECT_EQ(ordinals.next(Uuid()), 1u);
  EXPECT_EQ(ordinals.next(a), 2u);
  EXPECT_EQ(ordinals.distinct(), 3u);
}

TEST(LineOrdinals, AgreesWithAMapWhileItGrows) {
  std::mt19937_64 random(1);
  std::vector<Uuid> digests(20'000);
  for (Uuid& digest : digests) digest = Uuid(random(), random());
  LineOrdinals ordinals;
  std::map<Uuid, std::uint32_t> expected;
  for (int i = 0; i < 60'000; ++i) {
    const Uuid& digest = digests[random() % digests.size()];
    ordinals.prepare(digest);
    ASSERT_EQ(ordinals.next(digest), expected[digest]++);
  }
  EXPECT_EQ(ordinals.distinct(), expected.size());
}

}  // namespace
}  // namespace gapless
