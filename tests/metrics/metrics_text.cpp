// Prints the text of metrics in which every series is there that gapless ever has: what contrib/ is held against.
#include <cstdio>

#include "metrics/metrics.h"

using namespace gapless;

int main() {
  const Instant at = Day::from_sys_days(std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)).start();
  const std::chrono::seconds second(1);
  Metrics metrics({.version = "1.2.3", .chdb_version = "26.7"});
  metrics.looked({.at = at, .cells = {{CellState::kFresh, 1}}, .oldest_gap = second, .freshness_lag = second});
  for (const char* job : {"daily", "intraday", "backfill", "manual", "forget", "adopt", "recovery"}) {
    metrics.run_ended(job, RunStatus::kSucceeded, second, at);
    metrics.ticked(job, TickOutcome::kStarted);
    metrics.next_tick(job, at);
  }
  metrics.verified({{"equal", 1}, {"different", 1}, {"repaired", 1}});
  metrics.engine_memory(1);
  metrics.answered({.method = "GET", .endpoint = "/api/v1/runs/{id}", .code = 200, .took = second});
  std::fputs(metrics.text().c_str(), stdout);
  return 0;
}
