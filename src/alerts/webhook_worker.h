#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "alerts/alert_sender.h"

namespace gapless {

/// The queue of one webhook, and the thread that empties it.
class WebhookWorker {
 public:
  /// The sender must outlive it.
  WebhookWorker(AlertSender& sender, const Webhook& webhook);
  ~WebhookWorker();

  const Webhook& webhook() const { return webhook_; }
  void add(const Alert& alert);
  void request_stop();
  /// Waits for the thread, after request_stop().
  void join();

 private:
  void work(const std::stop_token& stop);
  /// Tries until it is delivered, refused, or given up.
  AlertOutcome deliver(const Alert& alert, const std::stop_token& stop);
  AlertOutcome failed(const Alert& alert, std::string_view why) const;
  void drop(const Alert& alert, std::string_view why);

  AlertSender& sender_;
  const Webhook& webhook_;
  std::mt19937_64 random_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Alert> queue_;
  bool is_stopped_ = false;
  std::jthread thread_;
};

}  // namespace gapless
