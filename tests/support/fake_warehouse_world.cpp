// What tests do to a FakeWarehouse behind its back, and how it finds rows.
#include <algorithm>
#include <tuple>

#include "support/fake_warehouse.h"

namespace gapless {

std::vector<ModelGroup> FakeWarehouse::live_rows(Target target, const Partition& partition) const {
  const auto& partitions = state_.targets[static_cast<std::size_t>(target)];
  std::vector<ModelGroup> rows;
  if (const auto parts = partitions.find(partition); parts != partitions.end())
    for (const FakePart& part : parts->second) rows.insert(rows.end(), part.rows.begin(), part.rows.end());
  return rows;
}

std::vector<ModelGroup> FakeWarehouse::rows_of_others(Target target, const Partition& partition,
                                                      const Teams& all_but) const {
  std::vector<ModelGroup> rows = live_rows(target, partition);
  std::erase_if(rows, [&](const ModelGroup& row) { return std::ranges::binary_search(all_but, row.team); });
  return rows;
}

void FakeWarehouse::set_bytes_per_team(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_per_team_ = bytes;
}

void FakeWarehouse::set_free_bytes(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  free_bytes_ = bytes;
}

void FakeWarehouse::set_inventoried(bool inventoried) {
  const std::lock_guard lock(mutex_);
  inventoried_ = inventoried;
}

void FakeWarehouse::put(const std::vector<ModelEvent>& events) {
  const std::lock_guard lock(mutex_);
  state_.events.insert(state_.events.end(), events.begin(), events.end());
}

void FakeWarehouse::remove_events(const std::function<bool(const ModelEvent&)>& which) {
  const std::lock_guard lock(mutex_);
  std::erase_if(state_.events, which);
}

std::vector<ModelEvent> FakeWarehouse::events() const {
  const std::lock_guard lock(mutex_);
  return state_.events;
}

void FakeWarehouse::put_rows(Target target, const std::vector<ModelGroup>& rows) {
  const std::lock_guard lock(mutex_);
  for (const ModelGroup& row : rows) {
    const Partition partition = partition_of(row);
    live(target, partition).push_back(make_part(partition, {row}));
  }
}

void FakeWarehouse::drop_rows(Target target, Day day) {
  const std::lock_guard lock(mutex_);
  for (const Partition& partition : team_buckets_.partitions_of(day, shard_)) live(target, partition).clear();
}

void FakeWarehouse::delete_rows(Target target, Cell cell) {
  const std::lock_guard lock(mutex_);
  for (FakePart& part : live(target, team_buckets_.partition_of(cell)))
    std::erase_if(part.rows, [&](const ModelGroup& row) { return row.team == cell.team; });
}

void FakeWarehouse::double_rows(Target target, Cell cell) { put_rows(target, rows(target, cell)); }

std::vector<ModelGroup> FakeWarehouse::rows(Target target, Day day) const {
  const std::lock_guard lock(mutex_);
  std::vector<ModelGroup> rows = live_rows(target, DayRange{day, day});
  std::stable_sort(rows.begin(), rows.end(), [](const ModelGroup& a, const ModelGroup& b) {
    return std::tie(a.team, a.key) < std::tie(b.team, b.key);
  });
  return rows;
}

std::vector<ModelGroup> FakeWarehouse::rows(Target target, Cell cell) const {
  std::vector<ModelGroup> of_cell = rows(target, cell.day);
  std::erase_if(of_cell, [&](const ModelGroup& row) { return row.team != cell.team; });
  return of_cell;
}

FakeWarehouseState FakeWarehouse::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void FakeWarehouse::restore(const FakeWarehouseState& state) {
  const std::lock_guard lock(mutex_);
  state_ = state;
}

}  // namespace gapless
