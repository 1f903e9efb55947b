#include "alerts/alert_sender.h"

#include "alerts/webhook_worker.h"

namespace gapless {

std::string_view name(AlertOutcome outcome) {
  switch (outcome) {
    case AlertOutcome::kSent: return "sent";
    case AlertOutcome::kFailed: return "failed";
    case AlertOutcome::kDropped: return "dropped";
  }
  return "failed";
}

AlertSender::AlertSender(Options options, HttpPost& http, const Clock& clock)
    : options_(std::move(options)), http_(http), clock_(clock) {
  for (const Webhook& webhook : options_.webhooks) workers_.push_back(std::make_unique<WebhookWorker>(*this, webhook));
}

AlertSender::~AlertSender() { stop(); }

void AlertSender::send(const Alert& alert) {
  for (const auto& worker : workers_)
    if (worker->webhook().wants(alert.kind)) worker->add(alert);
}

void AlertSender::stop() {
  for (const auto& worker : workers_) worker->request_stop();  // all at once, so that their last seconds are one
  for (const auto& worker : workers_) worker->join();
}

void AlertSender::count(AlertOutcome outcome) {
  switch (outcome) {
    case AlertOutcome::kSent: ++sent_; break;
    case AlertOutcome::kFailed: ++failed_; break;
    case AlertOutcome::kDropped: ++dropped_; break;
  }
  if (options_.on_outcome) options_.on_outcome(outcome);
}

AlertCounts AlertSender::counts() const { return {sent_, failed_, dropped_}; }

}  // namespace gapless
