#include "run/inventory.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "warehouse/each_shard.h"

namespace gapless {
namespace {

/// Rows and partitions that are read by one statement: enough to be quick, few enough to be stopped in time.
constexpr std::uint64_t kRowsAtOnce = 20'000'000;
constexpr std::size_t kPartitionsAtOnce = 500;
constexpr int kDaysAtOnce = 50;

// Records are arrays of 64-bit numbers as the machine has them: the store never leaves it. They name no shard: a team's events
// are said to be on the one that it belongs to, and what is kept of targets is kept by shard.
using CountRecord = std::array<std::uint64_t, 5>;
using ContentRecord = std::array<std::uint64_t, 9>;

CountRecord record_of(const SourceCount& one) {
  return {one.cell.team.value(), static_cast<std::uint64_t>(one.cell.day.number()), one.events.events, one.view_events,
          one.events.hash};
}

ContentRecord record_of(const TargetCell& one) {
  const TargetContent& content = one.content;
  return {one.cell.team.value(),
          static_cast<std::uint64_t>(one.cell.day.number()),
          content.rows,
          content.keys,
          content.key_hash,
          content.measures.view_events,
          content.measures.sessions,
          content.measures.bounces,
          static_cast<std::uint64_t>(content.measures.duration_seconds)};
}

Cell cell_of(std::uint64_t team, std::uint64_t day, std::uint32_t shard) {
  const auto id = TeamId::from(team, "the inventory");
  return {id.value(), Day::from_sys_days(std::chrono::sys_days(std::chrono::days(static_cast<int>(day)))), shard};
}

SourceCount value_of(const CountRecord& record, Shards shards) {
  const std::uint32_t shard = shards.shard_of(TeamId::from(record[0], "the inventory").value());
  return {cell_of(record[0], record[1], shard), record[3], {record[2], record[4]}};
}

TargetCell value_of(const ContentRecord& record, std::uint32_t shard) {
  return {cell_of(record[0], record[1], shard),
          {record[2], record[3], record[4], {record[5], record[6], record[7], static_cast<std::int64_t>(record[8])}}};
}

template <class Value>
std::string pack(const std::vector<Value>& values) {
  using Record = decltype(record_of(std::declval<Value>()));
  std::string bytes(values.size() * sizeof(Record), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Record record = record_of(values[i]);
    std::memcpy(bytes.data() + i * sizeof(Record), record.data(), sizeof(Record));
  }
  return bytes;
}

/// Appends the values of these shards, or of this one; false, and nothing appended, where the bytes are not what pack() makes.
template <class Value, class Where>
bool unpack(const std::string& bytes, Where where, std::vector<Value>& values) {
  using Record = decltype(record_of(std::declval<Value>()));
  if (bytes.size() % sizeof(Record) != 0) return false;
  const std::size_t before = values.size();
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Record)) {
    Record record;
    std::memcpy(record.data(), bytes.data() + at, sizeof(Record));
    if (record[0] == 0 || record[0] >> 63 != 0) {
      values.erase(values.begin() + static_cast<std::ptrdiff_t>(before), values.end());
      return false;
    }
    values.push_back(value_of(record, where));
  }
  return true;
}

/// A version of a partition, and of the way of reading it: another definition may count other things.
std::string version_of(const PartitionVersion& partition, const Definition& definition) {
  return "1 " + definition.hash() + " " + partition.version();
}

void keep(StateStore& store, std::string_view table, const std::vector<CachedPartition>& read,
          const std::vector<std::string>& gone) {
  if (const Status kept = store.cache_partitions(table, read, gone); !kept)
    spdlog::warn("what was read of {} is not kept, and read again the next time: {}", table, kept.error().message);
}

/// By which a target of one shard is known in the store: a server that was copied has tables with the same UUIDs.
std::string table_on(std::uint32_t shard, Target target) {
  return shard == 0 ? std::string(table_name(target)) : fmt::format("{} of shard {}", table_name(target), shard);
}

/// The cache of one table: what is known of its partitions, and what has to be read. Its values are of these shards, or of
/// this one.
template <class Value, class Where>
class PartitionCache {
 public:
  PartitionCache(StateStore& store, std::string_view table, Where where, const Definition& definition)
      : store_(store), table_(table), where_(where), definition_(definition) {}

