#include "metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "metrics/text_lines_test_support.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

const Instant kNoon = parse_instant("2026-03-01T12:00:00Z", "test").value();  // 1772366400

Metrics::Options options() { return {.version = "1.2.3", .chdb_version = "26.7"}; }

struct MetricsCase {
  const char* name;
  void (*call)(Metrics&);
  std::vector<std::string> lines;
};

class MetricsText : public testing::TestWithParam<MetricsCase> {};

TEST_P(MetricsText, says_what_happened) {
  Metrics metrics(options());
  GetParam().call(metrics);
  EXPECT_THAT(lines_of(metrics.text()), IsSupersetOf(GetParam().lines));
}

INSTANTIATE_TEST_SUITE_P(
    Calls, MetricsText,
    testing::ValuesIn<MetricsCase>({
        {"build",
         [](Metrics&) {},
         {"# HELP gapless_build_info The version that runs; always 1.", "# TYPE gapless_build_info gauge",
          R"(gapless_build_info{chdb="26.7",version="1.2.3"} 1)"}},
        {"look",
         [](Metrics& m) {
           m.looked({kNoon, {{CellState::kMissing, 9}, {CellState::kFresh, 4}}, seconds(7200), hours(13)});
           m.looked({kNoon + milliseconds(500), {{CellState::kFresh, 5}}, seconds(3600), hours(12)});
         },
         {R"(gapless_cells{state="missing"} 0)", R"(gapless_cells{state="fresh"} 5)",
          "gapless_last_look_timestamp_seconds 1772366400.5", "gapless_oldest_gap_seconds 3600",
          "gapless_freshness_lag_seconds 43200"}},
        {"look_without_gap",
         [](Metrics& m) {
           m.looked({kNoon, {}, {}, {}});
         },
         {"gapless_oldest_gap_seconds 0"}},
        {"runs",
         [](Metrics& m) {
           m.run_ended("daily", RunStatus::kSucceeded, seconds(20), kNoon);
           m.run_ended("daily", RunStatus::kFailed, seconds(100), kNoon + hours(1));
           m.run_ended("intraday", RunStatus::kNothingToDo, milliseconds(1500), kNoon);
         },
         {"# TYPE gapless_runs_total counter", R"(gapless_runs_total{job_name="daily",status="succeeded"} 1)",
          R"(gapless_runs_total{job_name="daily",status="failed"} 1)",
          R"(gapless_runs_total{job_name="intraday",status="nothing_to_do"} 1)",
          "# TYPE gapless_run_duration_seconds histogram",
          R"(gapless_run_duration_seconds_bucket{job_name="daily",le="15"} 0)",
          R"(gapless_run_duration_seconds_bucket{job_name="daily",le="60"} 1)",
          R"(gapless_run_duration_seconds_bucket{job_name="daily",le="+Inf"} 2)",
          R"(gapless_run_duration_seconds_sum{job_name="daily"} 120)",
          R"(gapless_run_duration_seconds_count{job_name="daily"} 2)",
          R"(gapless_job_last_success_timestamp_seconds{job_name="daily"} 1772366400)",
          R"(gapless_job_last_success_timestamp_seconds{job_name="intraday"} 1772366400)"}},
        {"an_older_success_changes_nothing",
         [](Metrics& m) {
           m.run_ended("daily", RunStatus::kSucceeded, seconds(1), kNoon);
           m.last_success("daily", kNoon - hours(24));
           m.last_success("backfill", kNoon - hours(24));
         },
         {R"(gapless_job_last_success_timestamp_seconds{job_name="daily"} 1772366400)",
          R"(gapless_job_last_success_timestamp_seconds{job_name="backfill"} 1772280000)"}},
        {"steps",
         [](Metrics& m) { m.step_ended("build", milliseconds(700)); },
         {R"(gapless_step_duration_seconds_bucket{step="build",le="0.5"} 0)",
          R"(gapless_step_duration_seconds_bucket{step="build",le="1"} 1)",
          R"(gapless_step_duration_seconds_sum{step="build"} 0.7)",
          R"(gapless_step_duration_seconds_count{step="look"} 0)"}},
        {"rows",
         [](Metrics& m) {
           m.rows_read(3'000'000'000);
           m.rows_read(1);
           m.rows_written(7);
           m.retried();
           m.retried(2);
         },
         {"gapless_rows_read_total 3000000001", "gapless_rows_written_total 7", "gapless_retries_total 3"}},
        {"ticks",
         [](Metrics& m) {
           m.ticked("daily", TickOutcome::kStarted);
           m.ticked("daily", TickOutcome::kPaused);
           m.next_tick("daily", kNoon);
         },
         {R"(gapless_ticks_total{job_name="daily",outcome="started"} 1)",
          R"(gapless_ticks_total{job_name="daily",outcome="paused"} 1)",
          R"(gapless_ticks_total{job_name="intraday",outcome="failed"} 0)",
          R"(gapless_job_next_tick_timestamp_seconds{job_name="daily"} 1772366400)"}},
        {"verifications",
         [](Metrics& m) {
           m.verified({{"equal", 8}, {"different", 2}});
           m.verified({{"equal", 9}, {"different", 0}, {"repaired", 1}});
         },
         {R"(gapless_verified_cells_total{outcome="equal"} 17)",
          R"(gapless_verified_cells_total{outcome="different"} 2)",
          R"(gapless_verified_cells_total{outcome="repaired"} 1)", "gapless_different_cells 0"}},
        {"what_is_now",
         [](Metrics& m) {
           m.leases_held(9);
           m.leases_held(2);
           m.paused(true);
           m.engine_memory(1'073'741'824);
         },
         {"gapless_leases 2", "gapless_paused 1", "gapless_engine_memory_bytes 1073741824"}},
        {"resumed",
         [](Metrics& m) {
           m.paused(true);
           m.paused(false);
         },
         {"gapless_paused 0"}},
        {"outcomes",
         [](Metrics& m) {
           m.alert_ended("sent");
           m.configuration_reloaded(ReloadOutcome::kRefused);
         },
         {R"(gapless_alerts_total{outcome="sent"} 1)", R"(gapless_alerts_total{outcome="dropped"} 0)",
          R"(gapless_configuration_reloads_total{outcome="refused"} 1)",
          R"(gapless_configuration_reloads_total{outcome="applied"} 0)"}},
        {"requests",
         [](Metrics& m) {
           m.answered({"GET", "/api/v1/runs/{id}", 404, milliseconds(20)});
         },
         {R"(gapless_http_requests_total{code="404",endpoint="/api/v1/runs/{id}",method="GET"} 1)",
          R"(gapless_http_request_duration_seconds_bucket{endpoint="/api/v1/runs/{id}",le="0.01"} 0)",
          R"(gapless_http_request_duration_seconds_bucket{endpoint="/api/v1/runs/{id}",le="0.025"} 1)"}},
        {"values_from_outside_make_no_series",
         [](Metrics& m) {
           m.answered({"BREW", "", 999, seconds(1)});
           m.answered({"STIR", "", 0, seconds(1)});
           m.run_ended("web", RunStatus::kSucceeded, seconds(1), kNoon);
           m.step_ended("think", seconds(1));
           m.alert_ended("lost");
           m.ticked("web", TickOutcome::kSkipped);
         },
         {R"(gapless_http_requests_total{code="other",endpoint="other",method="other"} 2)",
          R"(gapless_runs_total{job_name="other",status="succeeded"} 1)",
          R"(gapless_step_duration_seconds_count{step="other"} 1)", R"(gapless_alerts_total{outcome="other"} 1)",
          R"(gapless_ticks_total{job_name="other",outcome="skipped"} 1)"}},
    }),
    kCaseName);

TEST(MetricsText, has_all_states_jobs_and_outcomes_from_the_beginning) {
  const auto lines = lines_of(Metrics(options()).text());
  for (const CellState state : kCellStates)
    EXPECT_THAT(lines, Contains("gapless_cells{state=\"" + std::string(name(state)) + "\"} 0"));
  for (const char* job : {"daily", "intraday", "backfill", "manual", "forget", "adopt", "recovery"})
    for (const char* status :
         {"succeeded", "nothing_to_do", "partial", "failed", "cancelled", "interrupted", "skipped"})
      EXPECT_THAT(lines,
                  Contains(std::string("gapless_runs_total{job_name=\"") + job + "\",status=\"" + status + "\"} 0"));
  EXPECT_THAT(lines, IsSupersetOf({"gapless_paused 0", "gapless_leases 0", "gapless_retries_total 0"}));
}

TEST(MetricsText, leaves_out_what_is_not_known) {
  Metrics metrics({.version = "1"});
  for (const char* family : {"gapless_last_look", "gapless_oldest_gap", "gapless_freshness_lag", "gapless_job_",
                             "gapless_engine_memory", "chdb"})
    EXPECT_THAT(metrics.text(), Not(HasSubstr(family)));
  metrics.looked({kNoon, {}, {}, hours(1)});
  metrics.next_tick("daily", kNoon);
  EXPECT_THAT(metrics.text(), HasSubstr("gapless_freshness_lag_seconds 3600"));
  metrics.looked({kNoon, {}, {}, {}});
  metrics.next_tick("daily", std::nullopt);
  for (const char* family : {"gapless_freshness_lag", "gapless_job_next_tick"})
    EXPECT_THAT(metrics.text(), Not(HasSubstr(family)));
}

TEST(MetricsText, is_the_same_for_the_same) {
  const auto made = [] {
    Metrics metrics(options());
    metrics.answered({"GET", "/api/v1/runs/{id}", 200, {}});
    metrics.answered({"POST", "/api/v1/runs/{id}", 200, {}});
    std::string text;
    for (const std::string& line : lines_of(metrics.text()))
      if (!line.starts_with("process_")) text += line + "\n";
    return text;
  };
  EXPECT_EQ(made(), made());
}

TEST(MetricsText, has_the_process_own_figures) {
  const auto values = values_of(Metrics(options()).text());
  const double resident = values.at("process_resident_memory_bytes");
  EXPECT_GT(resident, 1e6);
  EXPECT_LT(resident, 1e11);
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(values.at("process_start_time_seconds"), now, 600);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(values_of(Metrics(options()).text()).at("process_open_fds"), values.at("process_open_fds") + 2);
  for (const int end : ends) close(end);
}

TEST(MetricsText, counts_what_threads_do_at_once) {
  Metrics metrics(options());
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&metrics] {
        for (int n = 0; n < 200; ++n) {
          metrics.retried();
          metrics.looked({kNoon, {}, {}, n % 2 == 0 ? std::optional<seconds>(n) : std::nullopt});
          if (n % 20 != 0) continue;
          EXPECT_THAT(metrics.text(), HasSubstr("gapless_retries_total"));
        }
      });
  }
  EXPECT_EQ(values_of(metrics.text()).at("gapless_retries_total"), 800);
}

