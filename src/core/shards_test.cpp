#include "core/shards.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gapless {
namespace {

TeamId nth_team(std::uint64_t id) { return TeamId::from(id, "test").value(); }
Shards spread(std::uint64_t count) { return Shards::of(count, "test").value(); }

TEST(Shards, AreFromOneToAsManyAsThereMayBe) {
  EXPECT_EQ(spread(1), Shards());
  EXPECT_EQ(spread(64).count(), 64U);
  for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{65}, std::uint64_t{1} << 32U}) {
    const auto refused = Shards::of(count, "engine.shards");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::kInvalidInput);
    EXPECT_NE(refused.error().message.find("engine.shards"), std::string::npos) << refused.error().message;
  }
}

TEST(Shards, HaveTheTeamsThatTheyAlwaysHad) {
  // As ClickHouse's jumpConsistentHash has them; another function would move every team.
  const std::vector<std::uint32_t> of_three = {0, 0, 2, 1, 1, 2, 0, 0, 2, 2};
  std::vector<std::uint32_t> found;
  for (std::uint64_t id = 1; id <= 10; ++id) found.push_back(spread(3).shard_of(nth_team(id)));
  EXPECT_EQ(found, of_three);
}

RC_GTEST_PROP(Shards, GiveTeamsToANewOneAlone, ()) {
  const auto count = *rc::gen::inRange<std::uint64_t>(1, Shards::kMost);
  const TeamId team = nth_team(*rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 63U));
  const std::uint32_t before = spread(count).shard_of(team), after = spread(count + 1).shard_of(team);
  RC_ASSERT(before < count);
  RC_ASSERT(after == before || after == count);
}

TEST(Shards, ShareTeamsEvenlyAndMoveNoMoreThanTheirPart) {
  constexpr std::uint64_t kTeams = 20'000;
  for (const std::uint64_t count : {1, 2, 3, 7, 31, 63}) {
    std::vector<std::uint64_t> of_each(count + 1);
    std::uint64_t moved = 0;
    for (std::uint64_t id = 1; id <= kTeams; ++id) {
      const std::uint32_t after = spread(count + 1).shard_of(nth_team(id));
      ++of_each[after];
      moved += spread(count).shard_of(nth_team(id)) != after ? 1 : 0;
    }
    const double part = static_cast<double>(kTeams) / static_cast<double>(count + 1);
    EXPECT_NEAR(static_cast<double>(moved), part, part / 4) << count;
    for (const std::uint64_t teams : of_each) EXPECT_NEAR(static_cast<double>(teams), part, part / 4) << count;
  }
}

}  // namespace
}  // namespace gapless
