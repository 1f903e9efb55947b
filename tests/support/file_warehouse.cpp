#include "support/file_warehouse.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace gapless {
namespace {

using Json = nlohmann::json;

std::int64_t micros(Instant instant) { return instant.time_since_epoch().count(); }
Instant instant_of(const Json& json) { return Instant(std::chrono::microseconds(json.get<std::int64_t>())); }
TeamId team_of(const Json& json) { return TeamId::from(json.get<std::uint64_t>(), "the file").value(); }
Day day_of(const Json& json) { return Day::parse(json.get<std::string>(), "the file").value(); }

Json json_of(const Fingerprint& one) { return {one.events, one.hash}; }
Fingerprint fingerprint_of(const Json& json) { return {json.at(0), json.at(1)}; }

Json json_of(const Measures& one) { return {one.view_events, one.sessions, one.bounces, one.duration_seconds}; }
Measures measures_from(const Json& json) { return {json.at(0), json.at(1), json.at(2), json.at(3)}; }

Json json_of(const ModelEvent& one) {
  return {one.team.value(),          micros(one.at), one.number, one.session, one.person, one.pathname,
          static_cast<int>(one.kind)};
}
ModelEvent event_of(const Json& json) {
  return {team_of(json.at(0)),
          instant_of(json.at(1)),
          json.at(2),
          json.at(3),
          json.at(4),
          json.at(5),
          static_cast<EventKind>(json.at(6).get<int>())};
}

Json json_of(const ModelSession& one) {
  return {one.cell.team.value(),
          one.cell.day.to_string(),
          one.id,
          micros(one.start),
          one.person,
          one.views,
          json_of(one.owned),
          one.bounce,
          one.duration_seconds};
}
ModelSession session_from(const Json& json) {
  return {{team_of(json.at(0)), day_of(json.at(1))},
          json.at(2),
          instant_of(json.at(3)),
          json.at(4),
          json.at(5),
          fingerprint_of(json.at(6)),
          json.at(7),
          json.at(8)};
}

Json json_of(const ModelGroup& one) {
  return {one.team.value(),
          micros(one.bucket),
          one.key,
          json_of(one.measures),
          one.persons,
          one.sessions,
          one.dimension ? Json(*one.dimension) : Json(nullptr)};
}
ModelGroup group_of(const Json& json) {
  return {team_of(json.at(0)),
          instant_of(json.at(1)),
          json.at(2),
          measures_from(json.at(3)),
          json.at(4).get<std::set<std::uint64_t>>(),
          json.at(5).get<std::set<std::string>>(),
          json.at(6).is_null() ? std::nullopt : std::optional(json.at(6).get<std::string>())};
}

Json json_of(const LedgerRow& one) {
  return {one.cell.team.value(),
          one.cell.day.to_string(),
          static_cast<int>(one.target),
          one.definition,
          json_of(one.window),
          json_of(one.owned),
          one.content.keys,
          one.content.key_hash,
          one.content.rows,
          json_of(one.content.measures),
          one.run_id,
          one.fence,
          one.sequence,
          micros(one.published_at)};
}
LedgerRow ledger_row_of(const Json& json) {
  LedgerRow row{{team_of(json.at(0)), day_of(json.at(1))},
                static_cast<Target>(json.at(2).get<int>()),
                json.at(3),
                fingerprint_of(json.at(4)),
                fingerprint_of(json.at(5)),
                {},
                json.at(10),
                json.at(11),
                json.at(12),
                instant_of(json.at(13))};
  row.content.keys = json.at(6);
  row.content.key_hash = json.at(7);
  row.content.rows = json.at(8);
  row.content.measures = measures_from(json.at(9));
  return row;
}

template <class Value>
Json list_of(const std::vector<Value>& values) {
  Json list = Json::array();
  for (const Value& value : values) list.push_back(json_of(value));
  return list;
}
template <class Read>
auto values_of(const Json& list, Read read) {
  std::vector<decltype(read(list))> values;
  for (const Json& one : list) values.push_back(read(one));
  return values;
}

Json json_of(const FakeWarehouseState& state) {
  Json targets = Json::array(), staging = Json::array();
  for (const auto& days : state.targets) {
    Json one = Json::array();
    for (const auto& [partition, parts] : days)
      for (const FakePart& part : parts)
        one.push_back({partition.day.to_string(), partition.bucket, part.name, list_of(part.rows)});
    targets.push_back(one);
  }
  for (const auto& [id, tables] : state.staging) {
    const Partition& where = id.partition;
    staging.push_back({id.store_id, id.fence, where.shard, where.day.to_string(), where.bucket, tables.broken,
                       list_of(tables.sessions), list_of(tables.targets[0]), list_of(tables.targets[1]),
                       list_of(tables.targets[2])});
  }
  Json meta;
  if (state.meta) meta = {state.meta->store_id, state.meta->host, state.meta->layout_version};
  return {{"prepared", state.prepared},
          {"events", list_of(state.events)},
          {"targets", targets},
          {"staging", staging},
          {"ledger", list_of(state.ledger)},
          {"definitions", state.definitions},
          {"meta", meta},
          {"parts_made", state.parts_made}};
}

FakeWarehouseState state_of(const Json& json) {
  FakeWarehouseState state;
  state.prepared = json.at("prepared");
  state.events = values_of(json.at("events"), event_of);
  for (std::size_t i = 0; i < state.targets.size(); ++i)
    for (const Json& part : json.at("targets").at(i))
      state.targets[i][{0, day_of(part.at(0)), part.at(1)}].push_back({part.at(2), values_of(part.at(3), group_of)});
  for (const Json& one : json.at("staging"))
    state.staging[{one.at(0), one.at(1), {one.at(2), day_of(one.at(3)), one.at(4)}}] = {
        one.at(5),
        values_of(one.at(6), session_from),
        {values_of(one.at(7), group_of), values_of(one.at(8), group_of), values_of(one.at(9), group_of)}};
  state.ledger = values_of(json.at("ledger"), ledger_row_of);
  for (const auto& [hash, text] : json.at("definitions").items()) state.definitions[hash] = text;
  const Json& meta = json.at("meta");
  if (!meta.is_null()) state.meta = {meta.at(0), meta.at(1), meta.at(2)};
  state.parts_made = json.at("parts_made");
  return state;
}

FakeWarehouseState read_state(const std::filesystem::path& path) {
  std::ifstream in(path);
  return in ? state_of(Json::parse(in)) : FakeWarehouseState{};
}

void write_state(const std::filesystem::path& path, const FakeWarehouseState& state) {
  const std::filesystem::path beside = path.string() + ".new";
  std::ofstream out(beside);
  out << json_of(state).dump();
  out.close();
  if (!out) throw std::runtime_error("cannot write " + beside.string());
  std::filesystem::rename(beside, path);
}

/// Held from the beginning of its scope to its end, or to the death of the process.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path) : fd_(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    if (fd_ < 0 || flock(fd_, LOCK_EX) != 0) throw std::runtime_error("cannot lock " + path.string());
  }
  ~FileLock() { close(fd_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_;
};

}  // namespace

