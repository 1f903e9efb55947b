// metrics/: what gapless says about itself to Prometheus: names, labels, and the text of them. Serving it is another
// room's.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/day.h"
#include "plan/judge.h"
#include "state/state_store.h"

namespace gapless {

/// What a look at all cells found.
struct Look {
  Instant at{};
  std::map<CellState, std::uint64_t> cells = {};           ///< states without cells may be left out
  std::optional<std::chrono::seconds> oldest_gap = {};     ///< none: there is no gap
  std::optional<std::chrono::seconds> freshness_lag = {};  ///< since the end of the newest day that is wholly fresh
};

/// What came of a tick of a job's schedule.
enum class TickOutcome {
  kStarted,  ///< a run
  kSkipped,  ///< the job was still running
  kPaused,
  kFailed  ///< no run could be started
};
std::string_view name(TickOutcome outcome);  ///< "started", "skipped", "paused", "failed"

/// What came of reading the configuration again.
enum class ReloadOutcome { kApplied, kRefused };
std::string_view name(ReloadOutcome outcome);  ///< "applied", "refused"

/// A request over HTTP that was answered.
struct AnsweredRequest {
  std::string_view method;
  std::string_view endpoint;  ///< its template, as in "/api/v1/runs/{id}": of the server's own; empty: none, "other"
  int code = 0;
  std::chrono::duration<double> took{};
};

/// Counts what happens, for Prometheus. Every value of a label comes from a fixed set, so that there are never more series
/// than at the beginning and some: a value outside of it is counted as "other". What is not known yet is left out of the
/// text, such as the last success of a job that has had none; counters and cells are there from the beginning.
///
/// The label of a job is `job_name`: `job` is what Prometheus itself calls what it scrapes. Thread-safe.
class Metrics {
 public:
  struct Options {
    std::string version;
    std::string chdb_version = {};  ///< empty: not known
  };
  explicit Metrics(const Options& options);
  ~Metrics();

  void looked(const Look& look);
  /// A run that is over. kSucceeded and kNothingToDo are successes.
  void run_ended(std::string_view job, RunStatus status, std::chrono::duration<double> took, Instant at);
  /// A success that is only remembered, from the history of runs. An older one than is known changes nothing.
  void last_success(std::string_view job, Instant at);
  void step_ended(std::string_view step, std::chrono::duration<double> took);
  void rows_read(std::uint64_t rows);     ///< by the engine, since the last call
  void rows_written(std::uint64_t rows);  ///< likewise
  void retried(std::uint64_t times = 1);
  void ticked(std::string_view job, TickOutcome outcome);
  void next_tick(std::string_view job, std::optional<Instant> at);  ///< none: the job is off
  /// A verification that is over: its cells by what came of comparing them, "equal", "different" or "repaired".
  void verified(const std::map<std::string, std::uint64_t, std::less<>>& cells);
  void leases_held(std::uint64_t leases);
  void paused(bool is_paused);
  void engine_memory(std::uint64_t bytes);
  void alert_ended(std::string_view outcome);  ///< "sent", "failed", "dropped"
  void configuration_reloaded(ReloadOutcome outcome);
  void answered(const AnsweredRequest& request);

  /// In Prometheus' text exposition format (version 0.0.4), with this process' own figures; families and series in order.
  std::string text() const;

 private:
  struct Families;

  void remember_success(std::string_view job, Instant at);

  mutable std::mutex mutex_;  // so that a text shows a look as a whole
  const std::unique_ptr<Families> families_;
};

}  // namespace gapless
