#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/table_name.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// What every staging table's name starts with.
inline constexpr std::string_view kStagingPrefix = "staging_";

/// The tables of one StagingId: staging_<store>_<fence>_<shard>_<YYYYMMDD>_<bucket>_<what>.
struct StagingTables {
  TableName straddlers;
  TableName sessions;
  std::array<TableName, kTargets.size()> targets;

  static StagingTables of(const StagingId& staging, const Identifier& database);
  const TableName& target(Target which) const { return targets[static_cast<std::size_t>(which)]; }
};

/// The id behind a staging table's name; none where the name is not one of ours.
std::optional<StagingId> parse_staging_name(std::string_view table);

}  // namespace gapless
