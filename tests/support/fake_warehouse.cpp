#include "support/fake_warehouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace gapless {
namespace {

bool contains(const std::optional<Teams>& teams, TeamId team) {
  return !teams || std::find(teams->begin(), teams->end(), team) != teams->end();
}

/// All of it, or its first half.
template <class Row>
void append(std::vector<Row>& to, std::vector<Row> rows, Effect extent) {
  if (extent == Effect::kHalf) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2), rows.end());
  std::move(rows.begin(), rows.end(), std::back_inserter(to));
}

void include(std::optional<DayRange>& days, Day day) {
  days = days ? DayRange{std::min(days->first, day), std::max(days->last, day)} : DayRange{day, day};
}

/// By cell.
std::vector<SourceCount> counts_of(const std::vector<ModelEvent>& events, Shards shards) {
  std::map<Cell, SourceCount> counts;
  for (const ModelEvent& event : events) {
    const Cell cell{event.team, Day::of(event.at), shards.shard_of(event.team)};
    SourceCount& count = counts.try_emplace(cell, SourceCount{cell, 0, {}}).first->second;
    count.view_events += event.kind == EventKind::kPageview ? 1 : 0;
    count.events += fingerprint(event);
  }
  std::vector<SourceCount> sorted;
  for (const auto& [cell, count] : counts) sorted.push_back(count);
  return sorted;
}

/// Another one for other rows.
PartitionVersion version_of(Target target, std::string partition, const std::vector<ModelGroup>& rows) {
  PartitionVersion version{std::string(table_name(target)), std::move(partition), rows.size(), 0, 0, rows.size()};
  for (const TargetCell& cell : content_of(rows)) {
    const Measures& measures = cell.content.measures;
    version.max_block += cell.content.key_hash * (cell.cell.team.value() + 1);
    version.data_version += measures.view_events + 1000 * measures.sessions + 1'000'000 * measures.bounces +
                            1'000'000'000 * static_cast<std::uint64_t>(measures.duration_seconds);
  }
  return version;
}

std::size_t index(Target target) { return static_cast<std::size_t>(target); }

std::vector<ModelSession> of_teams(std::vector<ModelSession> sessions, const Teams& teams) {
  std::erase_if(sessions, [&](const ModelSession& session) { return !contains(teams, session.cell.team); });
  return sessions;
}

/// By cell and target, the row with the highest (fence, sequence), whichever was written last.
std::vector<LedgerRow> rows_that_count(const std::vector<LedgerRow>& written) {
  std::map<std::pair<Cell, Target>, LedgerRow> best;
  for (const LedgerRow& row : written) {
    const auto [found, is_first] = best.try_emplace({row.cell, row.target}, row);
    if (!is_first && std::tie(row.fence, row.sequence) >= std::tie(found->second.fence, found->second.sequence))
      found->second = row;
  }
  std::vector<LedgerRow> rows;
  for (auto& [key, row] : best)
    if (row.definition != kForgotten) rows.push_back(std::move(row));
  return rows;
}

}  // namespace

Status FakeWarehouse::require_prepared() const {
  if (!state_.prepared) return fail(Fault::kBadQuery, "the warehouse's tables do not exist; prepare() makes them", 60);
  return {};
}

Status FakeWarehouse::check_place() {
  if (!state_.meta) return {};
  if (state_.meta->shards > shards_.count() || state_.shard != shard_)
    return fail(Fault::kConflict, fmt::format("it was shard {} of {}", state_.shard, state_.meta->shards));
  state_.meta->is_on_every_shard = state_.meta->shards == shards_.count();
  return {};
}

Result<FakeStaging*> FakeWarehouse::usable_staging(const StagingId& staging) {
  const auto found = state_.staging.find(staging);
  if (found == state_.staging.end() || found->second.broken)
    return fail(Fault::kBadQuery, fmt::format("the staging of {} does not exist", staging.partition.to_string()), 60);
  return &found->second;
}

FakePart FakeWarehouse::make_part(const Partition& partition, std::vector<ModelGroup> rows) {
  const std::uint64_t number = ++state_.parts_made;
  return {fmt::format("{}_{}_{}_0", team_buckets_.partition_id(partition), number, number), std::move(rows)};
}