template <class Call>
auto FileWarehouse::on_fake(Call call) const {
  const FileLock lock(path_.string() + ".lock");
  FakeWarehouse fake;
  fake.set_team_buckets(team_buckets_);
  fake.restore(read_state(path_));
  auto result = call(fake);
  write_state(path_, fake.state());
  return result;
}

const Targets& FileWarehouse::targets() const {
  static const Targets all = all_targets();
  return all;
}
Status FileWarehouse::prepare(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.prepare(limits); });
}
Result<std::optional<WarehouseMeta>> FileWarehouse::meta(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.meta(limits); });
}
Status FileWarehouse::write_meta(const WarehouseMeta& meta, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.write_meta(meta, limits); });
}
Result<std::uint64_t> FileWarehouse::unusable_events(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.unusable_events(limits); });
}

Result<SourceExtent> FileWarehouse::source_extent(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.source_extent(limits); });
}
Result<std::vector<SourceCount>> FileWarehouse::source_counts(DayRange days, const std::optional<Teams>& teams,
                                                              const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.source_counts(days, teams, limits); });
}
Result<std::optional<std::vector<PartitionVersion>>> FileWarehouse::source_inventory(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.source_inventory(limits); });
}
Result<std::optional<std::string>> FileWarehouse::version(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.version(limits); });
}
Result<std::map<std::string, std::vector<SourceCount>>> FileWarehouse::counts_by_partition(
    const std::vector<std::string>& partitions, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.counts_by_partition(partitions, limits); });
}
Status FileWarehouse::check_partitioning(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.check_partitioning(limits); });
}
Result<std::vector<TargetCell>> FileWarehouse::partition_content(Target target, const Partition& partition,
                                                                 const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.partition_content(target, partition, limits); });
}
Result<std::map<Partition, PartitionVersion>> FileWarehouse::target_inventory(Target target, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.target_inventory(target, limits); });
}
Result<std::uint64_t> FileWarehouse::free_bytes(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.free_bytes(limits); });
}
Result<std::vector<OwnedCell>> FileWarehouse::owned_cells(Day day, const Teams& teams, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.owned_cells(day, teams, limits); });
}
Result<std::vector<LedgerRow>> FileWarehouse::ledger(DayRange days, const std::optional<Teams>& teams,
                                                     const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.ledger(days, teams, limits); });
}
Result<std::uint64_t> FileWarehouse::highest_fence(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.highest_fence(limits); });
}
Result<std::optional<DayRange>> FileWarehouse::published_days(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.published_days(limits); });
}
Result<std::vector<TargetCell>> FileWarehouse::target_content(Target target, DayRange days,
                                                              const std::optional<Teams>& teams, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.target_content(target, days, teams, limits); });
}
Result<PartitionStates> FileWarehouse::live_state(const Partition& partition, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.live_state(partition, limits); });
}
Result<PartitionStates> FileWarehouse::staged_state(const StagingId& staging, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.staged_state(staging, limits); });
}
Result<std::optional<std::string>> FileWarehouse::definition_text(std::string_view hash, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.definition_text(hash, limits); });
}
Result<std::vector<CellDifferences>> FileWarehouse::differences(Target target, Day day, const Teams& teams,
                                                                std::optional<double> tolerance_percent,
                                                                const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.differences(target, day, teams, tolerance_percent, limits); });
}
Status FileWarehouse::create_staging(const StagingId& staging, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.create_staging(staging, limits); });
}
Result<std::vector<OwnedCell>> FileWarehouse::build_sessions(const StagingId& staging, const Teams& teams,
                                                             const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.build_sessions(staging, teams, limits); });
}
Status FileWarehouse::stage_cells(const StagingId& staging, Target target, const Teams& teams,
                                  const std::optional<Teams>& all_but, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.stage_cells(staging, target, teams, all_but, limits); });
}
Status FileWarehouse::stage_from_wide(const StagingId& staging, const Teams& teams, const std::optional<Teams>& all_but,
                                      const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.stage_from_wide(staging, teams, all_but, limits); });
}
Result<StagedPartition> FileWarehouse::staged(const StagingId& staging, Target target, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.staged(staging, target, limits); });
}
Status FileWarehouse::replace_partition(const StagingId& staging, Target target, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.replace_partition(staging, target, limits); });
}
Status FileWarehouse::drop_partition(const StagingId& staging, Target target, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.drop_partition(staging, target, limits); });
}
Status FileWarehouse::drop_part(Target target, const Partition& partition, const std::string& part,
                                const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.drop_part(target, partition, part, limits); });
}
Status FileWarehouse::record(const std::vector<LedgerRow>& rows, const Definition& definition, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.record(rows, definition, limits); });
}
Status FileWarehouse::drop_staging(const StagingId& staging, const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.drop_staging(staging, limits); });
}
Result<std::vector<StagingId>> FileWarehouse::list_staging(const Limits& limits) {
  return on_fake([&](FakeWarehouse& fake) { return fake.list_staging(limits); });
}

FakeWarehouseState FileWarehouse::state() const {
  return on_fake([](FakeWarehouse& fake) { return fake.state(); });
}

void FileWarehouse::change(const std::function<void(FakeWarehouse&)>& how) {
  on_fake([&](FakeWarehouse& fake) {
    how(fake);
    return true;
  });
}

}  // namespace gapless
