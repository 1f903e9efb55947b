// tests/run/: the executor over a fake warehouse and a store in memory: what it does when all is well, when two meet,
// and when anything fails at any moment.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "run/executor.h"
#include "run/mortal_store.h"
#include "run/observe.h"
#include "state/memory_store.h"
#include "support/fake_warehouse.h"

namespace gapless {

Day day(std::string_view text);
TeamId team(std::uint64_t id);
Cell cell(std::uint64_t team_id, std::string_view day_text);
/// A page view of a named session: `number` identifies it.
ModelEvent view(std::uint64_t team_id, std::string_view time, std::string session, std::uint64_t number,
                std::string pathname = "/");

/// What a user asks for.
struct Ask {
  DayRange window;
  std::optional<Teams> teams{};
  PlanOptions plan{};
  ExecutorOptions options{};
  bool include_open_days = false;
  std::optional<Scope::Beyond> beyond{};
  RunEvents events{};
};

/// A process id that no process has.
inline constexpr std::int64_t kGonePid = 0x7ffffff0;

/// A warehouse, a state store and the clocks. Its own process counts its calls on both in `faults`.
class RunWorld {
 public:
  RunWorld();

  FaultInjector faults;  ///< of warehouse and store together
  FakeWarehouse warehouse{faults};
  ManualClock clock;        ///< decides days: 2026-03-05 12:00
  ManualClock store_clock;  ///< decides leases
  MemoryStateStore kept;    ///< what the store holds, whoever asks
  MortalStore store{kept, faults, kGonePid};
  Definition definition{"rules: 1\n"};
  Warehouse* worked_on = &warehouse;  ///< what is looked at and written to: all shards, where there are several

  /// The days 1 to 4 of March 2026, all finished; retries do not wait, days that are taken are skipped.
  Ask ask() const;

  Result<Plan> observe_and_plan(const Ask& ask) { return observe_and_plan(ask, store); }
  Result<Plan> observe_and_plan(const Ask& ask, StateStore& as);
  /// What a plan is made from.
  Result<Observation> look(const Ask& ask) { return look(ask, store); }
  Result<Observation> look(const Ask& ask, StateStore& as);
  /// Recovers, looks, plans and runs, as the command does. Another process gives its own store.
  Result<RunReport> backfill(const Ask& ask) { return backfill(ask, store); }
  Result<RunReport> backfill(const Ask& ask, StateStore& as);
  Result<RunReport> run(const Plan& plan, const Ask& ask) { return run(plan, ask, store); }
  Result<RunReport> run(const Plan& plan, const Ask& ask, StateStore& as);
  Result<RecoveryReport> recover(const Ask& ask, StateStore& as);

  /// The next run's id.
  std::string next_run_id() const;

 private:
  std::uint64_t runs_ = 0;
};

/// Failures of the test where anything is unfinished: leases, journal, staging, runs under way.
void expect_nothing_left_over(RunWorld& world);
/// Failures where an entry of the ledger and the targets differ.
void expect_ledger_and_targets_agree(RunWorld& world);
/// Failures where these teams' cells in the window are not what the events give.
void expect_matches_model(RunWorld& world, DayRange window, const Teams& teams);
/// Failures where these teams' rows differ from what they were.
void expect_rows_unchanged(RunWorld& world, const FakeWarehouseState& before, const Teams& teams);
/// The rows of every partition that has any, by team and key; as they stand, with repetitions.
using Partitions = std::map<std::pair<Target, Partition>, std::vector<ModelGroup>>;
Partitions partitions_of(const FakeWarehouseState& state);
/// Failures where a partition of a target is neither as it was nor as it will be: what a reader may see at any time.
void expect_each_partition_old_or_new(RunWorld& world, const Partitions& was, const Partitions& will_be);
/// The state and reason of each cell that would be recomputed, in words: "team 1 on 2026-03-01: missing".
std::vector<std::string> to_recompute(const Plan& plan);
/// The same of each cell that would be derived.
std::vector<std::string> to_derive(const Plan& plan);
/// "2026-03-01 published", in the report's order.
std::vector<std::string> days_of(const RunReport& report);

}  // namespace gapless
