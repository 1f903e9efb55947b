// The contract over the fake and over the one in a file, so that what is tested with it may be believed.
#include "contract/store_directory.h"
#include "contract/warehouse_contract.h"
#include "support/case_name.h"
#include "support/file_warehouse.h"
#include "warehouse/sharded_warehouse.h"

namespace gapless::contract {
namespace {

class FakeFixture final : public WarehouseFixture {
 public:
  explicit FakeFixture(TeamBuckets buckets) { warehouse_.set_team_buckets(buckets); }
  Warehouse& warehouse() override { return warehouse_; }
  void put(const std::vector<ModelEvent>& events) override { warehouse_.put(events); }
  void drop_rows(Target target, Day day) override { warehouse_.drop_rows(target, day); }
  void delete_rows(Target target, Cell cell) override { warehouse_.delete_rows(target, cell); }
  void double_rows(Target target, Cell cell) override { warehouse_.double_rows(target, cell); }
  void delete_events(TeamId team) override {
    warehouse_.remove_events([team](const ModelEvent& event) { return event.team == team; });
  }
  void merge_parts() override {}

 private:
  FakeWarehouse warehouse_;
};

/// One of one, so that whatever is asked of all is asked of it.
class ShardedFixture final : public WarehouseFixture {
 public:
  explicit ShardedFixture(TeamBuckets buckets) { fake_.set_team_buckets(buckets); }
  Warehouse& warehouse() override { return warehouse_; }
  void put(const std::vector<ModelEvent>& events) override { fake_.put(events); }
  void drop_rows(Target target, Day day) override { fake_.drop_rows(target, day); }
  void delete_rows(Target target, Cell cell) override { fake_.delete_rows(target, cell); }
  void double_rows(Target target, Cell cell) override { fake_.double_rows(target, cell); }
  void delete_events(TeamId team) override {
    fake_.remove_events([team](const ModelEvent& event) { return event.team == team; });
  }
  void merge_parts() override {}

 private:
  FakeWarehouse fake_;
  ShardedWarehouse warehouse_{{{&fake_, "ch0"}}};
};

class FileFixture final : public WarehouseFixture {
 public:
  explicit FileFixture(TeamBuckets buckets) : warehouse_(directory_.path() / "warehouse.json", buckets) {}
  Warehouse& warehouse() override { return warehouse_; }
  void put(const std::vector<ModelEvent>& events) override {
    warehouse_.change([&](FakeWarehouse& fake) { fake.put(events); });
  }
  void drop_rows(Target target, Day day) override {
    warehouse_.change([&](FakeWarehouse& fake) { fake.drop_rows(target, day); });
  }
  void delete_rows(Target target, Cell cell) override {
    warehouse_.change([&](FakeWarehouse& fake) { fake.delete_rows(target, cell); });
  }
  void double_rows(Target target, Cell cell) override {
    warehouse_.change([&](FakeWarehouse& fake) { fake.double_rows(target, cell); });
  }
  void delete_events(TeamId team) override {
    warehouse_.change([&](FakeWarehouse& fake) {
      fake.remove_events([team](const ModelEvent& event) { return event.team == team; });
    });
  }
  void merge_parts() override {}

 private:
  TemporaryDirectory directory_;
  FileWarehouse warehouse_;
};

template <class Fixture, std::uint64_t buckets>
std::unique_ptr<WarehouseFixture> make() {
  return std::make_unique<Fixture>(TeamBuckets::of(buckets, "test").value());
}
const WarehouseKind kFake{"fake", make<FakeFixture, 1>};
const WarehouseKind kFakeBuckets{"fake_in_3_buckets", make<FakeFixture, 3>};
const WarehouseKind kSharded{"sharded", make<ShardedFixture, 3>};
const WarehouseKind kFile{"file", make<FileFixture, 1>};
const WarehouseKind kFileBuckets{"file_in_3_buckets", make<FileFixture, 3>};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Warehouses, WarehouseContract,
                         testing::Values(kFake, kFakeBuckets, kSharded, kFile, kFileBuckets), kCaseName);

}  // namespace gapless::contract
