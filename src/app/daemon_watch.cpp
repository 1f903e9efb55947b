#include "app/daemon_watch.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "cli/examination.h"
#include "cli/run_job.h"
#include "run/host.h"

namespace gapless {
namespace {

constexpr std::size_t kRunsReplayed = 200;
constexpr std::string_view kLook = "look";

bool is_scheduled(std::string_view job) { return std::ranges::find(kScheduledJobs, job) != kScheduledJobs.end(); }

RunOutcome outcome_of(RunStatus status) {
  switch (status) {
    case RunStatus::kSucceeded:
    case RunStatus::kNothingToDo: return RunOutcome::kGood;
    case RunStatus::kPartial: return RunOutcome::kPartial;
    case RunStatus::kFailed: return RunOutcome::kFailed;
    default: return RunOutcome::kOther;
  }
}

bool is_success(const RunRecord& run) { return outcome_of(run.status) == RunOutcome::kGood && run.finished_at; }

}  // namespace

Look look_of(const Plan& plan, Instant now) {
  Look look;
  look.at = now;
  look.cells = plan.summary();
  look.cells[CellState::kFresh] += plan.settled_beyond;
  std::set<Day> unfinished, fresh;
  for (const PlannedCell& planned : plan.cells) {
    if (planned.judgement.action == Action::kRecompute) unfinished.insert(planned.cell().day);
    if (planned.judgement.state == CellState::kFresh) fresh.insert(planned.cell().day);
  }
  const auto age = [now](Day day) {
    return std::max(std::chrono::floor<std::chrono::seconds>(now - (day + 1).start()), std::chrono::seconds(0));
  };
  if (!unfinished.empty()) look.oldest_gap = age(*unfinished.begin());
  for (auto day = fresh.rbegin(); day != fresh.rend() && !look.freshness_lag; ++day)
    if (!unfinished.contains(*day)) look.freshness_lag = age(*day);
  return look;
}

DaemonWatch::DaemonWatch(StateStore& store, const Clock& clock, Options options)
    : store_(store),
      clock_(clock),
      metrics_({options.version, options.chdb_version}),
      http_(options.version),
      policy_({.host = host_name(), .oldest_gap_allowed = options.oldest_gap_allowed}) {
  AlertSender::Options sending{.webhooks = std::move(options.webhooks)};
  sending.on_outcome = [this](AlertOutcome outcome) { metrics_.alert_ended(name(outcome)); };
  sender_ = std::make_unique<AlertSender>(std::move(sending), http_, clock_);
  auto runs = store_.runs(kRunsReplayed);
  if (!runs) {
    spdlog::warn("the history of runs cannot be read: {}", runs.error().message);
    return;
  }
  std::ranges::reverse(*runs);
  for (const RunRecord& run : *runs) {
    if (!is_scheduled(run.job) || !run.finished_at) continue;
    policy_.on_run_end({run.job, outcome_of(run.status), run.id, run.error}, *run.finished_at);
    if (is_success(run)) metrics_.last_success(run.job, *run.finished_at);
  }
}

void DaemonWatch::send(const std::vector<Alert>& alerts) {
  for (const Alert& alert : alerts) {
    spdlog::warn("alert: {}: {}", alert.title, alert.detail);
    sender_->send(alert);
  }
}

void DaemonWatch::run_ended(const std::string& run_id, const std::string& job, const std::string& error) {
  const Instant now = clock_.now();
  const auto run = store_.run(run_id);
  RunEnd end{job, RunOutcome::kFailed, run_id, error};
  if (run && *run && (*run)->status != RunStatus::kRunning) {
    const RunRecord& record = **run;
    end.outcome = outcome_of(record.status);
    end.error = record.error;
    metrics_.run_ended(job, record.status, record.finished_at.value_or(now) - record.started_at, now);
    if (job == "verify" && !record.cells_by_state.empty()) metrics_.verified(record.cells_by_state);
    if (const auto steps = store_.steps(run_id))
      for (const StepRecord& step : *steps) {
        metrics_.step_ended(step.name, std::chrono::duration<double>(step.seconds));
        if (step.name == "publish") metrics_.retried(step.retries);
      }
  } else {
    // It could not even be recorded; that nobody knows of it any other way is why it must be told.
    if (end.error.empty()) end.error = run ? "there is no record of the run" : run.error().message;
    metrics_.run_ended(job, RunStatus::kFailed, {}, now);
  }
  if (!is_scheduled(job)) return;
  const std::lock_guard lock(mutex_);
  if (end.outcome == RunOutcome::kFailed || end.outcome == RunOutcome::kPartial) {
    spdlog::error("run {} of {} failed: {}", run_id, job, end.error);
    failures_[job] = end.error;
  } else if (end.outcome == RunOutcome::kGood) {
    failures_.erase(job);
  }
  send(policy_.on_run_end(end, now));
}

Status DaemonWatch::look(Services& services, Output& output) {
  const Instant now = services.clock().now();
  GAPLESS_ASSIGN(const JobRequest job,
                 scheduled_job("backfill", services.settings(), services.executor_options(), now));
  GAPLESS_ASSIGN(const Examination examination, examine(services, output, job.look));
  const Look seen = look_of(examination.plan, now);
  metrics_.looked(seen);
  const std::lock_guard lock(mutex_);
  failures_.erase(std::string(kLook));
  send(policy_.on_gaps(seen.oldest_gap, clock_.now()));
  return {};
}

void DaemonWatch::look_failed(const Error& error) {
  spdlog::error("could not look at source, ledger and targets: {}", error.message);
  const std::lock_guard lock(mutex_);
  failures_[std::string(kLook)] = error.message;
}

std::optional<std::string> DaemonWatch::last_failure() const {
  const std::lock_guard lock(mutex_);
  if (failures_.empty()) return std::nullopt;
  const auto& [what, why] = *failures_.begin();
  return fmt::format("{}: {}", what, why);
}

std::string DaemonWatch::metrics_text(Services& services) {
  if (const auto leases = store_.leases()) metrics_.leases_held(leases->size());
  if (const auto pause = store_.pause(clock_.now())) metrics_.paused(pause->has_value());
  StatementOptions options;
  options.deadline = std::chrono::seconds(2);
  const Statement statement(
      "SELECT (SELECT value FROM system.metrics WHERE metric = 'MemoryTracking') AS memory,"
      " (SELECT sum(value) FROM system.events WHERE event = 'SelectedRows') AS rows_read,"
      " (SELECT sum(value) FROM system.events WHERE event = 'InsertedRows') AS rows_written");
  const auto engine = services.engine();
  const auto figures = engine ? (*engine)->select(statement, options) : fail(engine.error());
  if (figures && figures->size() == 1) {
    const std::lock_guard lock(mutex_);
    if (const auto memory = figures->i64(0, 0))
      metrics_.engine_memory(static_cast<std::uint64_t>(std::max<std::int64_t>(*memory, 0)));
    const auto read = figures->u64(0, 1), written = figures->u64(0, 2);
    if (read && *read >= rows_read_) metrics_.rows_read(*read - std::exchange(rows_read_, *read));
    if (written && *written >= rows_written_) metrics_.rows_written(*written - std::exchange(rows_written_, *written));
  }
  return metrics_.text();
}

}  // namespace gapless
