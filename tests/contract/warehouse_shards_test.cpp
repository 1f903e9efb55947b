// What several servers are known by, as ClickHouse has it: the function that spreads teams, and what gapless_meta says.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/chdb_environment.h"
#include "warehouse/sharded_warehouse.h"
#include "warehouse/sql_warehouse.h"

namespace gapless::contract {
namespace {

using testing::HasSubstr;

Identifier database_named(const std::string& name) { return Identifier::parse(name, "test").value(); }
Shards shards_of(std::uint64_t count) { return Shards::of(count, "test").value(); }

TEST(ShardsInSql, AreThoseOfJumpConsistentHash) {
  constexpr std::uint64_t kLargest = (std::uint64_t{1} << 63U) - 1;
  std::vector<std::string> ids;
  for (std::uint64_t id = 1; id <= 300; ++id) ids.push_back(std::to_string(id));
  for (std::uint64_t id = 1; id < kLargest / 3; id *= 3) ids.push_back(std::to_string(kLargest - id));
  for (const std::uint32_t count : {1, 2, 3, 4, 7, 16, 31, 64}) {
    Statement statement(
        fmt::format("SELECT toUInt64(id) AS team, jumpConsistentHash(team, {}) AS shard FROM (SELECT"
                    " arrayJoin({{ids:Array(String)}}) AS id)",
                    count));
    statement.bind("ids", ids);
    const auto rows = testing_support::shared_chdb_engine().select(statement, {});
    ASSERT_TRUE(rows) << rows.error().message;
    ASSERT_EQ(rows->size(), ids.size());
    for (std::size_t row = 0; row < rows->size(); ++row)
      ASSERT_EQ(shards_of(count).shard_of(rows->team(row, 0).value()), rows->u64(row, 1).value())
          << "team " << rows->text(row, 0) << " of " << count;
  }
}

class ShardPlaces : public testing::Test {
 protected:
  static SqlWarehouse warehouse(const std::string& database, std::uint32_t shard, std::uint64_t shards) {
    const Identifier name = database_named(database);
    WarehouseLayout layout{name, name, {TableName::own(name, "events")}};
    layout.shard = shard;
    layout.shards = shards_of(shards);
    return {testing_support::shared_chdb_engine(), std::move(layout)};
  }
  void TearDown() override {
    for (const std::string database : {"places_0", "places_1", "places_2"})
      EXPECT_TRUE(testing_support::shared_chdb_engine().execute(
          Statement("DROP DATABASE IF EXISTS " + database + " SYNC"), {}));
  }
};

TEST_F(ShardPlaces, OfAnOlderTableAreAddedAndWhatItSaysStays) {
  const auto execute = [](const std::string& text) {
    const auto done = testing_support::shared_chdb_engine().execute(Statement(text), {});
    ASSERT_TRUE(done) << done.error().message;
  };
  execute("CREATE DATABASE places_0 ENGINE = Atomic");
  execute(
      "CREATE TABLE places_0.gapless_meta (version UInt64, store_id String, host String, layout_version UInt64)"
      " ENGINE = MergeTree ORDER BY version");
  execute("INSERT INTO places_0.gapless_meta SELECT 7, 'store', 'host', 1");
  SqlWarehouse alone = warehouse("places_0", 0, 1);
  ASSERT_TRUE(alone.prepare({}));
  auto meta = alone.meta({}).value().value();
  EXPECT_EQ(meta.shards, 1U);
  EXPECT_TRUE(meta.is_on_every_shard);
  ASSERT_TRUE(alone.write_meta(meta, {})) << "with one shard the table is left as it is";

  SqlWarehouse of_two = warehouse("places_0", 0, 2);
  ASSERT_TRUE(of_two.prepare({}));
  ASSERT_TRUE(of_two.prepare({})) << "it is added once";
  meta = of_two.meta({}).value().value();
  EXPECT_EQ((std::pair(meta.store_id, meta.host)), (std::pair<std::string, std::string>("store", "host")));
  EXPECT_EQ(meta.shards, 1U);
  EXPECT_FALSE(meta.is_on_every_shard);
  ASSERT_TRUE(of_two.write_meta(meta, {}));
  EXPECT_TRUE(of_two.meta({}).value()->is_on_every_shard);
  EXPECT_THAT(alone.meta({}).error().message, HasSubstr("spread over 2 servers, and 1 is configured"));
  EXPECT_EQ(alone.meta({}).error().fault, Fault::kConflict);
}

TEST_F(ShardPlaces, AreKeptByEachAndNewOnesComeLast) {
  SqlWarehouse first = warehouse("places_0", 0, 2), second = warehouse("places_1", 1, 2);
  ShardedWarehouse two({{&first, "ch0"}, {&second, "ch1"}});
  ASSERT_TRUE(two.prepare({}));
  EXPECT_FALSE(two.meta({}).value());
  ASSERT_TRUE(two.write_meta({"store", "host", 2}, {}));
  EXPECT_TRUE(two.meta({}).value()->is_on_every_shard);

  SqlWarehouse second_first = warehouse("places_1", 0, 2), first_second = warehouse("places_0", 1, 2);
  ShardedWarehouse turned({{&second_first, "ch1"}, {&first_second, "ch0"}});
  EXPECT_THAT(turned.meta({}).error().message, HasSubstr(": this server is shard "));

  SqlWarehouse one = warehouse("places_0", 0, 3), other = warehouse("places_1", 1, 3),
               third = warehouse("places_2", 2, 3);
  ShardedWarehouse three({{&one, "ch0"}, {&other, "ch1"}, {&third, "ch2"}});
  ASSERT_TRUE(three.prepare({}));
  const auto meta = three.meta({}).value();
  EXPECT_EQ(meta->shards, 2U);
  EXPECT_FALSE(meta->is_on_every_shard);
  EXPECT_TRUE(two.meta({})) << "until it is written down";
  ASSERT_TRUE(three.write_meta(*meta, {}));
  EXPECT_THAT(two.meta({}).error().message, HasSubstr("spread over 3 servers, and 2 are configured"));
}

}  // namespace
}  // namespace gapless::contract
