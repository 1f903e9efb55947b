#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/table_name.h"
#include "core/target.h"
#include "core/team_buckets.h"
#include "engine/engine.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// A table as the engine describes it.
struct TableShape {
  struct Column {
    std::string name;
    std::string type;
    std::string default_kind;  ///< "", "DEFAULT", "MATERIALIZED", "ALIAS", "EPHEMERAL"
  };
  std::string engine;
  std::string partition_key;
  std::string sorting_key;
  std::string server_zone;  ///< of a DateTime that names none
  std::vector<Column> columns;
};

/// Why a table cannot take a target's rows, or keep them, and what to do about it.
struct ShapeProblem {
  std::string what;
  std::string remedy;
};

/// None where it can: its columns are those of SEMANTICS (a String may be LowCardinality, and the other way round; codecs,
/// order and sorting key are its own), and each group stays a row of its own.
std::vector<ShapeProblem> shape_problems(Target target, const TableName& table, const TableShape& shape);

struct TargetLook {
  Target target = Target::kStats;
  std::string engine;
  std::vector<ShapeProblem> problems;
  std::optional<TeamBuckets> team_buckets = {};  ///< none: it is partitioned in another way
};

/// Looks at the target tables that exist, in the order of kTargets. Errors: those of the engine; kCorrupt.
Result<std::vector<TargetLook>> look_at_targets(Engine& engine, const Identifier& database, const Targets& targets,
                                                const Limits& limits);

/// Errors: kInvalidInput, naming what keeps the first of these tables from taking rows.
Status check_targets(const std::vector<TargetLook>& looks, const Identifier& database);

}  // namespace gapless
