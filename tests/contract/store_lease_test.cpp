// What every StateStore promises about leases, one thread at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/store_fixture.h"
#include "contract/store_values.h"

namespace gapless::contract {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class LeaseContract : public StoreTest {
 protected:
  Lease take(std::string_view resource, std::string_view holder, std::chrono::milliseconds ttl = 1h) {
    const auto taken = store().take_lease(resource, holder, ttl).value();
    EXPECT_TRUE(std::holds_alternative<Lease>(taken)) << holder << " was refused " << resource;
    return std::get<Lease>(taken);
  }
  std::optional<LeaseHeld> refused(std::string_view resource, std::string_view holder) {
    const auto taken = store().take_lease(resource, holder, 1h).value();
    if (const auto* held = std::get_if<LeaseHeld>(&taken)) return *held;
    return std::nullopt;
  }
  std::vector<std::string> leased() {
    std::vector<std::string> result;
    const std::vector<Lease> live = store().leases().value();
    for (const Lease& lease : live) result.push_back(lease.resource + " " + lease.holder);
    return result;
  }
  /// Within a minute: the store's clock may run on during a test.
  void expect_expiry_in(std::chrono::minutes expected, Instant expires_at) {
    const auto left = expires_at - fixture().now();
    EXPECT_LE(left, expected);
    EXPECT_GT(left, expected - 1min);
  }
};

TEST_P(LeaseContract, IsTakenWhereFree) {
  EXPECT_THAT(store().leases().value(), IsEmpty());
  const Lease lease = take("web/2026-03-01", "r1");
  EXPECT_EQ(lease.resource, "web/2026-03-01");
  EXPECT_EQ(lease.holder, "r1");
  EXPECT_GT(lease.fence, 0U);
  expect_expiry_in(60min, lease.expires_at);
  EXPECT_THAT(store().leases().value(), ElementsAre(lease));
}

TEST_P(LeaseContract, IsRefusedToOthersWhileItLastsSayingWhoHoldsIt) {
  const Lease lease = take("web/2026-03-01", "r1");
  fixture().advance(59min);
  const auto held = refused("web/2026-03-01", "r2");
  ASSERT_TRUE(held);
  EXPECT_EQ(held->holder, "r1");
  EXPECT_EQ(held->expires_at, lease.expires_at);
  EXPECT_THAT(store().leases().value(), ElementsAre(lease)) << "a refusal changes nothing";
}

TEST_P(LeaseContract, OfOneResourceSaysNothingOfAnother) {
  take("web/2026-03-01", "r1");
  take("web/2026-03-02", "r2");
  take("web/2026-03-01/1/0", "r3");
  EXPECT_THAT(leased(), ElementsAre("web/2026-03-01 r1", "web/2026-03-01/1/0 r3", "web/2026-03-02 r2"));
}

TEST_P(LeaseContract, IsFreeAtItsEnd) {
  const Lease old = take("web/2026-03-01", "r1");
  fixture().advance(60min);
  EXPECT_THAT(leased(), IsEmpty());
  const Lease lease = take("web/2026-03-01", "r2");
  EXPECT_GT(lease.fence, old.fence);
  EXPECT_THAT(leased(), ElementsAre("web/2026-03-01 r2"));
  EXPECT_TRUE(refused("web/2026-03-01", "r1"));
}

TEST_P(LeaseContract, TakenAgainByItsHolderHasANewFenceAndTheOldOneIsLost) {
  const Lease first = take("web/2026-03-01", "r1");
  const Lease second = take("web/2026-03-01", "r1", 2h);
  EXPECT_GT(second.fence, first.fence);
  expect_expiry_in(120min, second.expires_at);
  EXPECT_FALSE(store().renew_lease(first, 1h).value());
  ASSERT_TRUE(store().release_lease(first));
  EXPECT_THAT(store().leases().value(), ElementsAre(second));
  EXPECT_TRUE(store().renew_lease(second, 1h).value());
}

TEST_P(LeaseContract, IsRenewedFromNowOn) {
  const Lease lease = take("web/2026-03-01", "r1");
  for (int hour = 0; hour < 3; ++hour) {
    fixture().advance(50min);
    ASSERT_TRUE(store().renew_lease(lease, 1h).value());
  }
  const auto held = refused("web/2026-03-01", "r2");
  ASSERT_TRUE(held);
  expect_expiry_in(60min, held->expires_at);
}

TEST_P(LeaseContract, IsLostWhenItHasExpiredEvenIfNobodyTookIt) {
  const Lease lease = take("web/2026-03-01", "r1");
  fixture().advance(60min);
  EXPECT_FALSE(store().renew_lease(lease, 1h).value());
  EXPECT_THAT(leased(), IsEmpty());
}

TEST_P(LeaseContract, IsLostWhenAnotherHasIt) {
  const Lease lost = take("web/2026-03-01", "r1");
  fixture().advance(61min);
  const Lease lease = take("web/2026-03-01", "r2");
  EXPECT_FALSE(store().renew_lease(lost, 1h).value());
  EXPECT_THAT(store().leases().value(), ElementsAre(lease));
}

TEST_P(LeaseContract, WithAnotherNameOrFenceIsNotOurs) {
  const Lease lease = take("web/2026-03-01", "r1");
  Lease other_holder = lease;
  other_holder.holder = "r2";
  Lease other_fence = lease;
  other_fence.fence += 1;
  Lease other_resource = lease;
  other_resource.resource = "web/2026-03-02";
  for (const Lease& wrong : {other_holder, other_fence, other_resource}) {
    EXPECT_FALSE(store().renew_lease(wrong, 1h).value()) << wrong;
    ASSERT_TRUE(store().release_lease(wrong)) << wrong;
  }
  EXPECT_THAT(store().leases().value(), ElementsAre(lease));
}

TEST_P(LeaseContract, IsFreeOnceGivenBack) {
  const Lease lease = take("web/2026-03-01", "r1");
  ASSERT_TRUE(store().release_lease(lease));
  EXPECT_THAT(leased(), IsEmpty());
  EXPECT_FALSE(store().renew_lease(lease, 1h).value());
  take("web/2026-03-01", "r2");
}

TEST_P(LeaseContract, GivenBackTooLateLeavesItsNewHolderAlone) {
  const Lease lost = take("web/2026-03-01", "r1");
  fixture().advance(61min);
  const Lease lease = take("web/2026-03-01", "r2");
  ASSERT_TRUE(store().release_lease(lost));
  EXPECT_THAT(store().leases().value(), ElementsAre(lease));
  EXPECT_TRUE(store().renew_lease(lease, 1h).value());
}

TEST_P(LeaseContract, FencesGrowOverAllResourcesAndAfterEveryRelease) {
  std::uint64_t last = 0;
  for (int round = 0; round < 5; ++round) {
    for (const char* resource : {"web/2026-03-02", "web/2026-03-01", "other/2026-03-01"}) {
      const Lease lease = take(resource, "r1");
      EXPECT_GT(lease.fence, last);
      last = lease.fence;
      if (round % 2 == 0) {
        ASSERT_TRUE(store().release_lease(lease));
      }
    }
    fixture().advance(61min);
  }
}

TEST_P(LeaseContract, FencesGoOnAboveWhatTheyAreRaisedTo) {
  const Lease before = take("web/2026-03-01", "r1");
  ASSERT_TRUE(store().raise_fences(before.fence + 1000));
  EXPECT_EQ(take("web/2026-03-02", "r1").fence, before.fence + 1001);
  ASSERT_TRUE(store().raise_fences(before.fence));
  EXPECT_EQ(take("web/2026-03-03", "r1").fence, before.fence + 1002) << "lowered";
}

TEST_P(LeaseContract, RefusalsAndRenewalsKeepTheFence) {
  const Lease lease = take("web/2026-03-01", "r1");
  ASSERT_TRUE(refused("web/2026-03-01", "r2"));
  ASSERT_TRUE(store().renew_lease(lease, 2h).value());
  const auto live = store().leases().value();
  ASSERT_EQ(live.size(), 1U);
  EXPECT_EQ(live[0].fence, lease.fence);
  expect_expiry_in(120min, live[0].expires_at);
}

TEST_P(LeaseContract, OfNoTimeIsOverAtOnce) {
  take("web/2026-03-01", "r1", 0ms);
  EXPECT_THAT(leased(), IsEmpty());
  take("web/2026-03-01", "r2");
}

INSTANTIATE_TEST_SUITE_P(Store, LeaseContract, testing::ValuesIn(every_store()), kCaseName);

}  // namespace
}  // namespace gapless::contract