std::vector<ModelGroup> FakeWarehouse::live_rows(Target target, DayRange days) const {
  std::vector<ModelGroup> rows;
  for (const auto& [partition, parts] : state_.targets[index(target)])
    if (days.contains(partition.day))
      for (const FakePart& part : parts) rows.insert(rows.end(), part.rows.begin(), part.rows.end());
  return rows;
}

Status FakeWarehouse::prepare(const Limits& limits) {
  return faults_->call<void>("prepare", limits, [&](Effect extent) -> Status {
    const std::lock_guard lock(mutex_);
    if (extent == Effect::kWhole) state_.prepared = true;
    return {};
  });
}

Result<std::optional<WarehouseMeta>> FakeWarehouse::meta(const Limits& limits) {
  return faults_->call<std::optional<WarehouseMeta>>("meta", limits,
                                                     [&](Effect) -> Result<std::optional<WarehouseMeta>> {
                                                       const std::lock_guard lock(mutex_);
                                                       GAPLESS_TRY(require_prepared());
                                                       GAPLESS_TRY(check_place());
                                                       return state_.meta;
                                                     });
}

Status FakeWarehouse::write_meta(const WarehouseMeta& meta, const Limits& limits) {
  return faults_->call<void>("write_meta", limits, [&](Effect extent) -> Status {
    const std::lock_guard lock(mutex_);
    GAPLESS_TRY(require_prepared());
    if (extent != Effect::kWhole) return {};
    state_.meta = meta;
    state_.meta->shards = shards_.count();
    state_.meta->is_on_every_shard = true;
    state_.shard = shard_;
    return {};
  });
}

Result<std::uint64_t> FakeWarehouse::unusable_events(const Limits& limits) {
  return faults_->call<std::uint64_t>("unusable_events", limits, [](Effect) -> Result<std::uint64_t> { return 0; });
}

Result<SourceExtent> FakeWarehouse::source_extent(const Limits& limits) {
  return faults_->call<SourceExtent>("source_extent", limits, [&](Effect) -> Result<SourceExtent> {
    const std::lock_guard lock(mutex_);
    SourceExtent extent;
    extent.events = state_.events.size();
    for (const ModelEvent& event : state_.events) include(extent.days, Day::of(event.at));
    return extent;
  });
}

Result<std::vector<SourceCount>> FakeWarehouse::source_counts(DayRange days, const std::optional<Teams>& teams,
                                                              const Limits& limits) {
  return faults_->call<std::vector<SourceCount>>(
      "source_counts", limits, [&](Effect) -> Result<std::vector<SourceCount>> {
        const std::lock_guard lock(mutex_);
        std::vector<SourceCount> counts = counts_of(state_.events, shards_);
        std::erase_if(counts, [&](const SourceCount& count) {
          return !days.contains(count.cell.day) || !contains(teams, count.cell.team);
        });
        return counts;
      });
}

Result<std::optional<std::vector<PartitionVersion>>> FakeWarehouse::source_inventory(const Limits& limits) {
  using Inventory = std::optional<std::vector<PartitionVersion>>;
  return faults_->call<Inventory>("source_inventory", limits, [&](Effect) -> Result<Inventory> {
    const std::lock_guard lock(mutex_);
    if (!inventoried_) return std::nullopt;
    std::map<Day, Fingerprint> days;
    for (const ModelEvent& event : state_.events) days[Day::of(event.at)] += fingerprint(event);
    std::vector<PartitionVersion> partitions;
    for (const auto& [day, events] : days)
      partitions.push_back({"source", day.partition_id(), events.events, events.hash, 0, events.events});
    return partitions;
  });
}

