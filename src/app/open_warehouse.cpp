#include "app/open_warehouse.h"

#include <fmt/format.h>

#include "warehouse/each_shard.h"

namespace gapless {
namespace {

std::string said_of(std::uint32_t shard, const std::string& name) { return fmt::format("shard {} ({})", shard, name); }

/// The same answer, or the error with the shard before it where there are several.
template <class Answer>
Result<Answer> named(Result<Answer> answer, const std::vector<ShardEngine>& engines, std::uint32_t shard) {
  if (answer || engines.size() == 1) return answer;
  return fail(with_context(said_of(shard, engines[shard].name), std::move(answer.error())));
}

Result<std::vector<Partitioning>> look_at_all(const std::vector<ShardEngine>& engines, const WarehouseLayout& layout,
                                              const Limits& limits) {
  return ask_each<Partitioning>(engines.size(), limits, [&](std::uint32_t shard, const Limits& bounds) {
    return named(look_at_partitioning(*engines[shard].engine, layout.database, layout.targets, bounds), engines, shard);
  });
}

WarehouseLayout on_shard(WarehouseLayout layout, std::size_t shard, std::size_t shards) {
  layout.shard = static_cast<std::uint32_t>(shard);
  layout.shards = Shards::of(shards, "engine.shards").value();
  return layout;
}

}  // namespace

Result<std::unique_ptr<OpenWarehouse>> OpenWarehouse::open(const std::vector<ShardEngine>& engines,
                                                           const WarehouseLayout& layout,
                                                           std::optional<TeamBuckets> configured,
                                                           const Limits& limits) {
  std::unique_ptr<OpenWarehouse> opened(new OpenWarehouse);
  GAPLESS_ASSIGN(opened->partitioning_, look_at_all(engines, layout, limits));
  std::vector<ShardedWarehouse::Shard> shards;
  for (std::size_t shard = 0; shard < engines.size(); ++shard) {
    const Partitioning& found = opened->partitioning_[shard];
    WarehouseLayout tables = on_shard(layout, shard, engines.size());
    // In tables that differ nothing can be half published.
    tables.team_buckets = agreed_buckets(found, found.empty() ? configured : std::nullopt).value_or(TeamBuckets());
    SqlWarehouse& one = opened->shards_.emplace_back(*engines[shard].engine, std::move(tables));
    opened->names_.push_back(engines[shard].name);
    shards.push_back({&one, engines[shard].name});
  }
  if (shards.size() == 1) return opened;
  opened->together_.emplace(std::move(shards));
  std::vector<ShardedRebuild::Shard> rebuilds;
  for (std::size_t shard = 0; shard < engines.size(); ++shard)
    rebuilds.push_back({&opened->shards_[shard], engines[shard].name});
  opened->rebuild_.emplace(std::move(rebuilds));
  return opened;
}

Warehouse& OpenWarehouse::all() {
  if (together_) return *together_;
  return shards_.front();
}

TargetRebuild& OpenWarehouse::rebuild() {
  if (rebuild_) return *rebuild_;
  return shards_.front();
}

void OpenWarehouse::set_source(const sql::Source& source) {
  for (SqlWarehouse& shard : shards_) shard.set_source(source);
}

Status OpenWarehouse::check_buckets(std::optional<TeamBuckets> configured) const {
  std::optional<TeamBuckets> first;
  for (std::uint32_t shard = 0; shard < count(); ++shard) {
    auto agreed = agreed_buckets(partitioning_[shard], configured);
    if (!agreed && count() > 1) return fail(with_context(said_of(shard, names_[shard]), std::move(agreed.error())));
    if (!agreed) return fail(std::move(agreed.error()));
    if (!first) first = *agreed;
    if (*agreed != *first)
      return fail(
          Fault::kInvalidInput,
          fmt::format("{} has {} team buckets, and {} has {}: gapless targets rebuild --team-buckets N makes them"
                      " alike; no figure is lost",
                      said_of(shard, names_[shard]), agreed->count(), said_of(0, names_[0]), first->count()));
  }
  return {};
}

Status prepare_shards(const std::vector<ShardEngine>& engines, WarehouseLayout layout, const Limits& limits) {
  if (engines.size() > 1) {
    GAPLESS_ASSIGN(const auto found, look_at_all(engines, layout, limits));
    for (const Partitioning& one : found)
      if (const auto there = agreed_buckets(one, std::nullopt); there && !one.empty()) {
        layout.team_buckets = *there;
        break;
      }
  }
  return ask_each<bool>(engines.size(), limits,
                        [&](std::uint32_t shard, const Limits& bounds) -> Result<bool> {
                          SqlWarehouse one(*engines[shard].engine, on_shard(layout, shard, engines.size()));
                          return named<bool>(one.prepare(bounds).map([] { return true; }), engines, shard);
                        })
      .map([](const std::vector<bool>&) {});
}

}  // namespace gapless
