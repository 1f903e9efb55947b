#include "metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>

#include "metrics/families.h"
#include "metrics/process_figures.h"

namespace gapless {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

/// The value, where it is one of these; so that nobody from outside makes series.
template <class Values>
std::string known(std::string_view value, const Values& values) {
  return std::string(std::ranges::find(values, value) != values.end() ? value : "other");
}

double unix_seconds(Instant instant) { return std::chrono::duration<double>(instant.time_since_epoch()).count(); }

void set_or_remove(prometheus::Family<prometheus::Gauge>& family, const prometheus::Labels& labels,
                   std::optional<double> value) {
  prometheus::Gauge& gauge = family.Add(labels);
  if (value)
    gauge.Set(*value);
  else
    family.Remove(&gauge);
}

prometheus::MetricFamily gauge_of_process(const char* name, const char* help, double value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = value;
  return {name, help, prometheus::MetricType::Gauge, {std::move(metric)}};
}

void add_process_figures(std::vector<prometheus::MetricFamily>& families) {
  const ProcessFigures figures = process_figures();
  if (figures.resident_bytes)
    families.push_back(gauge_of_process("process_resident_memory_bytes", "Resident memory size in bytes.",
                                        static_cast<double>(*figures.resident_bytes)));
  if (figures.start_time_seconds)
    families.push_back(gauge_of_process("process_start_time_seconds", "When the process started, in unix time.",
                                        *figures.start_time_seconds));
  if (figures.open_descriptors)
    families.push_back(
        gauge_of_process("process_open_fds", "Open file descriptors.", static_cast<double>(*figures.open_descriptors)));
}

}  // namespace

std::string_view name(TickOutcome outcome) {
  switch (outcome) {
    case TickOutcome::kStarted: return "started";
    case TickOutcome::kSkipped: return "skipped";
    case TickOutcome::kPaused: return "paused";
    case TickOutcome::kFailed: return "failed";
  }
  return "failed";
}

std::string_view name(ReloadOutcome outcome) {
  switch (outcome) {
    case ReloadOutcome::kApplied: return "applied";
    case ReloadOutcome::kRefused: return "refused";
  }
  return "refused";
}

Metrics::Metrics(const Options& options) : families_(std::make_unique<Families>(options)) {}

Metrics::~Metrics() = default;

void Metrics::looked(const Look& look) {
  const std::lock_guard lock(mutex_);
  for (const CellState state : kCellStates) {
    const auto found = look.cells.find(state);
    families_->cells.Add({{"state", std::string(name(state))}})
        .Set(found == look.cells.end() ? 0 : static_cast<double>(found->second));
  }
  families_->last_look.Add({}).Set(unix_seconds(look.at));
  families_->oldest_gap.Add({}).Set(static_cast<double>(look.oldest_gap.value_or(std::chrono::seconds(0)).count()));
  set_or_remove(families_->freshness_lag, {},
                look.freshness_lag ? std::optional(static_cast<double>(look.freshness_lag->count())) : std::nullopt);
}

void Metrics::run_ended(std::string_view job, RunStatus status, std::chrono::duration<double> took, Instant at) {
  const std::string job_name = known(job, kMetricJobs);
  const std::lock_guard lock(mutex_);
  families_->runs.Add({{"job_name", job_name}, {"status", name(status)}}).Increment();
  families_->run_duration.Add({{"job_name", job_name}}, kRunBuckets).Observe(took.count());
  if (status == RunStatus::kSucceeded || status == RunStatus::kNothingToDo) remember_success(job, at);
}

void Metrics::last_success(std::string_view job, Instant at) {
  const std::lock_guard lock(mutex_);
  remember_success(job, at);
}

void Metrics::remember_success(std::string_view job, Instant at) {
  prometheus::Gauge& gauge = families_->last_success.Add({{"job_name", known(job, kMetricJobs)}});
  gauge.Set(std::max(gauge.Value(), unix_seconds(at)));
}

void Metrics::step_ended(std::string_view step, std::chrono::duration<double> took) {
  const std::lock_guard lock(mutex_);
  families_->step_duration.Add({{"step", known(step, kMetricSteps)}}, kStepBuckets).Observe(took.count());
}

void Metrics::rows_read(std::uint64_t rows) {
  const std::lock_guard lock(mutex_);
  families_->rows_read.Add({}).Increment(static_cast<double>(rows));
}

void Metrics::rows_written(std::uint64_t rows) {
  const std::lock_guard lock(mutex_);
  families_->rows_written.Add({}).Increment(static_cast<double>(rows));
}

void Metrics::retried(std::uint64_t times) {
  const std::lock_guard lock(mutex_);
  families_->retries.Add({}).Increment(static_cast<double>(times));
}

void Metrics::ticked(std::string_view job, TickOutcome outcome) {
  const std::lock_guard lock(mutex_);
  families_->ticks.Add({{"job_name", known(job, kMetricJobs)}, {"outcome", std::string(name(outcome))}}).Increment();
}

void Metrics::next_tick(std::string_view job, std::optional<Instant> at) {
  const std::lock_guard lock(mutex_);
  set_or_remove(families_->next_tick, {{"job_name", known(job, kMetricJobs)}},
                at ? std::optional(unix_seconds(*at)) : std::nullopt);
}

void Metrics::verified(const std::map<std::string, std::uint64_t, std::less<>>& cells) {
  const std::lock_guard lock(mutex_);
  for (const std::string_view outcome : kVerifyOutcomes) {
    const auto found = cells.find(outcome);
    const auto number = static_cast<double>(found == cells.end() ? 0 : found->second);
    families_->verified_cells.Add({{"outcome", std::string(outcome)}}).Increment(number);
    if (outcome == kDifferentCells) families_->different_cells.Add({}).Set(number);
  }
}

void Metrics::leases_held(std::uint64_t leases) {
  const std::lock_guard lock(mutex_);
  families_->leases.Add({}).Set(static_cast<double>(leases));
}

void Metrics::paused(bool is_paused) {
  const std::lock_guard lock(mutex_);
  families_->paused.Add({}).Set(is_paused ? 1 : 0);
}

void Metrics::engine_memory(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  families_->engine_memory.Add({}).Set(static_cast<double>(bytes));
}

void Metrics::alert_ended(std::string_view outcome) {
  const std::lock_guard lock(mutex_);
  families_->alerts.Add({{"outcome", known(outcome, kAlertOutcomes)}}).Increment();
}

void Metrics::configuration_reloaded(ReloadOutcome outcome) {
  const std::lock_guard lock(mutex_);
  families_->reloads.Add({{"outcome", std::string(name(outcome))}}).Increment();
}

void Metrics::answered(const AnsweredRequest& request) {
  const std::string endpoint(request.endpoint.empty() ? "other" : request.endpoint);
  const std::string code = request.code >= 100 && request.code <= 599 ? std::to_string(request.code) : "other";
  const std::lock_guard lock(mutex_);
  families_->requests.Add({{"method", known(request.method, kMethods)}, {"endpoint", endpoint}, {"code", code}})
      .Increment();
  families_->request_duration.Add({{"endpoint", endpoint}}, kRequestBuckets).Observe(request.took.count());
}

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> families;
  {
    const std::lock_guard lock(mutex_);
    families = families_->registry.Collect();
  }
  add_process_figures(families);
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  for (auto& family : families) std::ranges::sort(family.metric, std::ranges::less(), &prometheus::ClientMetric::label);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace gapless