Result<std::optional<std::string>> FakeWarehouse::version(const Limits& limits) {
  using Version = std::optional<std::string>;
  return faults_->call<Version>("version", limits, [&](Effect) -> Result<Version> {
    const std::lock_guard lock(mutex_);
    GAPLESS_TRY(require_prepared());
    if (!inventoried_ || state_.events.empty()) return std::nullopt;
    Fingerprint events;
    for (const ModelEvent& event : state_.events) events += fingerprint(event);
    std::string text = fmt::format("source {} {}; ledger {};", events.events, events.hash, state_.ledger.size());
    for (const Target target : targets_)
      for (const auto& [day, parts] : state_.targets[index(target)])
        for (const FakePart& part : parts) text += fmt::format("{} {} {};", name(target), part.name, part.rows.size());
    return text;
  });
}

Result<std::map<std::string, std::vector<SourceCount>>> FakeWarehouse::counts_by_partition(
    const std::vector<std::string>& partitions, const Limits& limits) {
  using Counts = std::map<std::string, std::vector<SourceCount>>;
  return faults_->call<Counts>("counts_by_partition", limits, [&](Effect) -> Result<Counts> {
    const std::lock_guard lock(mutex_);
    Counts counts;
    for (const SourceCount& count : counts_of(state_.events, shards_)) {
      const std::string partition = count.cell.day.partition_id();
      if (std::find(partitions.begin(), partitions.end(), partition) != partitions.end())
        counts[partition].push_back(count);
    }
    return counts;
  });
}

Status FakeWarehouse::check_partitioning(const Limits& limits) {
  return faults_->call<void>("check_partitioning", limits, [](Effect) -> Status { return {}; });
}

Result<std::map<Partition, PartitionVersion>> FakeWarehouse::target_inventory(Target target, const Limits& limits) {
  using Inventory = std::map<Partition, PartitionVersion>;
  return faults_->call<Inventory>("target_inventory", limits, [&](Effect) -> Result<Inventory> {
    const std::lock_guard lock(mutex_);
    GAPLESS_TRY(require_prepared());
    Inventory inventory;
    for (const auto& [partition, parts] : state_.targets[index(target)]) {
      PartitionVersion version =
          version_of(target, team_buckets_.partition_id(partition), live_rows(target, partition));
      if (version.rows > 0) inventory.emplace(partition, std::move(version));
    }
    return inventory;
  });
}

Result<std::vector<OwnedCell>> FakeWarehouse::owned_cells(Day day, const Teams& teams, const Limits& limits) {
  return faults_->call<std::vector<OwnedCell>>("owned_cells", limits, [&](Effect) -> Result<std::vector<OwnedCell>> {
    const std::lock_guard lock(mutex_);
    return here(owned_cells_of(of_teams(sessions_of(state_.events, day), own(teams))));
  });
}

Result<std::vector<LedgerRow>> FakeWarehouse::ledger(DayRange days, const std::optional<Teams>& teams,
                                                     const Limits& limits) {
  return faults_->call<std::vector<LedgerRow>>("ledger", limits, [&](Effect) -> Result<std::vector<LedgerRow>> {
    const std::lock_guard lock(mutex_);
    GAPLESS_TRY(require_prepared());
    std::vector<LedgerRow> rows = rows_that_count(state_.ledger);
    std::erase_if(rows, [&](const LedgerRow& row) {
      return !days.contains(row.cell.day) || !contains(teams, row.cell.team) ||
             !gapless::contains(targets_, row.target);
    });
    return rows;
  });
}

Result<std::uint64_t> FakeWarehouse::highest_fence(const Limits& limits) {
  return faults_->call<std::uint64_t>("highest_fence", limits, [&](Effect) -> Result<std::uint64_t> {
    const std::lock_guard lock(mutex_);
    GAPLESS_TRY(require_prepared());
    std::uint64_t highest = 0;
    for (const LedgerRow& row : state_.ledger) highest = std::max(highest, row.fence);
    return highest;
  });
}

Result<std::optional<DayRange>> FakeWarehouse::published_days(const Limits& limits) {
  return faults_->call<std::optional<DayRange>>(
      "published_days", limits, [&](Effect) -> Result<std::optional<DayRange>> {
        const std::lock_guard lock(mutex_);
        GAPLESS_TRY(require_prepared());
        std::optional<DayRange> days;
        for (const LedgerRow& row : state_.ledger)
          if (row.definition != kForgotten) include(days, row.cell.day);
        for (const Target target : targets_)
          for (const auto& [partition, parts] : state_.targets[index(target)])
            if (std::any_of(parts.begin(), parts.end(), [](const FakePart& part) { return !part.rows.empty(); }))
              include(days, partition.day);
        return days;
      });
}

