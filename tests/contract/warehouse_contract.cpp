#include "contract/warehouse_contract.h"

#include <algorithm>

namespace gapless {

void PrintTo(const Cell& cell, std::ostream* out) {
  *out << "team " << cell.team.value() << " on " << cell.day.to_string();
}

void PrintTo(const Measures& measures, std::ostream* out) {
  *out << measures.view_events << " views, " << measures.sessions << " sessions, " << measures.bounces << " bounces, "
       << measures.duration_seconds << " s";
}

void PrintTo(const TargetContent& content, std::ostream* out) {
  *out << content.rows << " rows, " << content.keys << " keys of hash " << content.key_hash << ", ";
  PrintTo(content.measures, out);
}

void PrintTo(const TargetCell& cell, std::ostream* out) {
  PrintTo(cell.cell, out);
  *out << ": ";
  PrintTo(cell.content, out);
}

void PrintTo(const OwnedCell& cell, std::ostream* out) {
  PrintTo(cell.cell, out);
  *out << ": " << cell.owned.events << " events of hash " << cell.owned.hash << ", ";
  PrintTo(cell.measures, out);
}

}  // namespace gapless

namespace gapless::contract {

TeamId team(std::uint64_t id) { return TeamId::from(id, "test").value(); }

Instant at(std::string_view text) { return parse_instant(text, "test").value(); }

ModelEvent view(TeamId team, std::string_view time, std::string session, std::string pathname) {
  static std::uint64_t number = 0;
  return {team, at(time), ++number, std::move(session), 1, std::move(pathname), EventKind::kPageview};
}

ModelEvent as(EventKind kind, ModelEvent event) {
  event.kind = kind;
  return event;
}

void WarehouseContract::put(const std::vector<ModelEvent>& events) {
  events_.insert(events_.end(), events.begin(), events.end());
  fixture_->put(events);
}

StagingId WarehouseContract::stage(const Partition& partition, const Teams& teams) {
  const StagingId staging{"0123456789abcdef", ++fence_, partition};
  EXPECT_TRUE(warehouse().create_staging(staging, {}));
  EXPECT_TRUE(warehouse().build_sessions(staging, teams, {}));
  for (const Target target : kTargets) {
    EXPECT_TRUE(warehouse().stage_cells(staging, target, teams, teams, {}));
  }
  return staging;
}

void WarehouseContract::replace(const StagingId& staging) {
  for (const Target target : kTargets) {
    const Status replaced = warehouse().replace_partition(staging, target, {});
    EXPECT_TRUE(replaced) << replaced.error().message;
  }
}

void WarehouseContract::publish(const Partition& partition, const Teams& teams) {
  const StagingId staging = stage(partition, teams);
  replace(staging);
  EXPECT_TRUE(warehouse().drop_staging(staging, {}));
}

LedgerRow WarehouseContract::entry(Cell cell, Target target, std::uint64_t fence, std::uint64_t sequence) const {
  LedgerRow row{cell,
                target,
                "0011223344556677",
                {10, 11},
                {12, 13},
                {},
                "run-1",
                fence,
                sequence,
                at("2026-03-03T01:02:03.456789Z")};
  row.content = {4, 4, 0xfedcba9876543210, {14, 15, 3, -16}};
  return row;
}

std::vector<OwnedCell> WarehouseContract::owned(Day day, const Teams& teams) {
  auto cells = warehouse().owned_cells(day, teams, {});
  EXPECT_TRUE(cells) << cells.error().message;
  return cells.value_or(std::vector<OwnedCell>{});
}

std::vector<TargetCell> WarehouseContract::content(Target target, DayRange days, const std::optional<Teams>& teams) {
  auto cells = warehouse().target_content(target, days, teams, {});
  EXPECT_TRUE(cells) << cells.error().message;
  return cells.value_or(std::vector<TargetCell>{});
}

TargetContent WarehouseContract::content(Target target, Cell cell) {
  const auto cells = content(target, {cell.day, cell.day}, Teams{cell.team});
  EXPECT_LE(cells.size(), 1U);
  return cells.empty() ? TargetContent{} : cells.front().content;
}

}  // namespace gapless::contract
