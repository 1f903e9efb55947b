#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "warehouse/partitioning.h"
#include "warehouse/sharded_rebuild.h"
#include "warehouse/sharded_warehouse.h"
#include "warehouse/sql_warehouse.h"

namespace gapless {

/// A server, or the embedded engine, as one shard.
struct ShardEngine {
  Engine* engine;
  std::string name;  ///< its URL; empty: the embedded one
};

/// The warehouse of a configuration: on one engine, or on several as one.
class OpenWarehouse {
 public:
  /// How the targets of each are partitioned is looked at; whatever is configured, what was left half published lies where
  /// the tables say. The engines must outlive it, and have their tables. Errors: those of the engines.
  static Result<std::unique_ptr<OpenWarehouse>> open(const std::vector<ShardEngine>& engines,
                                                     const WarehouseLayout& layout,
                                                     std::optional<TeamBuckets> configured, const Limits& limits);

  /// All of it.
  Warehouse& all();
  TargetRebuild& rebuild();
  std::uint32_t count() const { return static_cast<std::uint32_t>(shards_.size()); }
  /// Not while others call.
  void set_source(const sql::Source& source);
  /// Errors: kInvalidInput where the target tables are not partitioned alike, here or there, or not as configured.
  Status check_buckets(std::optional<TeamBuckets> configured) const;

 private:
  OpenWarehouse() = default;

  std::deque<SqlWarehouse> shards_;
  std::vector<std::string> names_;
  std::vector<Partitioning> partitioning_;  ///< when it was opened
  std::optional<ShardedWarehouse> together_;
  std::optional<ShardedRebuild> rebuild_;
};

/// Makes what does not exist yet on each engine. A new one's targets become as those of the others are.
Status prepare_shards(const std::vector<ShardEngine>& engines, WarehouseLayout layout, const Limits& limits);

}  // namespace gapless
