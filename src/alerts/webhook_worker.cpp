#include "alerts/webhook_worker.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>

#include "alerts/delivery.h"

namespace gapless {

using std::chrono::milliseconds;

namespace {

/// How long the server wants to be left alone, as far as we follow.
milliseconds asked_for(const Attempt& attempt, milliseconds longest) {
  const auto wanted = attempt.retry_after.value_or(std::chrono::seconds(0));
  return wanted > std::chrono::floor<std::chrono::seconds>(longest) ? longest : milliseconds(wanted);
}

}  // namespace

WebhookWorker::WebhookWorker(AlertSender& sender, const Webhook& webhook)
    : sender_(sender),
      webhook_(webhook),
      random_(std::random_device{}()),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

WebhookWorker::~WebhookWorker() {
  request_stop();
  join();
}

void WebhookWorker::add(const Alert& alert) {
  std::optional<Alert> pushed_out;
  bool too_late = false;
  {
    const std::lock_guard lock(mutex_);
    too_late = is_stopped_;
    if (!too_late) {
      queue_.push_back(alert);
      if (queue_.size() > sender_.options_.queue) {
        pushed_out = std::move(queue_.front());
        queue_.pop_front();
      }
    }
  }
  changed_.notify_one();
  if (too_late) drop(alert, "no more alerts are sent, since gapless stops");
  if (pushed_out)
    drop(*pushed_out, fmt::format("{} newer ones wait for {} already", sender_.options_.queue, webhook_.url.shown()));
}

void WebhookWorker::request_stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  thread_.request_stop();
}

void WebhookWorker::join() {
  if (thread_.joinable()) thread_.join();
}

void WebhookWorker::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !queue_.empty(); }) && !stop.stop_requested()) {
    const Alert alert = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    sender_.count(deliver(alert, stop));
    lock.lock();
  }
  const std::deque<Alert> left = std::exchange(queue_, {});
  lock.unlock();
  for (const Alert& alert : left) drop(alert, "gapless stops");
}

AlertOutcome WebhookWorker::deliver(const Alert& alert, const std::stop_token& stop) {
  const RetryPolicy& retry = sender_.options_.retry;
  const auto begun = sender_.options_.steady_now();
  for (std::uint32_t number = 1;;) {
    const Attempt attempt = attempt_delivery(sender_.http_, webhook_, alert, sender_.clock_.now(), stop);
    if (attempt.outcome == Attempt::Outcome::kDelivered) {
      spdlog::info("the alert '{}' was sent to {}", alert.title, webhook_.name);
      return AlertOutcome::kSent;
    }
    if (!stop.stop_requested()) {
      if (attempt.outcome == Attempt::Outcome::kRefused) return failed(alert, attempt.why);
      if (++number > retry.attempts)
        return failed(alert, fmt::format("{}, at the last of {} attempts", attempt.why, retry.attempts));
      const milliseconds wait = std::max(retry.delay(number, random_), asked_for(attempt, retry.max_delay));
      if (sender_.options_.steady_now() + wait > begun + retry.max_total)
        return failed(alert, fmt::format("{}, and it would take too long to try again", attempt.why));
      spdlog::debug("the alert '{}' is sent again to {} in {:.1f} s: {}", alert.title, webhook_.name,
                    std::chrono::duration<double>(wait).count(), attempt.why);
      if (sender_.options_.wait(wait, stop)) continue;
    }
    spdlog::warn("the alert '{}' for {} is given up, since gapless stops: {}", alert.title, webhook_.name, attempt.why);
    return AlertOutcome::kDropped;
  }
}

AlertOutcome WebhookWorker::failed(const Alert& alert, std::string_view why) const {
  spdlog::error("the alert '{}' could not be sent to {}: {}", alert.title, webhook_.name, why);
  return AlertOutcome::kFailed;
}

void WebhookWorker::drop(const Alert& alert, std::string_view why) {
  spdlog::warn("the alert '{}' for {} is dropped: {}", alert.title, webhook_.name, why);
  sender_.count(AlertOutcome::kDropped);
}

}  // namespace gapless