/// Everything that can be told, told once.
void tell_everything(Metrics& metrics) {
  metrics.looked({kNoon, {{CellState::kFresh, 3}}, hours(1), hours(2)});
  metrics.run_ended("daily", RunStatus::kPartial, seconds(5), kNoon);
  metrics.run_ended("daily", RunStatus::kSucceeded, seconds(5), kNoon);
  metrics.step_ended("check", seconds(1));
  metrics.rows_read(1);
  metrics.rows_written(1);
  metrics.retried();
  metrics.ticked("daily", TickOutcome::kStarted);
  metrics.next_tick("daily", kNoon);
  metrics.verified({{"different", 1}});
  metrics.leases_held(1);
  metrics.paused(true);
  metrics.engine_memory(1);
  metrics.alert_ended("failed");
  metrics.configuration_reloaded(ReloadOutcome::kApplied);
  metrics.answered({"GET", "/api/v1/runs/{id}", 200, milliseconds(1)});
}

TEST(MetricsText, keeps_to_the_conventions) {
  Metrics metrics(options());
  EXPECT_THAT(problems_of(metrics.text()), testing::IsEmpty());
  tell_everything(metrics);
  EXPECT_THAT(problems_of(metrics.text()), testing::IsEmpty());
}

TEST(MetricsText, has_counters_that_never_fall) {
  Metrics metrics(options());
  tell_everything(metrics);
  const auto before = counters_of(metrics.text());
  EXPECT_GT(before.size(), 60U);
  metrics.looked({kNoon, {}, {}, {}});
  metrics.leases_held(0);
  metrics.paused(false);
  tell_everything(metrics);
  const auto after = counters_of(metrics.text());
  for (const auto& [series, value] : before) EXPECT_GE(after.at(series), value) << series;
  EXPECT_EQ(after.at("gapless_rows_read_total"), 2);
  EXPECT_EQ(after.at(R"(gapless_run_duration_seconds_count{job_name="daily"})"), 4);
}