  /// Takes over what is known of these partitions. Returns those that are to be read.
  Result<std::vector<const PartitionVersion*>> match(const std::vector<PartitionVersion>& partitions) {
    GAPLESS_ASSIGN(const auto cached, store_.cached_partitions(table_));
    std::map<std::string_view, const CachedPartition*> known;
    for (const CachedPartition& one : cached) known.emplace(one.partition, &one);
    std::vector<const PartitionVersion*> changed;
    for (const PartitionVersion& partition : partitions) {
      const auto found = known.find(partition.partition);
      const bool same = found != known.end() && found->second->version == version_of(partition, definition_);
      if (!same || !unpack(found->second->content, where_, values_)) changed.push_back(&partition);
      if (found != known.end()) known.erase(found);
    }
    for (const auto& [partition, one] : known) gone_.emplace_back(partition);
    return changed;
  }

  void add(const PartitionVersion& partition, const std::vector<Value>& values) {
    read_.push_back({partition.partition, version_of(partition, definition_), pack(values)});
    values_.insert(values_.end(), values.begin(), values.end());
  }

  /// Keeps what was read, and gives all values.
  std::vector<Value> finish() && {
    if (!read_.empty() || !gone_.empty()) keep(store_, table_, read_, gone_);
    return std::move(values_);
  }

 private:
  StateStore& store_;
  const std::string table_;
  const Where where_;
  const Definition& definition_;
  std::vector<Value> values_;
  std::vector<CachedPartition> read_;
  std::vector<std::string> gone_;
};

/// A day may be spread over several partitions.
std::vector<SourceCount> summed(std::vector<SourceCount> counts) {
  std::sort(counts.begin(), counts.end(), [](const SourceCount& a, const SourceCount& b) { return a.cell < b.cell; });
  std::vector<SourceCount> sums;
  sums.reserve(counts.size());
  for (const SourceCount& count : counts) {
    if (sums.empty() || sums.back().cell != count.cell) {
      sums.push_back(count);
    } else {
      sums.back().view_events += count.view_events;
      sums.back().events += count.events;
    }
  }
  return sums;
}

std::string version_of(const std::vector<PartitionVersion>& partitions) {
  std::string text;
  for (const PartitionVersion& one : partitions)
    text.append(one.partition).append(" ").append(one.version()).append("\n");
  return text;
}

}  // namespace

Result<std::optional<std::string>> source_version(Warehouse& warehouse, const Limits& limits) {
  GAPLESS_ASSIGN(const auto partitions, warehouse.source_inventory(limits));
  return partitions ? std::optional(version_of(*partitions)) : std::nullopt;
}

Result<std::optional<SourceInventory>> read_source(Warehouse& warehouse, StateStore& store,
                                                   const Definition& definition, const Limits& limits) {
  GAPLESS_ASSIGN(const auto partitions, warehouse.source_inventory(limits));
  if (!partitions) return std::nullopt;
  PartitionCache<SourceCount, Shards> cache(store, "source", warehouse.shards(), definition);
  GAPLESS_ASSIGN(const auto changed, cache.match(*partitions));
  for (auto next = changed.begin(); next != changed.end();) {
    std::vector<std::string> together;
    const auto first = next;
    for (std::uint64_t rows = 0; next != changed.end() && together.size() < kPartitionsAtOnce; ++next) {
      if (!together.empty() && rows + (*next)->rows > kRowsAtOnce) break;
      rows += (*next)->rows;
      together.push_back((*next)->partition);
    }
    GAPLESS_ASSIGN(auto counts, warehouse.counts_by_partition(together, limits));
    for (auto one = first; one != next; ++one) cache.add(**one, counts[(*one)->partition]);
  }
  return SourceInventory{version_of(*partitions), summed(std::move(cache).finish())};
}

Result<std::vector<SourceCount>> read_counts(Warehouse& warehouse, StateStore& store, DayRange days,
                                             const Definition& definition, const Limits& limits) {
  GAPLESS_ASSIGN(auto source, read_source(warehouse, store, definition, limits));
  if (!source) return warehouse.source_counts(days, std::nullopt, limits);
  std::erase_if(source->counts, [&](const SourceCount& count) { return !days.contains(count.cell.day); });
  return std::move(source->counts);
}