Result<std::vector<TargetCell>> FakeWarehouse::target_content(Target target, DayRange days,
                                                              const std::optional<Teams>& teams, const Limits& limits) {
  return faults_->call<std::vector<TargetCell>>(
      "target_content", limits, [&](Effect) -> Result<std::vector<TargetCell>> {
        const std::lock_guard lock(mutex_);
        GAPLESS_TRY(require_prepared());
        std::vector<TargetCell> cells = here(content_of(live_rows(target, days)));
        std::erase_if(cells, [&](const TargetCell& cell) { return !contains(teams, cell.cell.team); });
        return cells;
      });
}

Result<std::vector<TargetCell>> FakeWarehouse::partition_content(Target target, const Partition& partition,
                                                                 const Limits& limits) {
  return faults_->call<std::vector<TargetCell>>("partition_content", limits,
                                                [&](Effect) -> Result<std::vector<TargetCell>> {
                                                  const std::lock_guard lock(mutex_);
                                                  GAPLESS_TRY(require_prepared());
                                                  return here(content_of(live_rows(target, partition)));
                                                });
}

Result<PartitionStates> FakeWarehouse::live_state(const Partition& partition, const Limits& limits) {
  return faults_->call<PartitionStates>("live_state", limits, [&](Effect) -> Result<PartitionStates> {
    const std::lock_guard lock(mutex_);
    GAPLESS_TRY(require_prepared());
    PartitionStates states;
    for (const Target target : kTargets) {
      const std::vector<ModelGroup> rows = live_rows(target, partition);
      if (rows.empty()) continue;
      PartitionState& state = states[index(target)].emplace();
      state.version = version_of(target, team_buckets_.partition_id(partition), rows);
      state.checksum = state.version.max_block + state.version.data_version;
      for (const FakePart& part : live(target, partition))
        if (!part.rows.empty()) state.parts.push_back({part.name, part.rows.size()});
    }
    return states;
  });
}

Result<PartitionStates> FakeWarehouse::staged_state(const StagingId& staging, const Limits& limits) {
  return faults_->call<PartitionStates>("staged_state", limits, [&](Effect) -> Result<PartitionStates> {
    const std::lock_guard lock(mutex_);
    GAPLESS_ASSIGN(const FakeStaging* const tables, usable_staging(staging));
    PartitionStates states;
    for (const Target target : kTargets) {
      std::vector<ModelGroup> rows = tables->targets[index(target)];
      std::erase_if(rows, [&](const ModelGroup& row) { return partition_of(row) != staging.partition; });
      if (rows.empty()) continue;
      PartitionState& state = states[index(target)].emplace();
      state.version = version_of(target, team_buckets_.partition_id(staging.partition), rows);
      state.version.table = "staging";
      state.checksum = state.version.max_block + state.version.data_version;
      state.parts.push_back({"staged", rows.size()});
    }
    return states;
  });
}

Result<std::uint64_t> FakeWarehouse::free_bytes(const Limits& limits) {
  return faults_->call<std::uint64_t>("free_bytes", limits, [&](Effect) -> Result<std::uint64_t> {
    const std::lock_guard lock(mutex_);
    return free_bytes_;
  });
}

Result<std::optional<std::string>> FakeWarehouse::definition_text(std::string_view hash, const Limits& limits) {
  return faults_->call<std::optional<std::string>>(
      "definition_text", limits, [&](Effect) -> Result<std::optional<std::string>> {
        const std::lock_guard lock(mutex_);
        GAPLESS_TRY(require_prepared());
        const auto found = state_.definitions.find(hash);
        return found == state_.definitions.end() ? std::nullopt : std::optional(found->second);
      });
}

