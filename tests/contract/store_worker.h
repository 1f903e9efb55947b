// What the worker writes for its n-th run, so that a test can tell what must be there.
#pragma once

#include <string>

#include "contract/store_values.h"

namespace gapless::contract {

inline std::string worker_resource(int n) { return "web/w" + std::to_string(n); }
inline RunRecord worker_run(int n) { return some_run("w" + std::to_string(n), at(n)); }

inline std::vector<StepRecord> worker_steps(int n) {
  const std::string run_id = worker_run(n).id;
  return {some_step(run_id, "2026-03-01", "build", at(n)), some_step(run_id, "2026-03-01", "check", at(n)),
          some_step(run_id, "2026-03-01", "publish", at(n))};
}

/// Several pages long, so that a torn write would show.
inline JournalEntry worker_entry(int n, std::uint64_t fence) {
  JournalEntry entry = some_entry(worker_run(n).id, "2026-03-01", fence);
  entry.phase = JournalPhase::kPublishing;
  entry.payload.clear();
  while (entry.payload.size() < 20'000) entry.payload += std::to_string(fence) + ",";
  return entry;
}

}  // namespace gapless::contract
