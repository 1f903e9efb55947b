#include "load/bounded_cache.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

class CountingCache {
 public:
  int find(const std::string& text) {
    return cache_.find(text, [&](std::string_view) { return ++made_; });
  }
  int made() const { return made_; }
  std::size_t size() const { return cache_.size(); }

 private:
  BoundedCache<int> cache_{3};
  int made_ = 0;
};

TEST(BoundedCache, MakesAValueOnce) {
  CountingCache cache;
  EXPECT_EQ(cache.find("a"), 1);
  EXPECT_EQ(cache.find("b"), 2);
  EXPECT_EQ(cache.find("a"), 1);
  EXPECT_EQ(cache.find(""), 3);
  EXPECT_EQ(cache.find(""), 3);
  EXPECT_EQ(cache.made(), 3);
}

TEST(BoundedCache, KeepsWhatIsAskedForAndStaysSmall) {
  CountingCache cache;
  const int kept = cache.find("asked for all the time");
  for (int i = 0; i < 100; ++i) {
    cache.find(std::to_string(i));
    EXPECT_EQ(cache.find("asked for all the time"), kept);
    EXPECT_LE(cache.size(), 6u);
  }
  const int before = cache.made();
  cache.find("0");
  EXPECT_EQ(cache.made(), before + 1) << "the oldest text was not forgotten";
}

}  // namespace
}  // namespace gapless
