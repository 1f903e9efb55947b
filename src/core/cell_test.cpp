#include "core/cell.h"

#include <gtest/gtest.h>

#include <set>

namespace gapless {
namespace {

const Day kDay = Day::parse("2026-03-01", "test").value();

TEST(Partition, IsNamedByItsDayAndByShardAndBucketWhereThereAreMore) {
  EXPECT_EQ((Partition{0, kDay, 0}).to_string(), "2026-03-01");
  EXPECT_EQ((Partition{2, kDay, 0}).to_string(), "2026-03-01/2/0");
  EXPECT_EQ((Partition{0, kDay, 7}).to_string(), "2026-03-01/0/7");
  EXPECT_EQ((Partition{2, kDay, 7}).to_string(), "2026-03-01/2/7");
  EXPECT_EQ(Partition::all().to_string(), "all days");
  EXPECT_FALSE((Partition{0, Partition::all().day, 0}).is_all());
}

TEST(Partition, HasANameOfItsOwn) {
  std::set<std::string> names;
  std::set<Partition> partitions;
  for (std::uint32_t shard : {0, 1, 11}) {
    for (std::uint32_t bucket : {0, 1, 11}) {
      for (int day : {0, 1, 31}) {
        const Partition partition{shard, kDay + day, bucket};
        names.insert(partition.to_string());
        partitions.insert(partition);
      }
    }
  }
  EXPECT_EQ(names.size(), 27U);
  EXPECT_EQ(partitions.size(), 27U);
}

TEST(Fingerprint, AddsUpInAnyOrderAndWrapsAround) {
  const Fingerprint one{3, 0xFFFF'FFFF'FFFF'FFFF};
  const Fingerprint other{4, 2};
  Fingerprint sum;
  sum += one;
  sum += other;
  EXPECT_EQ(sum, (Fingerprint{7, 1}));
  Fingerprint reversed;
  reversed += other;
  reversed += one;
  EXPECT_EQ(reversed, sum);
}

}  // namespace
}  // namespace gapless