Result<std::vector<CellDifferences>> FakeWarehouse::differences(Target target, Day day, const Teams& teams,
                                                                std::optional<double> /*tolerance_percent*/,
                                                                const Limits& limits) {
  using Found = std::vector<CellDifferences>;
  return faults_->call<Found>("differences", limits, [&](Effect) -> Result<Found> {
    const std::lock_guard lock(mutex_);
    GAPLESS_TRY(require_prepared());
    if (limits.memory_limit_bytes > 0 && teams.size() * bytes_per_team_ > limits.memory_limit_bytes)
      return fail(overloaded());
    std::vector<ModelGroup> live = live_rows(target, DayRange{day, day});
    std::erase_if(live, [&](const ModelGroup& row) { return !contains(teams, row.team); });
    Found found =
        here(differences_of(target, live, groups_of(target, of_teams(sessions_of(state_.events, day), teams))));
    for (CellDifferences& cell : found)
      if (cell.first.size() > kDifferencesTold)
        cell.first.erase(cell.first.begin() + kDifferencesTold, cell.first.end());
    return found;
  });
}

Status FakeWarehouse::create_staging(const StagingId& staging, const Limits& limits) {
  return faults_->call<void>("create_staging", limits, [&](Effect extent) -> Status {
    const std::lock_guard lock(mutex_);
    GAPLESS_TRY(require_prepared());
    if (state_.staging.contains(staging))
      return fail(Fault::kBadQuery, fmt::format("the staging of {} exists already", staging.partition.to_string()), 57);
    state_.staging[staging].broken = extent == Effect::kHalf;
    return {};
  });
}

Result<std::vector<OwnedCell>> FakeWarehouse::build_sessions(const StagingId& staging, const Teams& teams,
                                                             const Limits& limits) {
  return faults_->call<std::vector<OwnedCell>>(
      "build_sessions", limits, [&](Effect extent) -> Result<std::vector<OwnedCell>> {
        const std::lock_guard lock(mutex_);
        GAPLESS_ASSIGN(FakeStaging* const tables, usable_staging(staging));
        const bool fits = limits.memory_limit_bytes == 0 || teams.size() * bytes_per_team_ <= limits.memory_limit_bytes;
        std::vector<ModelSession> sessions = of_teams(sessions_of(state_.events, staging.partition.day), own(teams));
        append(tables->sessions, sessions, fits ? extent : Effect::kHalf);
        if (!fits) return fail(overloaded());
        return here(owned_cells_of(sessions));
      });
}

Status FakeWarehouse::stage_cells(const StagingId& staging, Target target, const Teams& teams,
                                  const std::optional<Teams>& all_but, const Limits& limits) {
  return faults_->call<void>("stage_cells", limits, [&](Effect extent) -> Status {
    const std::lock_guard lock(mutex_);
    GAPLESS_ASSIGN(FakeStaging* const tables, usable_staging(staging));
    std::vector<ModelGroup> rows = groups_of(target, of_teams(tables->sessions, teams));
    if (all_but) append(rows, rows_of_others(target, staging.partition, *all_but), Effect::kWhole);
    append(tables->targets[index(target)], std::move(rows), extent);
    return {};
  });
}

Status FakeWarehouse::stage_from_wide(const StagingId& staging, const Teams& teams, const std::optional<Teams>& all_but,
                                      const Limits& limits) {
  return faults_->call<void>("stage_from_wide", limits, [&](Effect extent) -> Status {
    const std::lock_guard lock(mutex_);
    GAPLESS_ASSIGN(FakeStaging* const tables, usable_staging(staging));
    std::vector<ModelGroup> wide = live_rows(Target::kBounces, staging.partition);
    std::erase_if(wide, [&](const ModelGroup& row) { return !contains(teams, row.team); });
    std::vector<ModelGroup> rows = breakdowns_of_wide(wide);
    if (all_but) append(rows, rows_of_others(Target::kBreakdowns, staging.partition, *all_but), Effect::kWhole);
    append(tables->targets[index(Target::kBreakdowns)], std::move(rows), extent);
    return {};
  });
}

