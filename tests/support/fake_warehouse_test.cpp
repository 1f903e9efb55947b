// That the fake fails as it is told to; that it works is the contract's to say.
#include "support/fake_warehouse.h"
#include "support/live_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class FakeWarehouseFaults : public testing::Test {
 protected:
  FakeWarehouseFaults() {
    EXPECT_TRUE(fake.prepare({}));
    fake.put({{kTeam, kDay.start() + 10h, 1, "a"}, {kTeam, kDay.start() + 11h, 2, "b"}});
    EXPECT_TRUE(fake.create_staging(staging, {}));
    EXPECT_TRUE(fake.build_sessions(staging, {kTeam}, {}));
    EXPECT_TRUE(fake.stage_cells(staging, Target::kStats, {kTeam}, std::nullopt, {}));
    EXPECT_TRUE(fake.replace_partition(staging, Target::kStats, {}));
    fake.faults().forget_calls();
  }
  std::size_t parts() { return live_parts(fake, Target::kStats, staging.partition).size(); }
  std::string part() { return live_parts(fake, Target::kStats, staging.partition).at(0).name; }

  const Day kDay = Day::parse("2026-03-01", "test").value();
  const TeamId kTeam = TeamId::from(1, "test").value();
  const StagingId staging{"store", 1, {0, kDay, 0}};
  FakeWarehouse fake;
};

TEST_F(FakeWarehouseFaults, RecordsCallsByName) {
  (void)fake.source_extent({});
  (void)fake.highest_fence({});
  EXPECT_THAT(fake.faults().calls(), ElementsAre("source_extent", "highest_fence"));
}

TEST_F(FakeWarehouseFaults, FailOnceAtTheCallThatWasNamed) {
  fake.faults().inject({.at_call = 2});
  EXPECT_TRUE(fake.highest_fence({}));
  const auto failed = fake.source_extent({});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault, Fault::kUnavailable);
  EXPECT_TRUE(fake.source_extent({}));
}

TEST_F(FakeWarehouseFaults, FailForGoodUntilTheyAreCleared) {
  fake.faults().inject({.at_call = 2, .method = "highest_fence", .error = overloaded(), .persistent = true});
  EXPECT_TRUE(fake.highest_fence({}));
  EXPECT_TRUE(fake.source_extent({}));
  EXPECT_EQ(fake.highest_fence({}).error().code, 241);
  EXPECT_TRUE(fake.source_extent({}));
  EXPECT_EQ(fake.highest_fence({}).error().code, 241);
  fake.faults().clear();
  EXPECT_TRUE(fake.highest_fence({}));
}

TEST_F(FakeWarehouseFaults, HaveTheEffectThatWasAskedFor) {
  const std::string before = part();
  fake.faults().inject({.method = "replace_partition", .error = connection_lost()});
  EXPECT_TRUE(fake.replace_partition(staging, Target::kStats, {}).error().outcome_unknown());
  EXPECT_EQ(part(), before);

  fake.faults().clear();
  fake.faults().inject({.method = "replace_partition", .effect = Effect::kWhole, .error = connection_lost()});
  EXPECT_TRUE(fake.replace_partition(staging, Target::kStats, {}).error().outcome_unknown());
  EXPECT_NE(part(), before);
  EXPECT_EQ(parts(), 1U);

  fake.faults().clear();
  fake.faults().inject({.method = "replace_partition", .effect = Effect::kHalf, .error = connection_lost()});
  EXPECT_FALSE(fake.replace_partition(staging, Target::kStats, {}));
  EXPECT_EQ(parts(), 2U) << "old and new side by side";
  EXPECT_THAT(fake.rows(Target::kStats, kDay), SizeIs(4));

  fake.faults().clear();
  EXPECT_TRUE(fake.replace_partition(staging, Target::kStats, {}));
  EXPECT_EQ(parts(), 1U) << "done again, it is whole";
}

