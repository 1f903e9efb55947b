// What every StateStore promises of the things that it keeps to spare others a look at the data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/store_fixture.h"
#include "contract/store_values.h"

namespace gapless::contract {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class CacheContract : public StoreTest {
 protected:
  std::vector<CachedPartition> cached(std::string_view table = "events") {
    return store().cached_partitions(table).value();
  }
};

const CachedPartition kFirst{"202603", "v1 100", "any \0 bytes\xff, 'quotes'"s};
const CachedPartition kSecond{"202604", "v1 7", ""};

TEST_P(CacheContract, KeepsWhatWasReadOfEachTable) {
  EXPECT_THAT(cached(), IsEmpty());
  ASSERT_TRUE(store().cache_partitions("events", {kSecond, kFirst}, {}));
  ASSERT_TRUE(store().cache_partitions("other", {kSecond}, {}));
  EXPECT_THAT(cached(), ElementsAre(kFirst, kSecond));
  EXPECT_THAT(cached("other"), ElementsAre(kSecond));
  EXPECT_THAT(cached("event"), IsEmpty());
  EXPECT_EQ(store().cached_partition("events", kFirst.partition).value(), kFirst);
  EXPECT_EQ(store().cached_partition("other", kFirst.partition).value(), std::nullopt);
  EXPECT_EQ(store().cached_partition("event", kFirst.partition).value(), std::nullopt);
}

TEST_P(CacheContract, ReplacesWhatWasReadAgainAndForgetsWhatIsGone) {
  ASSERT_TRUE(store().cache_partitions("events", {kFirst, kSecond}, {}));
  const CachedPartition again{"202603", "v2 101", "new"};
  ASSERT_TRUE(store().cache_partitions("events", {again}, {"202604", "never there"}));
  EXPECT_THAT(cached(), ElementsAre(again));
}

TEST_P(CacheContract, KeepsAPartitionThatIsGoneAndThereAgain) {
  ASSERT_TRUE(store().cache_partitions("events", {kFirst}, {kFirst.partition}));
  EXPECT_THAT(cached(), ElementsAre(kFirst));
}

class ConfirmationContract : public StoreTest {};

TEST_P(ConfirmationContract, IsOfACellOfARollupAndTheLastOneCounts) {
  const TeamId big = TeamId::from((std::uint64_t{1} << 63) - 1, "test").value();
  const TeamId small = TeamId::from(2, "test").value();
  const Confirmation first{{small, day("2026-03-01")}, 1, 2, {3, UINT64_MAX}};
  const Confirmation other_team{{big, day("2026-03-01")}, UINT64_MAX, 5, {0, 0}};
  const Confirmation other_day{{small, day("2026-02-28")}, 1, 1, {4, 4}};
  EXPECT_THAT(store().confirmations("web").value(), IsEmpty());
  ASSERT_TRUE(store().confirm("web", {first, other_team, other_day}));
  ASSERT_TRUE(store().confirm("other", {first}));
  EXPECT_THAT(store().confirmations("web").value(), ElementsAre(other_day, first, other_team));
  Confirmation again = first;
  again.fence = 9;
  ASSERT_TRUE(store().confirm("web", {again}));
  EXPECT_THAT(store().confirmations("web").value(), ElementsAre(other_day, again, other_team));
  EXPECT_THAT(store().confirmations("other").value(), ElementsAre(first));
}

INSTANTIATE_TEST_SUITE_P(Store, CacheContract, testing::ValuesIn(every_store()), kCaseName);
INSTANTIATE_TEST_SUITE_P(Store, ConfirmationContract, testing::ValuesIn(every_store()), kCaseName);

}  // namespace
}  // namespace gapless::contract
