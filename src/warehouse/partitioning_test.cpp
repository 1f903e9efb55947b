#include "warehouse/partitioning.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

TeamBuckets some_buckets(std::uint64_t count) { return TeamBuckets::of(count, "test").value(); }

TEST(PartitionKey, IsReadAsTheEngineWritesIt) {
  EXPECT_EQ(parse_partition_key("toYYYYMMDD(period_bucket)"), TeamBuckets());
  EXPECT_EQ(parse_partition_key("toYYYYMMDD(`period_bucket`)"), TeamBuckets());
  EXPECT_EQ(parse_partition_key("(toYYYYMMDD(period_bucket), team_id % 8)"), some_buckets(8));
  EXPECT_EQ(parse_partition_key("(toYYYYMMDD(period_bucket), team_id % 256)"), some_buckets(256));
}

TEST(PartitionKey, OfAnotherKindIsNone) {
  for (const char* key :
       {"", ")", "8", "8)", "toYYYYMM(period_bucket)", "toYYYYMMDD(period_bucket), team_id % 8",
        "(toYYYYMMDD(period_bucket), team_id % 1)", "(toYYYYMMDD(period_bucket), team_id % 0)",
        "(toYYYYMMDD(period_bucket), team_id % 257)", "(toYYYYMMDD(period_bucket), team_id % 08)",
        "(toYYYYMMDD(period_bucket), team_id % 99999999999999999999)",
        "(toYYYYMMDD(period_bucket), intHash32(team_id) % 8)", "(team_id % 8, toYYYYMMDD(period_bucket))"})
    EXPECT_FALSE(parse_partition_key(key)) << key;
}

TEST(AgreedBuckets, AreTheTablesOwn) {
  const Partitioning three = {
      {Target::kStats, some_buckets(8)}, {Target::kBounces, some_buckets(8)}, {Target::kBreakdowns, std::nullopt}};
  EXPECT_EQ(agreed_buckets(three, std::nullopt), some_buckets(8));
  EXPECT_EQ(agreed_buckets(three, some_buckets(8)), some_buckets(8));
  EXPECT_EQ(agreed_buckets({}, some_buckets(3)), some_buckets(3)) << "of tables that are to be made";
  EXPECT_EQ(agreed_buckets({}, std::nullopt), TeamBuckets());
  EXPECT_EQ(agreed_buckets({{Target::kStats, std::nullopt}}, std::nullopt), TeamBuckets());
}

TEST(AgreedBuckets, AreRefusedWhereTheyDifferAndSaidHowToMend) {
  const auto differs = agreed_buckets({{Target::kStats, some_buckets(8)}}, some_buckets(4));
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().fault, Fault::kInvalidInput);
  for (const char* word : {"is 4", "8 team buckets", "gapless targets rebuild"})
    EXPECT_NE(differs.error().message.find(word), std::string::npos) << differs.error().message;
  const auto mixed =
      agreed_buckets({{Target::kStats, some_buckets(8)}, {Target::kBounces, TeamBuckets()}}, std::nullopt);
  ASSERT_FALSE(mixed);
  for (const char* word : {"stats has 8 team buckets", "bounces has 1 team bucket", "gapless targets rebuild"})
    EXPECT_NE(mixed.error().message.find(word), std::string::npos) << mixed.error().message;
}

}  // namespace
}  // namespace gapless
