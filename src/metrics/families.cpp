#include "metrics/families.h"

namespace gapless {
namespace {

prometheus::Family<prometheus::Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Family<prometheus::Gauge>& gauges(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

prometheus::Family<prometheus::Histogram>& histograms(prometheus::Registry& registry, const char* name,
                                                      const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

Metrics::Families::Families(const Options& options)
    : build_info(gauges(registry, "gapless_build_info", "The version that runs; always 1.")),
      cells(gauges(registry, "gapless_cells", "Cells by state, as of the last look.")),
      last_look(gauges(registry, "gapless_last_look_timestamp_seconds", "When all cells were last looked at.")),
      oldest_gap(gauges(registry, "gapless_oldest_gap_seconds",
                        "Age of the oldest gap as of the last look; 0 where there is none.")),
      freshness_lag(gauges(registry, "gapless_freshness_lag_seconds",
                           "Time from the end of the newest day that is wholly fresh to the last look.")),
      runs(counters(registry, "gapless_runs_total", "Runs that are over, by job and status.")),
      run_duration(histograms(registry, "gapless_run_duration_seconds", "How long runs took, by job.")),
      step_duration(histograms(registry, "gapless_step_duration_seconds", "How long the steps of runs took.")),
      last_success(gauges(registry, "gapless_job_last_success_timestamp_seconds",
                          "When a run of the job last succeeded or had nothing to do.")),
      rows_read(counters(registry, "gapless_rows_read_total", "Rows that the engine read.")),
      rows_written(counters(registry, "gapless_rows_written_total", "Rows that the engine wrote.")),
      retries(counters(registry, "gapless_retries_total", "Steps that were tried again.")),
      ticks(counters(registry, "gapless_ticks_total", "Ticks of the schedules, by what came of them.")),
      next_tick(gauges(registry, "gapless_job_next_tick_timestamp_seconds",
                       "When the job's schedule has its next tick; absent where it is off.")),
      verified_cells(counters(registry, "gapless_verified_cells_total", "Cells compared with the source, by outcome.")),
      different_cells(gauges(registry, "gapless_different_cells",
                             "Cells that differed from the source in the last verification; absent before one.")),
      leases(gauges(registry, "gapless_leases", "Leases held now.")),
      paused(gauges(registry, "gapless_paused", "1 while gapless is paused, else 0.")),
      engine_memory(gauges(registry, "gapless_engine_memory_bytes", "Memory that the engine holds.")),
      alerts(counters(registry, "gapless_alerts_total", "Alerts to webhooks, by what became of them.")),
      reloads(counters(registry, "gapless_configuration_reloads_total", "Times the configuration was read again.")),
      requests(counters(registry, "gapless_http_requests_total", "HTTP requests answered.")),
      request_duration(histograms(registry, "gapless_http_request_duration_seconds",
                                  "How long answering HTTP requests took, by endpoint.")) {
  prometheus::Labels labels = {{"version", options.version}};
  if (!options.chdb_version.empty()) labels["chdb"] = options.chdb_version;
  build_info.Add(labels).Set(1);
  add_first_series();
}

/// A counter that appears with its first event is at 1 from the beginning, and rate() sees nothing happen.
void Metrics::Families::add_first_series() {
  for (const CellState state : kCellStates) cells.Add({{"state", std::string(name(state))}});
  for (const std::string_view job : kMetricJobs) {
    for (const RunStatus status : kFinalStatuses) runs.Add({{"job_name", std::string(job)}, {"status", name(status)}});
    run_duration.Add({{"job_name", std::string(job)}}, kRunBuckets);
  }
  for (const std::string_view job : kScheduledJobs)
    for (const TickOutcome outcome : kTickOutcomes)
      ticks.Add({{"job_name", std::string(job)}, {"outcome", std::string(name(outcome))}});
  for (const std::string_view step : kMetricSteps) step_duration.Add({{"step", std::string(step)}}, kStepBuckets);
  for (const std::string_view outcome : kAlertOutcomes) alerts.Add({{"outcome", std::string(outcome)}});
  for (const ReloadOutcome outcome : kReloadOutcomes) reloads.Add({{"outcome", std::string(name(outcome))}});
  for (const std::string_view outcome : kVerifyOutcomes) verified_cells.Add({{"outcome", std::string(outcome)}});
  for (Counters* family : {&rows_read, &rows_written, &retries}) family->Add({});
  for (Gauges* family : {&leases, &paused}) family->Add({});
}

}  // namespace gapless
