#include "run/rebuild.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "run/lease_keeper.h"
#include "run/recovery.h"
#include "run/step_log.h"
#include "run/take_over.h"
#include "util/kill_point.h"
#include "util/waiting.h"

namespace gapless {
namespace {

/// Whatever their rows: in a table that aggregates, those of one key may be merged at any moment.
bool is_same(const std::vector<TargetCell>& one, const std::vector<TargetCell>& other) {
  return std::ranges::equal(one, other, [](const TargetCell& a, const TargetCell& b) {
    return a.cell == b.cell && a.content.keys == b.content.keys && a.content.key_hash == b.content.key_hash &&
           a.content.measures == b.content.measures;
  });
}

/// By id, what tells whether a partition is as it was.
std::map<Partition, std::string> versions_of(const std::map<Partition, PartitionVersion>& partitions) {
  std::map<Partition, std::string> versions;
  for (const auto& [partition, version] : partitions) versions.emplace(partition, version.version());
  return versions;
}

/// One rebuild, from the lease of all partitions in hand to the old tables gone.
class Rebuild {
 public:
  Rebuild(const RebuildContext& context, TeamBuckets buckets, LeaseKeeper& keeper, LeaseKeeper::Held& lease)
      : context_(context),
        buckets_(buckets),
        keeper_(keeper),
        lease_(lease),
        steps_(context.store, context.clock, context.run_id, Partition::all()) {}

  Result<Rebuilt> run() {
    auto done = work();
    if (done)
      steps_.end("done");
    else
      steps_.end(done.error().fault == Fault::kCancelled ? "cancelled" : "failed", 0, done.error().message);
    if (staging_) clean_up();
    if (!done) return fail(std::move(done.error()));
    return rebuilt_;
  }

 private:
  Limits limits() const {
    return {context_.options.statement_timeout, context_.options.memory_limit_bytes, lease_.stop()};
  }

  Status work() {
    steps_.begin("wait");
    GAPLESS_TRY(wait_until_nobody_is_at_work());
    GAPLESS_TRY(lease_.confirm().map([](auto) {}));  // a process that was stopped meanwhile may have lost it
    GAPLESS_TRY(resolve_left_over(context_.warehouse, context_.store, Partition::all(), context_.run_id, lease_,
                                  context_.options));
    GAPLESS_TRY(look());
    if (rebuilt_.targets.empty()) return {};
    GAPLESS_TRY(check_fits());
    GAPLESS_TRY(write_journal());
    for (const Target target : rebuilt_.targets) GAPLESS_TRY(copy(target));
    steps_.begin("exchange", rebuilt_.cells);
    GAPLESS_TRY(check_unchanged());
    for (const Target target : rebuilt_.targets) GAPLESS_TRY(exchange(target));
    return {};
  }

  /// Nobody takes a lease now. Those that are held are given back when their partition is done.
  Status wait_until_nobody_is_at_work() {
    const std::string prefix = fmt::format("{}/", kRollup);
    std::string told;
    while (true) {
      GAPLESS_ASSIGN(const auto leases, context_.store.leases());
      const auto other = std::ranges::find_if(leases, [&](const Lease& lease) {
        return lease.resource.starts_with(prefix) && lease.holder != context_.run_id;
      });
      if (other == leases.end()) return {};
      if (told != other->resource)
        spdlog::info("run {}: waiting for run {}, which is at work on {}", context_.run_id, other->holder,
                     other->resource.substr(prefix.size()));
      told = other->resource;
      if (!wait_unless_stopped(std::chrono::milliseconds(200), lease_.stop()))
        return fail(Fault::kCancelled, "stopped while waiting for others to end");
    }
  }

  Status look() {
    GAPLESS_ASSIGN(const Partitioning now, context_.tables.partitioning(limits()));
    for (const auto& [target, buckets] : now)
      if (buckets != buckets_) rebuilt_.targets.push_back(target);
    std::set<Day> days;
    for (const Target target : rebuilt_.targets) {
      GAPLESS_ASSIGN(live_[target], context_.tables.live_partitions(target, limits()));
      for (const auto& [partition, version] : live_[target]) {
        days_[target].insert(partition.day);
        bytes_ += version.bytes;
      }
      total_ += days_[target].size();
      days.insert(days_[target].begin(), days_[target].end());
    }
    rebuilt_.days = days.size();
    return {};
  }

  Status check_fits() const {
    GAPLESS_ASSIGN(const std::uint64_t free, context_.warehouse.free_bytes(limits()));
    if (free >= bytes_) return {};
    constexpr std::uint64_t kMiB = 1024 * 1024;
    return fail(
        Fault::kUnavailable,
        fmt::format("the rebuild is not begun: the copies take {} MiB, and {} MiB are free on the disk; make room"
                    " and run it again",
                    bytes_ / kMiB + 1, free / kMiB));
  }

