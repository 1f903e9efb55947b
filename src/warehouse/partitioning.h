#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "core/table_name.h"
#include "core/target.h"
#include "core/team_buckets.h"
#include "engine/engine.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// Of target tables; none of one that is partitioned in a way that gapless cannot publish to.
using Partitioning = std::map<Target, std::optional<TeamBuckets>>;

/// What `system.tables` calls a partition key: `toYYYYMMDD(period_bucket)`, or with `team_id % N` beside it.
std::optional<TeamBuckets> parse_partition_key(std::string_view key);

/// How those of these targets that exist are partitioned. Errors: those of the engine; kCorrupt.
Result<Partitioning> look_at_partitioning(Engine& engine, const Identifier& database, const Targets& targets,
                                          const Limits& limits);

/// The buckets that all have; `configured`, or else one, where none is there, or none is as it must be (target_shape.h says
/// so). Errors: kInvalidInput, naming `gapless targets rebuild`, where they differ from each other or from what is
/// configured.
Result<TeamBuckets> agreed_buckets(const Partitioning& partitioning, std::optional<TeamBuckets> configured);

}  // namespace gapless