Result<StagedPartition> FakeWarehouse::staged(const StagingId& staging, Target target, const Limits& limits) {
  return faults_->call<StagedPartition>("staged", limits, [&](Effect) -> Result<StagedPartition> {
    const std::lock_guard lock(mutex_);
    GAPLESS_ASSIGN(const FakeStaging* const tables, usable_staging(staging));
    std::vector<ModelGroup> rows = tables->targets[index(target)];
    const auto outside =
        std::erase_if(rows, [&](const ModelGroup& row) { return partition_of(row) != staging.partition; });
    return StagedPartition{here(content_of(rows)), outside};
  });
}

Status FakeWarehouse::replace_partition(const StagingId& staging, Target target, const Limits& limits) {
  return faults_->call<void>("replace_partition", limits, [&](Effect extent) -> Status {
    const std::lock_guard lock(mutex_);
    const Partition& partition = staging.partition;
    const auto tables = usable_staging(staging);
    std::vector<ModelGroup> rows = tables ? (*tables)->targets[index(target)] : std::vector<ModelGroup>();
    std::erase_if(rows, [&](const ModelGroup& row) { return partition_of(row) != partition; });
    if (rows.empty())
      return fail(Fault::kInternal, fmt::format("the staged partition {} is empty or missing", partition.to_string()),
                  tables ? 36 : 60);
    std::vector<FakePart>& parts = live(target, partition);
    if (extent == Effect::kWhole) parts.clear();
    parts.push_back(make_part(partition, std::move(rows)));
    return {};
  });
}

Status FakeWarehouse::drop_partition(const StagingId& staging, Target target, const Limits& limits) {
  return faults_->call<void>("drop_partition", limits, [&](Effect extent) -> Status {
    const std::lock_guard lock(mutex_);
    const auto tables = usable_staging(staging);
    if (!tables)
      return fail(Fault::kInternal, fmt::format("the staging of {} is missing", staging.partition.to_string()), 60);
    // It moves the live rows into the staging, to go with it; half of that has copied them.
    append((*tables)->targets[index(target)], live_rows(target, staging.partition), Effect::kWhole);
    if (extent == Effect::kWhole) live(target, staging.partition).clear();
    return {};
  });
}

Status FakeWarehouse::drop_part(Target target, const Partition& /*partition*/, const std::string& part,
                                const Limits& limits) {
  return faults_->call<void>("drop_part", limits, [&](Effect) -> Status {
    const std::lock_guard lock(mutex_);
    for (auto& [partition, parts] : state_.targets[index(target)])
      if (std::erase_if(parts, [&](const FakePart& other) { return other.name == part; }) > 0) return {};
    return fail(Fault::kBadQuery, fmt::format("there is no part {}", part), 232);
  });
}

Status FakeWarehouse::record(const std::vector<LedgerRow>& rows, const Definition& definition, const Limits& limits) {
  return faults_->call<void>("record", limits, [&](Effect extent) -> Status {
    const std::lock_guard lock(mutex_);
    GAPLESS_TRY(require_prepared());
    state_.definitions.insert_or_assign(definition.hash(), definition.text());
    if (extent == Effect::kHalf) return {};  // the rows are one insert
    for (LedgerRow row : rows) {
      row.content.rows = row.content.keys;  // a published cell holds each key once: the ledger has no count of rows
      state_.ledger.push_back(std::move(row));
    }
    return {};
  });
}

Status FakeWarehouse::drop_staging(const StagingId& staging, const Limits& limits) {
  return faults_->call<void>("drop_staging", limits, [&](Effect extent) -> Status {
    const std::lock_guard lock(mutex_);
    const auto found = state_.staging.find(staging);
    if (found == state_.staging.end()) return {};
    found->second.broken = true;
    if (extent == Effect::kWhole) state_.staging.erase(found);
    return {};
  });
}

Result<std::vector<StagingId>> FakeWarehouse::list_staging(const Limits& limits) {
  return faults_->call<std::vector<StagingId>>("list_staging", limits, [&](Effect) -> Result<std::vector<StagingId>> {
    const std::lock_guard lock(mutex_);
    std::vector<StagingId> found;
    for (const auto& [staging, tables] : state_.staging) found.push_back(staging);
    return found;
  });
}

}  // namespace gapless
