#include "core/team_buckets.h"

#include <gtest/gtest.h>

#include <set>

namespace gapless {
namespace {

const Day kMarch = Day::parse("2026-03-01", "test").value();

TeamId team_of(std::uint64_t id) { return TeamId::from(id, "test").value(); }
TeamBuckets buckets(std::uint64_t count) { return TeamBuckets::of(count, "test").value(); }

TEST(TeamBuckets, DealsTeamsByTheRemainder) {
  EXPECT_EQ(TeamBuckets().bucket_of(team_of(7)), 0U);
  EXPECT_EQ(buckets(8).bucket_of(team_of(7)), 7U);
  EXPECT_EQ(buckets(8).bucket_of(team_of(8)), 0U);
  EXPECT_EQ(buckets(3).bucket_of(team_of(9'223'372'036'854'775'807)), 9'223'372'036'854'775'807U % 3);
  EXPECT_EQ(buckets(8).partition_of({team_of(42), kMarch}), (Partition{0, kMarch, 2}));
  EXPECT_TRUE(buckets(8).contains({0, kMarch, 2}, {team_of(42), kMarch}));
  EXPECT_FALSE(buckets(8).contains({0, kMarch, 3}, {team_of(42), kMarch}));
  EXPECT_FALSE(buckets(8).contains({0, kMarch + 1, 2}, {team_of(42), kMarch}));
}

TEST(TeamBuckets, AreFromOneToAsManyAsADayMayHave) {
  EXPECT_EQ(buckets(1), TeamBuckets());
  EXPECT_EQ(buckets(256).count(), 256U);
  for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{257}, std::uint64_t{1} << 32U}) {
    const auto refused = TeamBuckets::of(count, "--team-buckets");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::kInvalidInput);
    EXPECT_NE(refused.error().message.find("--team-buckets"), std::string::npos) << refused.error().message;
  }
}

TEST(TeamBuckets, ReadIdsAsTheyWriteThem) {
  EXPECT_EQ(TeamBuckets().partition_id({0, kMarch, 0}), "20260301");
  EXPECT_EQ(buckets(8).partition_id({0, kMarch, 0}), "20260301-0");
  for (const std::uint64_t count : {1, 2, 8, 256}) {
    std::set<std::string> ids;
    for (const Partition& partition : buckets(count).partitions_of(kMarch)) {
      const std::string id = buckets(count).partition_id(partition);
      EXPECT_EQ(buckets(count).of_partition_id(id), partition) << id;
      ids.insert(id);
    }
    EXPECT_EQ(ids.size(), count);
  }
}

TEST(TeamBuckets, ReadNoOtherIds) {
  for (const char* id : {"", "20260301-0", "202603", "all", "20261301", "20260301-"})
    EXPECT_FALSE(TeamBuckets().of_partition_id(id)) << id;
  for (const char* id : {"", "20260301", "20260301-", "20260301-8", "20260301-03", "20260301--1", "20260301-3-1", "-3",
                         "20260301-4294967296", "20260301-3 "})
    EXPECT_FALSE(buckets(8).of_partition_id(id)) << id;
}

}  // namespace
}  // namespace gapless
