// A process that backfills so many days from March 2026 on, from a warehouse in a file, for the tests with several processes:
//   executor_worker STORE WAREHOUSE RUN-ID LEASE-MILLISECONDS ATTEMPTS DAYS
// Prints "planned N" and waits for a line on standard input before it runs the plan; then prints each day's status, and
// "error …" for one that failed. Exit code 1 where it could not run at all.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <string>

#include "core/clock.h"
#include "run/executor.h"
#include "run/observe.h"
#include "support/any_store.h"
#include "support/file_warehouse.h"

namespace gapless {
namespace {

Status work(const std::string& store_path, const std::string& warehouse_path, const std::string& run_id,
            std::chrono::milliseconds lease_ttl, std::uint32_t attempts, int days) {
  GAPLESS_ASSIGN(const auto store, testing_support::open_any_store(store_path));
  FileWarehouse warehouse(warehouse_path);
  GAPLESS_ASSIGN(const Day first, Day::parse("2026-03-01", "worker"));
  const DayRange window{first, first + (days - 1)};
  const ManualClock clock((window.last + 6).start() + std::chrono::hours(12));
  const Definition definition("rules: 1\n");
  Executor executor(warehouse, *store, clock, definition);
  ExecutorOptions options;
  options.lease_ttl = lease_ttl;
  options.retry.attempts = attempts;
  options.retry.base_delay = std::chrono::milliseconds(200);
  GAPLESS_TRY(executor.recover(options).map([](const RecoveryReport&) {}));

  GAPLESS_ASSIGN(Observation seen,
                 observe(warehouse, *store, {window, std::nullopt, {}, window.last, false}, definition, {}));
  const Plan plan = plan_of(seen, window, definition, PlanOptions{});
  std::cout << "planned " << plan.cells_due() << std::endl;
  std::string line;
  std::getline(std::cin, line);

  GAPLESS_ASSIGN(const RunReport report, executor.run(plan, {run_id, "manual", "command"}, options, {}));
  for (const DayReport& day : report.days) {
    std::cout << day.partition.to_string() << " " << name(day.status) << std::endl;
    if (day.status == DayStatus::kFailed) std::cout << "error " << day.error << std::endl;
  }
  return {};
}

}  // namespace
}  // namespace gapless

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: executor_worker STORE WAREHOUSE RUN-ID LEASE-MILLISECONDS ATTEMPTS DAYS\n";
    return 2;
  }
  spdlog::set_level(spdlog::level::off);
  const auto done = gapless::work(argv[1], argv[2], argv[3], std::chrono::milliseconds(std::stol(argv[4])),
                                  static_cast<std::uint32_t>(std::stoul(argv[5])), std::stoi(argv[6]));
  if (done) return 0;
  std::cerr << done.error().message << "\n";
  return 1;
}
