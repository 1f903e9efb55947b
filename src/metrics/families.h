#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <string_view>

#include "core/job.h"
#include "metrics/metrics.h"

namespace gapless {

inline constexpr std::array<std::string_view, 8> kMetricJobs = {"daily",  "intraday", "backfill", "verify",
                                                                "manual", "forget",   "adopt",    "recovery"};
inline constexpr std::array<std::string_view, 4> kMetricSteps = {"look", "build", "check", "publish"};
inline constexpr std::array<std::string_view, 3> kAlertOutcomes = {"sent", "failed", "dropped"};
inline constexpr std::string_view kDifferentCells = "different";
inline constexpr std::array<std::string_view, 3> kVerifyOutcomes = {"equal", kDifferentCells, "repaired"};
inline constexpr std::array<TickOutcome, 4> kTickOutcomes = {TickOutcome::kStarted, TickOutcome::kSkipped,
                                                             TickOutcome::kPaused, TickOutcome::kFailed};
inline constexpr std::array<ReloadOutcome, 2> kReloadOutcomes = {ReloadOutcome::kApplied, ReloadOutcome::kRefused};
/// Those of a run that is over.
inline constexpr std::array<RunStatus, 7> kFinalStatuses = {
    RunStatus::kSucceeded, RunStatus::kNothingToDo, RunStatus::kPartial, RunStatus::kFailed,
    RunStatus::kCancelled, RunStatus::kInterrupted, RunStatus::kSkipped};

/// Seconds.
inline const prometheus::Histogram::BucketBoundaries kRunBuckets = {1,    5,    15,   60,    300,  900,
                                                                    1800, 3600, 7200, 14400, 28800};
inline const prometheus::Histogram::BucketBoundaries kStepBuckets = {0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600};
inline const prometheus::Histogram::BucketBoundaries kRequestBuckets = {0.005, 0.01, 0.025, 0.05, 0.1,
                                                                        0.25,  0.5,  1,     2.5,  10};

/// Every family there is, with the series that are there from the beginning.
struct Metrics::Families {
  explicit Families(const Options& options);

  using Counters = prometheus::Family<prometheus::Counter>;
  using Gauges = prometheus::Family<prometheus::Gauge>;
  using Histograms = prometheus::Family<prometheus::Histogram>;

  prometheus::Registry registry;
  Gauges& build_info;
  Gauges& cells;
  Gauges& last_look;
  Gauges& oldest_gap;
  Gauges& freshness_lag;
  Counters& runs;
  Histograms& run_duration;
  Histograms& step_duration;
  Gauges& last_success;
  Counters& rows_read;
  Counters& rows_written;
  Counters& retries;
  Counters& ticks;
  Gauges& next_tick;
  Counters& verified_cells;
  Gauges& different_cells;
  Gauges& leases;
  Gauges& paused;
  Gauges& engine_memory;
  Counters& alerts;
  Counters& reloads;
  Counters& requests;
  Histograms& request_duration;

 private:
  void add_first_series();
};

}  // namespace gapless
