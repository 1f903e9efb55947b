#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "alerts/alert.h"
#include "alerts/http_post.h"
#include "alerts/webhook.h"

namespace gapless {

/// What came of one attempt to deliver an alert.
struct Attempt {
  enum class Outcome { kDelivered, kTryAgain, kRefused };

  Outcome outcome = Outcome::kRefused;
  std::string why = {};                                  ///< it was not delivered, and what to do
  std::optional<std::chrono::seconds> retry_after = {};  ///< what the server asks for, where it is to be tried again
};

/// Posts the alert once, signed with `now` where the webhook has a secret. A status from 200 to 299 is a delivery; network
/// errors, 408, 429 and 5xx may pass; everything else would be the same the next time.
Attempt attempt_delivery(HttpPost& http, const Webhook& webhook, const Alert& alert, Instant now,
                         const std::stop_token& stop);

}  // namespace gapless
