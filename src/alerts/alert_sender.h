#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "alerts/alert.h"
#include "alerts/http_post.h"
#include "alerts/webhook.h"
#include "core/clock.h"
#include "util/retry.h"
#include "util/waiting.h"

namespace gapless {

/// What became of an alert at one webhook.
enum class AlertOutcome {
  kSent,
  kFailed,  ///< refused, or tried as often and as long as is allowed
  kDropped  ///< pushed out of a full queue, or given up at the end
};
std::string_view name(AlertOutcome outcome);  ///< "sent", "failed", "dropped"

/// Since the sender was made, over all webhooks.
struct AlertCounts {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  bool operator==(const AlertCounts&) const = default;
};

class WebhookWorker;

/// Delivers alerts in the background, to each webhook from a thread of its own, so that one which does not answer delays
/// no other. At one webhook, alerts arrive in the order of their sending. Whatever is not delivered is logged. Thread-safe,
/// but for stop() and the destructor.
class AlertSender {
 public:
  struct Options {
    std::vector<Webhook> webhooks;
    /// Of one alert; as long as it is tried, those behind it wait.
    RetryPolicy retry{.attempts = 6,
                      .base_delay = std::chrono::seconds(10),
                      .max_delay = std::chrono::minutes(5),
                      .max_total = std::chrono::minutes(15)};
    std::size_t queue = 100;  ///< of one webhook; the oldest alert makes room for one too many
    /// Told each outcome, from any thread, without a lock held.
    std::function<void(AlertOutcome)> on_outcome = {};
    /// What tests replace: how to wait, and the time by which waiting is bounded.
    std::function<bool(std::chrono::milliseconds, const std::stop_token&)> wait = wait_unless_stopped;
    std::function<std::chrono::steady_clock::time_point()> steady_now = std::chrono::steady_clock::now;
  };

  /// Both must outlive it. The clock dates signatures.
  AlertSender(Options options, HttpPost& http, const Clock& clock);
  /// Stops.
  ~AlertSender();

  /// Queues the alert for every webhook that wants it. Never waits for the network.
  void send(const Alert& alert);
  /// Ends as soon as what is under way does, within about a second, giving up what is queued. Whatever is sent later is
  /// dropped.
  void stop();
  AlertCounts counts() const;

 private:
  friend class WebhookWorker;
  void count(AlertOutcome outcome);

  const Options options_;
  HttpPost& http_;
  const Clock& clock_;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::vector<std::unique_ptr<WebhookWorker>> workers_;
};

}  // namespace gapless
