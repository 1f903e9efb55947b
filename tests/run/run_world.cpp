#include "run/run_world.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <tuple>

namespace gapless {
namespace {

bool by_team_and_key(const ModelGroup& a, const ModelGroup& b) {
  return std::tie(a.team, a.key) < std::tie(b.team, b.key);
}

Instant at(std::string_view text) { return parse_instant(text, "test").value(); }

std::vector<ModelGroup> of_teams(std::vector<ModelGroup> rows, const Teams& teams) {
  std::erase_if(rows,
                [&](const ModelGroup& row) { return std::find(teams.begin(), teams.end(), row.team) == teams.end(); });
  return rows;
}

std::vector<std::string> cells_with(const Plan& plan, Action action) {
  std::vector<std::string> cells;
  for (const PlannedCell& planned : plan.cells)
    if (planned.judgement.action == action)
      cells.push_back(fmt::format("team {} on {}: {}", planned.cell().team.value(), planned.cell().day.to_string(),
                                  name(planned.judgement.state)));
  return cells;
}

}  // namespace

Day day(std::string_view text) { return Day::parse(text, "test").value(); }
TeamId team(std::uint64_t id) { return TeamId::from(id, "test").value(); }
Cell cell(std::uint64_t team_id, std::string_view day_text) { return {team(team_id), day(day_text)}; }

ModelEvent view(std::uint64_t team_id, std::string_view time, std::string session, std::uint64_t number,
                std::string pathname) {
  return {team(team_id), at(time), number, std::move(session), number, std::move(pathname), EventKind::kPageview};
}

RunWorld::RunWorld()
    : clock(at("2026-03-05T12:00:00Z")),
      store_clock(at("2026-03-05T12:00:00Z")),
      kept([this] { return store_clock.now(); }) {
  spdlog::set_level(spdlog::level::off);
  EXPECT_TRUE(warehouse.prepare({}));
  faults.forget_calls();
}

Ask RunWorld::ask() const {
  Ask ask{{day("2026-03-01"), day("2026-03-04")}};
  ask.options.on_conflict = OnConflict::kSkip;  // a lease that is never given back fails a test, and does not hang it
  ask.options.retry.attempts = 2;
  ask.options.retry.base_delay = std::chrono::milliseconds(0);
  return ask;
}

Result<Observation> RunWorld::look(const Ask& ask, StateStore& as) {
  const Day last_finished = last_finished_day(clock.now(), std::chrono::minutes(30));
  Scope scope{ask.window, ask.teams, {}, last_finished, ask.include_open_days};
  scope.beyond = ask.beyond;
  scope.kept = ask.options.kept;
  return observe(*worked_on, as, scope, definition, Limits{});
}

Result<Plan> RunWorld::observe_and_plan(const Ask& ask, StateStore& as) {
  GAPLESS_ASSIGN(Observation seen, look(ask, as));
  return plan_of(seen, ask.window, definition, ask.plan);
}

Result<RecoveryReport> RunWorld::recover(const Ask& ask, StateStore& as) {
  return Executor(*worked_on, as, clock, definition).recover(ask.options);
}

Result<RunReport> RunWorld::run(const Plan& plan, const Ask& ask, StateStore& as) {
  Executor executor(*worked_on, as, clock, definition);
  const RunIdentity identity{fmt::format("run-{}", ++runs_), "manual", "command"};
  return executor.run(plan, identity, ask.options, ask.events);
}

Result<RunReport> RunWorld::backfill(const Ask& ask, StateStore& as) {
  GAPLESS_TRY(recover(ask, as).map([](const RecoveryReport&) {}));
  GAPLESS_ASSIGN(const Plan plan, observe_and_plan(ask, as));
  return run(plan, ask, as);
}

std::string RunWorld::next_run_id() const { return fmt::format("run-{}", runs_ + 1); }

void expect_nothing_left_over(RunWorld& world) {
  EXPECT_EQ(world.kept.leases().value().size(), 0U) << "leases";
  EXPECT_EQ(world.kept.journal().value().size(), 0U) << "journal entries";
  EXPECT_EQ(world.warehouse.state().staging.size(), 0U) << "stagings";
  const auto runs = world.kept.runs(1000).value();
  for (const RunRecord& run : runs) EXPECT_NE(run.status, RunStatus::kRunning) << run.id;
}

Partitions partitions_of(const FakeWarehouseState& state) {
  Partitions partitions;
  for (const Target target : kTargets)
    for (const auto& [partition, parts] : state.targets[static_cast<std::size_t>(target)]) {
      std::vector<ModelGroup> rows;
      for (const FakePart& part : parts) rows.insert(rows.end(), part.rows.begin(), part.rows.end());
      if (rows.empty()) continue;
      std::stable_sort(rows.begin(), rows.end(), by_team_and_key);
      partitions.emplace(std::pair(target, partition), std::move(rows));
    }
  return partitions;
}

void expect_ledger_and_targets_agree(RunWorld& world) {
  const FakeWarehouseState state = world.warehouse.state();
  std::map<std::pair<Target, Cell>, TargetContent> live;
  for (const auto& [partition, rows] : partitions_of(state))
    for (const TargetCell& one : content_of(rows)) live[{partition.first, one.cell}] = one.content;
  FakeWarehouse reader;  // calls on it are not counted, and do not fail
  reader.restore(state);
  const auto days = reader.published_days({}).value();
  if (!days) return;
  const auto entries = reader.ledger(*days, std::nullopt, {}).value();
  for (const LedgerRow& row : entries) {
    const TargetContent& found = live[{row.target, row.cell}];
    const auto where = [&] {
      return fmt::format("{}, team {} on {}", name(row.target), row.cell.team.value(), row.cell.day.to_string());
    };
    EXPECT_EQ(found.rows, row.content.keys) << where();
    EXPECT_EQ(found.key_hash, row.content.key_hash) << where();
    EXPECT_EQ(found.measures.view_events, row.content.measures.view_events) << where();
    EXPECT_TRUE(row.target != Target::kBounces || found.measures == row.content.measures) << where();
  }
}

void expect_matches_model(RunWorld& world, DayRange window, const Teams& teams) {
  const FakeWarehouseState state = world.warehouse.state();
  Partitions live = partitions_of(state);
  for (Day one = window.first; one <= window.last; one = one + 1) {
    const auto sessions = sessions_of(state.events, one);
    for (const Target target : kTargets) {
      std::vector<ModelGroup> rows;
      for (const Partition& partition : world.warehouse.team_buckets().partitions_of(one)) {
        const auto& of_it = live[{target, partition}];
        rows.insert(rows.end(), of_it.begin(), of_it.end());
      }
      std::stable_sort(rows.begin(), rows.end(), by_team_and_key);
      EXPECT_TRUE(of_teams(rows, teams) == of_teams(groups_of(target, sessions), teams))
          << name(target) << " on " << one.to_string();
    }
  }
}

void expect_rows_unchanged(RunWorld& world, const FakeWarehouseState& before, const Teams& teams) {
  Partitions live = partitions_of(world.warehouse.state());
  for (const auto& [partition, rows] : partitions_of(before))
    EXPECT_TRUE(of_teams(live[partition], teams) == of_teams(rows, teams))
        << name(partition.first) << " on " << partition.second.to_string();
}

void expect_each_partition_old_or_new(RunWorld& world, const Partitions& was, const Partitions& will_be) {
  const Partitions live = partitions_of(world.warehouse.state());
  const auto rows_in = [](const Partitions& partitions, const std::pair<Target, Partition>& which) {
    const auto found = partitions.find(which);
    return found == partitions.end() ? std::vector<ModelGroup>{} : found->second;
  };
  for (const Partitions& all : {was, will_be})
    for (const auto& [which, rows] : all) {
      const auto found = rows_in(live, which);
      EXPECT_TRUE(found == rows_in(was, which) || found == rows_in(will_be, which))
          << name(which.first) << " on " << which.second.to_string();
    }
}

std::vector<std::string> to_recompute(const Plan& plan) { return cells_with(plan, Action::kRecompute); }
std::vector<std::string> to_derive(const Plan& plan) { return cells_with(plan, Action::kDerive); }

std::vector<std::string> days_of(const RunReport& report) {
  std::vector<std::string> days;
  for (const DayReport& one : report.days)
    days.push_back(fmt::format("{} {}", one.partition.to_string(), name(one.status)));
  return days;
}

}  // namespace gapless