namespace {

/// What a target holds on one shard.
Result<TargetInventory> read_target_of(Warehouse& warehouse, StateStore& store, std::uint32_t shard, Target target,
                                       const Definition& definition, const Limits& limits) {
  GAPLESS_ASSIGN(const auto live, warehouse.target_inventory(target, limits));
  TargetInventory inventory;
  std::vector<PartitionVersion> partitions;
  std::map<Day, std::size_t> partitions_of_day;
  for (const auto& [partition, version] : live) {
    partitions.push_back(version);
    inventory.bytes[partition] = version.bytes;
    ++partitions_of_day[partition.day];
  }
  PartitionCache<TargetCell, std::uint32_t> cache(store, table_on(shard, target), shard, definition);
  GAPLESS_ASSIGN(const auto changed, cache.match(partitions));
  const TeamBuckets buckets = warehouse.team_buckets();
  std::map<Day, std::map<std::uint32_t, const PartitionVersion*>> unread;
  for (const PartitionVersion* version : changed) {
    const Partition partition = *buckets.of_partition_id(version->partition, shard);
    unread[partition.day].emplace(partition.bucket, version);
  }
  // Of a day that is known but for some buckets, these alone.
  for (auto next = unread.begin(); next != unread.end();) {
    const auto day = next++;
    if (day->second.size() == partitions_of_day.at(day->first)) continue;
    for (const auto& [bucket, version] : day->second) {
      GAPLESS_ASSIGN(const auto cells, warehouse.partition_content(target, {shard, day->first, bucket}, limits));
      cache.add(*version, cells);
    }
    unread.erase(day);
  }
  while (!unread.empty()) {
    // As many days as follow each other without one that is known, so that none is read for nothing.
    const Day first = unread.begin()->first;
    Day last = first;
    while (unread.contains(last + 1) && last - first + 1 < kDaysAtOnce) last = last + 1;
    GAPLESS_ASSIGN(const auto content, warehouse.target_content(target, {first, last}, std::nullopt, limits));
    std::map<Partition, std::vector<TargetCell>> cells;
    for (const TargetCell& cell : content) cells[buckets.partition_of(cell.cell)].push_back(cell);
    for (Day day = first; day <= last; day = day + 1) {
      for (const auto& [bucket, version] : unread.at(day)) cache.add(*version, cells[{shard, day, bucket}]);
      unread.erase(day);
    }
  }
  inventory.cells = std::move(cache).finish();
  return inventory;
}

}  // namespace

Result<TargetInventory> read_target(Warehouse& warehouse, StateStore& store, Target target,
                                    const Definition& definition, const Limits& limits) {
  GAPLESS_ASSIGN(
      auto all,
      ask_each<TargetInventory>(warehouse.shards().count(), limits, [&](std::uint32_t shard, const Limits& bounds) {
        return read_target_of(warehouse.on_shard(shard), store, shard, target, definition, bounds);
      }));
  TargetInventory inventory = std::move(all.front());
  for (auto one = all.begin() + 1; one != all.end(); ++one) {
    inventory.cells.insert(inventory.cells.end(), one->cells.begin(), one->cells.end());
    inventory.bytes.merge(one->bytes);
  }
  std::sort(inventory.cells.begin(), inventory.cells.end(),
            [](const TargetCell& a, const TargetCell& b) { return a.cell < b.cell; });
  return inventory;
}

Result<TargetContents> read_partition(Warehouse& warehouse, StateStore& store, const Partition& partition,
                                      const Definition& definition, const Limits& limits) {
  GAPLESS_ASSIGN(const PartitionStates states, warehouse.live_state(partition, limits));
  TargetContents contents;
  for (const Target target : warehouse.targets()) {
    const auto& state = states[static_cast<std::size_t>(target)];
    if (!state) continue;
    std::vector<TargetCell>& cells = contents[static_cast<std::size_t>(target)];
    const std::string table = table_on(partition.shard, target);
    GAPLESS_ASSIGN(const auto known, store.cached_partition(table, state->version.partition));
    const std::string version = version_of(state->version, definition);
    if (known && known->version == version && unpack(known->content, partition.shard, cells)) continue;
    GAPLESS_ASSIGN(cells, warehouse.partition_content(target, partition, limits));
    keep(store, table, {{state->version.partition, version, pack(cells)}}, {});
  }
  return contents;
}

Status keep_published(Warehouse& warehouse, StateStore& store, const Partition& partition,
                      const PartitionStates& staged, const TargetContents& content, const Definition& definition,
                      const Limits& limits) {
  GAPLESS_ASSIGN(const PartitionStates states, warehouse.live_state(partition, limits));
  for (const Target target : warehouse.targets()) {
    const auto index = static_cast<std::size_t>(target);
    const auto& live = states[index];
    if (live && staged[index] && live->checksum == staged[index]->checksum)
      keep(store, table_on(partition.shard, target),
           {{live->version.partition, version_of(live->version, definition), pack(content[index])}}, {});
  }
  return {};
}

}  // namespace gapless
