#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "alerts/alert_policy.h"
#include "alerts/alert_sender.h"
#include "alerts/curl/curl_http_post.h"
#include "cli/services.h"
#include "metrics/metrics.h"

namespace gapless {

/// What the daemon knows of itself, and tells: metrics, alerts, the last failure. Thread-safe.
class DaemonWatch {
 public:
  struct Options {
    std::string version;
    std::string chdb_version;
    std::vector<Webhook> webhooks;
    std::chrono::seconds oldest_gap_allowed{std::chrono::hours(26)};
  };
  /// Store and clock must outlive it. What the history says of the newest runs is not told again.
  DaemonWatch(StateStore& store, const Clock& clock, Options options);

  /// A run that is over, by its record; `error` is why there is none, or no more than a beginning.
  void run_ended(const std::string& run_id, const std::string& job, const std::string& error);
  /// Looks at every cell that jobs look after, and remembers what is found. Errors: those of the look.
  Status look(Services& services, Output& output);
  void look_failed(const Error& error);
  /// Whether the last look or the last run of a job failed: why.
  std::optional<std::string> last_failure() const;

  Metrics& metrics() { return metrics_; }
  /// After a look at engine and store, as far as they answer in time.
  std::string metrics_text(Services& services);

 private:
  void send(const std::vector<Alert>& alerts);

  StateStore& store_;
  const Clock& clock_;
  Metrics metrics_;
  CurlHttpPost http_;
  std::unique_ptr<AlertSender> sender_;
  mutable std::mutex mutex_;
  AlertPolicy policy_;
  std::map<std::string, std::string> failures_;  ///< by job, and "look"
  std::uint64_t rows_read_ = 0;
  std::uint64_t rows_written_ = 0;
};

/// What the metrics say of a look.
Look look_of(const Plan& plan, Instant now);

}  // namespace gapless
