#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/chdb/chdb_engine.h"
#include "metered_engine.h"
#include "query/reports.h"
#include "run/executor.h"
#include "run/observe.h"
#include "state/sqlite/sqlite_store.h"
#include "warehouse/sql_warehouse.h"

namespace gapless::bench {

/// Thrown by whatever cannot go on: a measurement that failed is none.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// Seconds that some work took.
template <class Work>
double seconds_of(Work work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

/// The embedded engine, and what it is asked from here, counted.
class Workbench {
 public:
  /// In a directory that may hold a workbench from before.
  explicit Workbench(const std::filesystem::path& directory);

  Engine& engine() { return *engine_; }
  /// What gapless asked.
  MeteredEngine& metered() { return *metered_; }
  const std::filesystem::path& directory() const { return directory_; }
  /// SQL of the measurement's own.
  Stats execute(const std::string& statement);
  Rows rows(const std::string& query);
  std::uint64_t number(const std::string& query);

  /// The workload: about 4 events for each of so many sessions, in `gapless.events`, where gapless loads into;
  /// `bench.events` has the same rows in an order of its own, as an installation with tables of its own may, and
  /// `bench.events_repeating` in which combinations of dimensions repeat. Made once, and kept.
  void make_events(std::uint64_t sessions, const std::string& workload);
  DayRange days() const { return {must(Day::parse("2026-05-16", "bench")), must(Day::parse("2026-06-14", "bench"))}; }

  /// Merges a target's partition where it is of several parts: what a way to fill it leaves to be done. Returns seconds.
  double merge(const std::string& table, const std::string& partition);

 private:
  const std::filesystem::path directory_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<MeteredEngine> metered_;
};

/// gapless over one events table, with targets and state of its own.
class Product {
 public:
  Product(Workbench& bench, const std::string& events, const std::string& database, Targets targets = all_targets(),
          TeamBuckets buckets = {});

  const Targets& targets() const { return targets_; }
  TeamBuckets team_buckets() const { return warehouse_->team_buckets(); }
  std::string target(Target target) const { return database_ + "." + std::string(table_name(target)); }
  Observation look(DayRange window, std::optional<Teams> teams = {});
  /// Looks, plans and recomputes every cell, fresh or not: all that the command does.
  RunReport rebuild(DayRange window, std::optional<Teams> teams = {});
  /// What `gapless query` does, but for the printing; with answers remembered, or none.
  ReportPage report(const std::string& kind, TeamId team, DayRange days, bool remembers);
  /// The next look is one for the first time.
  void forget_what_was_read();

 private:
  const std::string database_;
  const Targets targets_;
  std::unique_ptr<SqliteStateStore> store_;
  sql::Source source_;
  Definition definition_;
  std::unique_ptr<SqlWarehouse> warehouse_;
  SystemClock clock_;
  std::unique_ptr<Executor> executor_;
  ReportMemory memory_;
  std::unique_ptr<Reports> reports_;
  std::unique_ptr<Reports> remembering_;
  std::uint64_t runs_ = 0;
};

}  // namespace gapless::bench
