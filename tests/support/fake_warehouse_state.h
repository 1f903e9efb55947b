#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/event_model.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// A part of a live partition.
struct FakePart {
  std::string name;
  std::vector<ModelGroup> rows;
};

struct FakeStaging {
  bool broken = false;  ///< made or dropped in part
  std::vector<ModelSession> sessions;
  std::array<std::vector<ModelGroup>, kTargets.size()> targets;
};

/// Everything that a FakeWarehouse holds.
struct FakeWarehouseState {
  bool prepared = false;
  std::vector<ModelEvent> events;
  std::array<std::map<Partition, std::vector<FakePart>>, kTargets.size()> targets;
  std::map<StagingId, FakeStaging> staging;
  std::vector<LedgerRow> ledger;  ///< every row ever written, in that order
  std::map<std::string, std::string, std::less<>> definitions;
  std::optional<WarehouseMeta> meta;
  std::uint32_t shard = 0;  ///< as the meta has it
  std::uint64_t parts_made = 0;
};

}  // namespace gapless