  Status write_journal() {
    GAPLESS_ASSIGN(const std::string store_id, context_.store.store_id());
    GAPLESS_TRY(check_keeper(context_.warehouse, store_id, "nothing is rebuilt", limits()));
    GAPLESS_ASSIGN(const std::string uuid, uuid_of(context_.warehouse, limits()));
    const std::uint64_t fence = lease_.lease().fence;
    GAPLESS_TRY(context_.store.write_journal(
        {context_.run_id, std::string(kRollup), Partition::all(), fence, JournalPhase::kBuilding, uuid, ""}));
    staging_.emplace(StagingId{store_id, fence, Partition::all()});
    kill_point("rebuild.journal_written");
    return {};
  }

  Status copy(Target target) {
    steps_.begin(fmt::format("copy {}", name(target)), rebuilt_.cells);
    GAPLESS_TRY(context_.tables.create_rebuilt(*staging_, target, buckets_, limits()));
    for (const Day day : days_[target]) {
      if (keeper_.stopping()) return fail(Fault::kCancelled, "stopped: every target is as it was");
      if (context_.on_day) context_.on_day(target, day, done_++, total_);
      GAPLESS_TRY(context_.tables.copy_day(*staging_, target, day, limits()));
      GAPLESS_ASSIGN(const auto copied, context_.tables.rebuilt_content(*staging_, target, day, limits()));
      GAPLESS_ASSIGN(const auto live, context_.warehouse.target_content(target, {day, day}, std::nullopt, limits()));
      if (!is_same(copied, live))
        return fail(
            Fault::kInternal,
            fmt::format("the gate refused the new {}: what it holds of {} is not what the old one holds; nothing"
                        " was exchanged",
                        table_name(target), day.to_string()));
      rebuilt_.cells += copied.size();
    }
    kill_point("rebuild.copied_", name(target));
    return {};
  }

  /// What somebody who does not ask for leases wrote meanwhile would be lost.
  Status check_unchanged() {
    for (const Target target : rebuilt_.targets) {
      GAPLESS_ASSIGN(const auto now, context_.tables.live_partitions(target, limits()));
      if (versions_of(now) != versions_of(live_[target]))
        return fail(Fault::kConflict, fmt::format("{} was changed by somebody else while it was copied: nothing was"
                                                  " exchanged; run it again",
                                                  table_name(target)));
    }
    return check_keeper(context_.warehouse, staging_->store_id, "nothing is rebuilt", limits());
  }

  Status exchange(Target target) {
    // As in publishing: within the lease, and not stopped half-way by anything else.
    GAPLESS_ASSIGN(const auto good_for, lease_.confirm());
    kill_point("rebuild.before_", name(target));
    GAPLESS_TRY(
        context_.tables.exchange(*staging_, target, {std::min(context_.options.statement_timeout, good_for), 0, {}}));
    kill_point("rebuild.after_", name(target));
    spdlog::info("run {}: {} is rebuilt", context_.run_id, table_name(target));
    return {};
  }

  /// The staging holds the new tables, or the old ones, or some of both: what is live is whole.
  void clean_up() {
    const Limits bounds{context_.options.statement_timeout, 0, {}};
    Status swept = context_.store.erase_journal(context_.run_id, kRollup, Partition::all());
    kill_point("rebuild.journal_erased");
    if (swept) swept = context_.warehouse.drop_staging(*staging_, bounds);
    if (!swept)
      spdlog::warn("run {}: tables of the rebuild are left for the next start to sweep: {}", context_.run_id,
                   swept.error().message);
  }

  const RebuildContext& context_;
  const TeamBuckets buckets_;
  LeaseKeeper& keeper_;
  LeaseKeeper::Held& lease_;
  StepLog steps_;
  std::optional<StagingId> staging_;
  std::map<Target, std::map<Partition, PartitionVersion>> live_;  ///< before anything was copied
  std::map<Target, std::set<Day>> days_;
  std::uint64_t bytes_ = 0;
  std::size_t total_ = 0;
  std::size_t done_ = 0;
  Rebuilt rebuilt_;
};

}  // namespace

Result<Rebuilt> rebuild_targets(const RebuildContext& context, TeamBuckets buckets) {
  LeaseKeeper keeper(context.store, context.run_id, context.options.lease_ttl, context.options.stop);
  GAPLESS_ASSIGN(auto taken, keeper.take(Partition::all()));
  if (const auto* held = std::get_if<LeaseHeld>(&taken))
    return fail(Fault::kConflict, fmt::format("run {} is rebuilding the targets already", held->holder));
  const auto lease = std::move(std::get<std::unique_ptr<LeaseKeeper::Held>>(taken));
  return Rebuild(context, buckets, keeper, *lease).run();
}

}  // namespace gapless
