#include "contract/store_values.h"

#include <fmt/format.h>

namespace gapless {

std::ostream& operator<<(std::ostream& out, const RunRecord& run) {
  return out << fmt::format("run {} {}/{} {}:{} {} '{}' teams={} cells={}/{} {}..{} '{}'", run.id, run.job, run.trigger,
                            run.host, run.pid, name(run.status), run.window, run.teams, run.cells_recomputed,
                            run.cells_planned, format_instant(run.started_at),
                            run.finished_at ? format_instant(*run.finished_at) : "", run.error);
}

std::ostream& operator<<(std::ostream& out, const StepRecord& step) {
  return out << fmt::format("step {} {} {} {} {} {}s rows={} retries={} '{}'", step.run_id, step.partition.to_string(),
                            step.name, step.status, format_instant(step.started_at), step.seconds, step.rows,
                            step.retries, step.error);
}

std::ostream& operator<<(std::ostream& out, const Lease& lease) {
  return out << fmt::format("lease {} {} {} {}", lease.resource, lease.holder, lease.fence,
                            format_instant(lease.expires_at));
}

std::ostream& operator<<(std::ostream& out, const JournalEntry& entry) {
  return out << fmt::format("journal {} {} {} {} {} {} {:.80}", entry.run_id, entry.rollup, entry.partition.to_string(),
                            entry.fence, name(entry.phase), entry.warehouse, entry.payload);
}

namespace contract {

Day day(std::string_view text) { return Day::parse(text, "test").value(); }

Instant at(int seconds) { return Instant(std::chrono::seconds(1'772'323'200) + std::chrono::seconds(seconds)); }

RunRecord some_run(std::string_view id, Instant started_at) {
  RunRecord run;
  run.id = id;
  run.job = "manual";
  run.trigger = "command";
  run.host = "host";
  run.pid = 1;
  run.started_at = started_at;
  return run;
}

StepRecord some_step(std::string_view run_id, std::string_view day_text, std::string_view name, Instant started_at) {
  StepRecord step{std::string(run_id), Partition{0, day(day_text), 0}, std::string(name), "running", {}, 0, 0, 0, ""};
  step.started_at = started_at;
  return step;
}

JournalEntry some_entry(std::string_view run_id, std::string_view day_text, std::uint64_t fence) {
  return JournalEntry{
      std::string(run_id), "web", Partition{0, day(day_text), 0}, fence, JournalPhase::kBuilding, "warehouse",
      R"({"staging":[]})"};
}

std::vector<std::string> ids(const std::vector<RunRecord>& runs) {
  std::vector<std::string> result;
  for (const RunRecord& run : runs) result.push_back(run.id);
  return result;
}

}  // namespace contract
}  // namespace gapless
