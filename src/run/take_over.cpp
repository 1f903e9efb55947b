#include "run/take_over.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>

#include "run/host.h"

namespace gapless {

Result<TakeOverReport> take_over(Warehouse& warehouse, StateStore& store, std::uint64_t layout_version,
                                 const Limits& limits) {
  TakeOverReport report;
  GAPLESS_ASSIGN(report.store_id, store.store_id());
  // One by one: another store may have been stopped while it took them over.
  for (std::uint32_t shard = 0; shard < warehouse.shards().count(); ++shard) {
    GAPLESS_ASSIGN(const auto keeper, warehouse.on_shard(shard).meta(limits));
    if (keeper && keeper->layout_version > layout_version)
      return fail(Fault::kConflict, "the warehouse was written by a newer gapless; take it over with that one");
    if (keeper && keeper->store_id != report.store_id && !report.previous) report.previous = keeper;
  }

  GAPLESS_ASSIGN(std::uint64_t highest_fence, warehouse.highest_fence(limits));
  GAPLESS_ASSIGN(const auto staging, warehouse.list_staging(limits));
  for (const StagingId& left : staging) highest_fence = std::max(highest_fence, left.fence);
  if (highest_fence >= INT64_MAX)
    return fail(Fault::kCorrupt, "the ledger has an entry with a fence that no other can be above; delete its row");
  GAPLESS_TRY(store.raise_fences(highest_fence));
  GAPLESS_TRY(warehouse.write_meta(
      {report.store_id, host_name(), std::min(layout_version, layout_version_of(warehouse.shards()))}, limits));
  for (const StagingId& left : staging) {
    if (left.store_id == report.store_id) continue;  // recovery's
    GAPLESS_TRY(warehouse.drop_staging(left, limits));
    ++report.staging_dropped;
  }
  return report;
}

std::uint64_t layout_version_of(Shards shards) { return shards.count() == 1 ? 1 : 2; }

Result<std::string> claim_shards(Warehouse& warehouse, const Limits& limits) {
  GAPLESS_ASSIGN(auto meta, warehouse.meta(limits));
  if (!meta) return std::string();
  if (!meta->is_on_every_shard) {
    const std::uint32_t before = meta->shards;
    meta->layout_version = std::max(meta->layout_version, layout_version_of(warehouse.shards()));
    GAPLESS_TRY(warehouse.write_meta(*meta, limits));
    spdlog::info("the teams are spread over {} servers from now on, {} until now", warehouse.shards().count(), before);
  }
  return meta->uuid;
}

Status check_keeper(Warehouse& warehouse, const std::string& store_id, const std::string& what_is_not_done,
                    const Limits& limits) {
  GAPLESS_ASSIGN(const auto meta, warehouse.meta(limits));
  if (!meta || meta->store_id == store_id) return {};
  return fail(Fault::kConflict, fmt::format("{}: store {} (host {}) keeps this warehouse now", what_is_not_done,
                                            meta->store_id, meta->host));
}

}  // namespace gapless