TEST_F(FakeWarehouseFaults, WriteHalfTheRowsOfWhatIsBuilt) {
  const StagingId other{"store", 2, {0, kDay, 0}};
  ASSERT_TRUE(fake.create_staging(other, {}));
  fake.faults().inject({.method = "build_sessions", .effect = Effect::kHalf});
  EXPECT_FALSE(fake.build_sessions(other, {kTeam}, {}));
  EXPECT_THAT(fake.state().staging.at(other).sessions, SizeIs(1));
}

TEST_F(FakeWarehouseFaults, LeaveNothingToUseOfAStagingDroppedHalfWay) {
  fake.faults().inject({.method = "drop_staging", .effect = Effect::kHalf});
  EXPECT_FALSE(fake.drop_staging(staging, {}));
  EXPECT_THAT(fake.list_staging({}).value(), SizeIs(1)) << "it is still there to be swept";
  EXPECT_EQ(fake.replace_partition(staging, Target::kStats, {}).error().fault, Fault::kInternal);
  EXPECT_TRUE(fake.drop_staging(staging, {}));
  EXPECT_THAT(fake.list_staging({}).value(), IsEmpty());
}

TEST_F(FakeWarehouseFaults, DoOneThingMoreAndGoOn) {
  bool fired = false;
  fake.faults().inject({.outcome = Outcome::kSuccess, .on_fire = [&] {
                          fired = true;
                          EXPECT_TRUE(fake.source_extent({})) << "other calls may be made meanwhile";
                        }});
  EXPECT_TRUE(fake.highest_fence({}));
  EXPECT_TRUE(fired);
}

TEST_F(FakeWarehouseFaults, HangUntilTheyAreStopped) {
  std::stop_source stop;
  Limits limits;
  limits.stop = stop.get_token();
  std::jthread stopper;
  fake.faults().inject(
      {.outcome = Outcome::kHangUntilStop, .on_fire = [&] { stopper = std::jthread([&] { stop.request_stop(); }); }});
  EXPECT_EQ(fake.highest_fence(limits).error().fault, Fault::kCancelled);
  fake.faults().inject({.outcome = Outcome::kHangUntilStop});
  EXPECT_EQ(fake.highest_fence({}).error().fault, Fault::kTimeout) << "nobody can stop it";
  fake.faults().inject({.outcome = Outcome::kHangToDeadline});
  EXPECT_EQ(fake.source_extent({}).error().fault, Fault::kTimeout);
}

TEST_F(FakeWarehouseFaults, KillTheProcessButNotWhatItDid) {
  fake.faults().inject({.method = "replace_partition", .effect = Effect::kHalf, .outcome = Outcome::kDeath});
  EXPECT_THROW((void)fake.replace_partition(staging, Target::kStats, {}), FakeDeath);
  EXPECT_TRUE(fake.faults().dead());
  EXPECT_FALSE(fake.drop_staging(staging, {})) << "the dead clean nothing up";
  EXPECT_THAT(fake.state().staging, SizeIs(1));
  EXPECT_FALSE(fake.highest_fence({}));
  fake.faults().revive();
  EXPECT_EQ(parts(), 2U);
}

TEST_F(FakeWarehouseFaults, AreCountedTogetherWithThoseOfAnother) {
  FaultInjector shared;
  FakeWarehouse first(shared);
  FakeWarehouse second(shared);
  shared.inject({.at_call = 2});
  EXPECT_TRUE(first.source_extent({}));
  EXPECT_FALSE(second.source_extent({}));
  EXPECT_THAT(shared.calls(), SizeIs(2));
}

TEST_F(FakeWarehouseFaults, ThatAreLimitsOfMemoryDependOnTheTeamsAtOnce) {
  const StagingId other{"store", 2, {0, kDay, 0}};
  ASSERT_TRUE(fake.create_staging(other, {}));
  fake.set_bytes_per_team(1);
  Limits limits;
  limits.memory_limit_bytes = 1;
  const TeamId another = TeamId::from(2, "test").value();
  const auto failed = fake.build_sessions(other, {kTeam, another}, limits);
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().splittable());
  EXPECT_TRUE(fake.build_sessions(other, {another}, limits));
}

}  // namespace
}  // namespace gapless
