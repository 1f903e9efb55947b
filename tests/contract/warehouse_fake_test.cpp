// The contract over the fake, so that what is tested with it may be believed.
#include "contract/warehouse_contract.h"
#include "support/fake_warehouse.h"

namespace gapless::contract {
namespace {

class FakeFixture final : public WarehouseFixture {
 public:
  Warehouse& warehouse() override { return warehouse_; }
  void put(const std::vector<ModelEvent>& events) override { warehouse_.put(events); }
  void drop_rows(Target target, Day day) override { warehouse_.drop_rows(target, day); }
  void delete_rows(Target target, Cell cell) override { warehouse_.delete_rows(target, cell); }
  void double_rows(Target target, Cell cell) override { warehouse_.double_rows(target, cell); }

 private:
  FakeWarehouse warehouse_;
};

const WarehouseKind kFake{"fake",
                          []() -> std::unique_ptr<WarehouseFixture> { return std::make_unique<FakeFixture>(); }};
constexpr auto kKindName = [](const auto& info) { return std::string(info.param.name); };

}  // namespace

INSTANTIATE_TEST_SUITE_P(Warehouses, WarehouseContract, testing::Values(kFake), kKindName);

}  // namespace gapless::contract
