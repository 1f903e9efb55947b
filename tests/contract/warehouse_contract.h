// What the Warehouse contract needs of a warehouse: to make one, to put events in its source, and to damage its targets
// behind its back. Another warehouse joins by a WarehouseFixture and an INSTANTIATE_TEST_SUITE_P of WarehouseContract
// in a file of its own (warehouse_fake_test.cpp).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "support/event_model.h"
#include "warehouse/warehouse.h"

namespace gapless::contract {

/// One warehouse for one test, with an empty source, not yet prepared.
class WarehouseFixture {
 public:
  virtual ~WarehouseFixture() = default;
  virtual Warehouse& warehouse() = 0;
  /// Adds canonical events: `event` is name(kind), uuid Uuid(0, number), person_id Uuid(1, person), all else empty.
  virtual void put(const std::vector<ModelEvent>& events) = 0;
  virtual void drop_rows(Target target, Day day) = 0;
  virtual void delete_rows(Target target, Cell cell) = 0;
  /// Each row of the cell once more.
  virtual void double_rows(Target target, Cell cell) = 0;
  /// Events of the team go from the source.
  virtual void delete_events(TeamId team) = 0;
  /// Parts of source and targets are merged, which changes nothing that they hold.
  virtual void merge_parts() = 0;
};

TeamId team(std::uint64_t id);
inline const Day kDay = Day::from_sys_days(std::chrono::year{2026} / 3 / 2);
inline const TeamId kTeam = team(7);
inline const TeamId kOther = team(10);     ///< in the same bucket as kTeam, of one and of three
inline const TeamId kElsewhere = team(9);  ///< of three, in another one

struct WarehouseKind {
  const char* name;
  std::unique_ptr<WarehouseFixture> (*make)();
};
inline void PrintTo(const WarehouseKind& kind, std::ostream* out) { *out << kind.name; }

/// A fresh, prepared warehouse of the kind in the parameter, and the steps of a publication.
class WarehouseContract : public testing::TestWithParam<WarehouseKind> {
 protected:
  void SetUp() override { ASSERT_TRUE(warehouse().prepare({})); }

  WarehouseFixture& fixture() { return *fixture_; }
  Warehouse& warehouse() { return fixture_->warehouse(); }

  void put(const std::vector<ModelEvent>& events);
  /// Every event put so far.
  const std::vector<ModelEvent>& events() const { return events_; }

  /// A staging with the cells of these teams and the live rows of all others of the partition, for all targets.
  StagingId stage(const Partition& partition, const Teams& teams);
  /// Of the partition with kTeam and kOther.
  StagingId stage(Day day, const Teams& teams) { return stage(partition(day), teams); }
  void replace(const StagingId& staging);
  /// Stages, replaces and drops the staging; writes no ledger.
  void publish(const Partition& partition, const Teams& teams);
  void publish(Day day, const Teams& teams) { publish(partition(day), teams); }
  /// An entry of the ledger with other figures for every field.
  LedgerRow entry(Cell cell, Target target, std::uint64_t fence, std::uint64_t sequence) const;

  std::vector<OwnedCell> owned(Day day, const Teams& teams);
  std::vector<TargetCell> content(Target target, DayRange days, const std::optional<Teams>& teams = std::nullopt);
  /// Where the cells of kTeam and kOther lie on a day.
  Partition partition(Day day) { return warehouse().team_buckets().partition_of({kTeam, day}); }
  /// Of one cell; nothing where it holds no rows.
  TargetContent content(Target target, Cell cell);

 private:
  std::unique_ptr<WarehouseFixture> fixture_ = GetParam().make();
  std::vector<ModelEvent> events_;
  std::uint64_t fence_ = 0;
};

/// An instant "2026-03-01T12:00:00Z".
Instant at(std::string_view text);
/// A page view of a named session, by person 1, with a number of its own.
ModelEvent view(TeamId team, std::string_view time, std::string session, std::string pathname = "/");
/// The same event, of another kind.
ModelEvent as(EventKind kind, ModelEvent event);

}  // namespace gapless::contract

namespace gapless {

inline bool operator==(const OwnedCell& a, const OwnedCell& b) {
  return a.cell == b.cell && a.owned == b.owned && a.measures == b.measures;
}
inline bool operator==(const TargetCell& a, const TargetCell& b) { return a.cell == b.cell && a.content == b.content; }
void PrintTo(const Cell& cell, std::ostream* out);
void PrintTo(const Measures& measures, std::ostream* out);
void PrintTo(const TargetContent& content, std::ostream* out);
void PrintTo(const TargetCell& cell, std::ostream* out);
void PrintTo(const OwnedCell& cell, std::ostream* out);

}  // namespace gapless