struct UnconventionalText {
  const char* name;
  const char* text;
  const char* problem;
};

class MetricsConventions : public testing::TestWithParam<UnconventionalText> {};

TEST_P(MetricsConventions, are_really_looked_at) {
  EXPECT_THAT(problems_of(GetParam().text), Contains(HasSubstr(GetParam().problem)));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, MetricsConventions,
    testing::ValuesIn<UnconventionalText>({
        {"no_help", "# TYPE gapless_a gauge\ngapless_a 1\n", "gapless_a has no HELP"},
        {"no_type", "# HELP gapless_a A.\ngapless_a 1\n", "gapless_a has no TYPE"},
        {"counter", "# HELP gapless_a A.\n# TYPE gapless_a counter\ngapless_a 1\n", "gapless_a does not end in _total"},
        {"gauge", "# HELP gapless_a_total A.\n# TYPE gapless_a_total gauge\ngapless_a_total 1\n", "is no counter"},
        {"unit", "# HELP gapless_a A.\n# TYPE gapless_a histogram\ngapless_a_count 1\n", "gapless_a has no unit"},
        {"milliseconds", "# HELP gapless_a_milliseconds A.\n# TYPE gapless_a_milliseconds gauge\n", "no base unit"},
        {"team", "# HELP gapless_a A.\n# TYPE gapless_a gauge\ngapless_a{team=\"1\"} 1\n", "label team"},
        {"day", "# HELP gapless_a A.\n# TYPE gapless_a gauge\ngapless_a{x=\"1\",day=\"1\"} 1\n", "label day"},
        {"job", "# HELP gapless_a A.\n# TYPE gapless_a gauge\ngapless_a{job=\"1\"} 1\n", "label job"},
        {"prefix", "# HELP other A.\n# TYPE other gauge\nother 1\n", "other has no prefix"},
        {"help", "# HELP gapless_a a\n# TYPE gapless_a gauge\n", "help of gapless_a is no sentence"},
        {"twice", "# HELP gapless_a A.\n# TYPE gapless_a gauge\ngapless_a 1\ngapless_a 2\n",
         "gapless_a is there twice"},
    }),
    kCaseName);

}  // namespace
}  // namespace gapless
