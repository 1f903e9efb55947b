// Records for the tests of stores, and how to compare and print them.
#pragma once

#include <ostream>
#include <tuple>

#include "state/state_store.h"

namespace gapless {

inline auto fields(const RunRecord& run) {
  return std::tie(run.id, run.job, run.trigger, run.host, run.pid, run.status, run.window, run.teams, run.cells_planned,
                  run.cells_recomputed, run.started_at, run.finished_at, run.error, run.cells_by_state, run.reason);
}
inline auto fields(const StepRecord& step) {
  return std::tie(step.run_id, step.partition, step.name, step.status, step.started_at, step.seconds, step.rows,
                  step.retries, step.error, step.teams);
}
inline auto fields(const Lease& lease) { return std::tie(lease.resource, lease.holder, lease.fence, lease.expires_at); }
inline auto fields(const JournalEntry& entry) {
  return std::tie(entry.run_id, entry.rollup, entry.partition, entry.fence, entry.phase, entry.warehouse,
                  entry.payload);
}
inline auto fields(const StateStore::Pause& pause) { return std::tie(pause.reason, pause.until); }

template <class Record>
concept StoredRecord = requires(const Record& record) {
  fields(record);
};

template <StoredRecord Record>
bool operator==(const Record& a, const Record& b) {
  return fields(a) == fields(b);
}

std::ostream& operator<<(std::ostream& out, const RunRecord& run);
std::ostream& operator<<(std::ostream& out, const StepRecord& step);
std::ostream& operator<<(std::ostream& out, const Lease& lease);
std::ostream& operator<<(std::ostream& out, const JournalEntry& entry);

namespace contract {

Day day(std::string_view text);
/// So many seconds after the tests' epoch.
Instant at(int seconds);
RunRecord some_run(std::string_view id, Instant started_at);
StepRecord some_step(std::string_view run_id, std::string_view day, std::string_view name, Instant started_at);
/// In phase building, of the rollup "web".
JournalEntry some_entry(std::string_view run_id, std::string_view day, std::uint64_t fence);
std::vector<std::string> ids(const std::vector<RunRecord>& runs);

}  // namespace contract
}  // namespace gapless
