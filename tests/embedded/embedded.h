// tests/embedded/: the product's rooms together over the real embedded engine, in one process. Not in sanitizer builds,
// which the engine's library does not bear.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "engine/engine.h"
#include "load/loader.h"
#include "run/executor.h"
#include "run/observe.h"
#include "state/memory_store.h"
#include "warehouse/sql_warehouse.h"

namespace gapless::test {

/// A directory of its own, gone with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Where its warehouse lies in the engine.
WarehouseLayout layout();

/// The embedded engine with an empty warehouse. Failures to set up throw, which fails the test.
class Embedded {
 public:
  Embedded();

  Engine& engine() { return *engine_; }
  SqlWarehouse& warehouse() { return *warehouse_; }
  const Definition& definition() const { return definition_; }

  StateStore& store() { return *store_; }

  /// Loads a text of newline-delimited events, as a file of its own.
  LoadReport load(const std::string& ndjson);
  Plan plan(DayRange window, std::optional<Teams> teams = {}, PlanOptions options = {},
            std::optional<Scope::Beyond> beyond = {});
  RunReport backfill(DayRange window, std::optional<Teams> teams = {}, PlanOptions options = {});
  /// Carries a plan out, also where it takes most of many cells away; within so much memory, or the engine's own limit.
  RunReport run(const Plan& plan, std::uint64_t memory_limit_bytes = 0);
  /// Writes the groups of a target in the form of the reference, each a JSON array of strings on a line.
  void write_groups(Target target, const std::filesystem::path& path);
  /// Drops targets, ledger and staging; events stay.
  void forget_rollup();
  /// Drops events, loads, targets, ledger and staging, and starts anew; with so many team buckets from then on.
  void reset(TeamBuckets buckets = {});
  Rows rows(const std::string& query);
  std::uint64_t number(const std::string& query);
  void execute(const std::string& statement);

 private:
  void create();

  TemporaryDirectory directory_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Loader> loader_;
  std::unique_ptr<SqlWarehouse> warehouse_;
  TeamBuckets team_buckets_;
  Definition definition_;
  SystemClock clock_;
  std::unique_ptr<MemoryStateStore> store_;
  std::uint64_t runs_ = 0;
};

/// The one engine of a test program: opening it takes longer than most tests. Reset it first.
Embedded& embedded();

}  // namespace gapless::test
