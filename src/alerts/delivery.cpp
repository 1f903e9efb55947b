#include "alerts/delivery.h"

#include <fmt/format.h>

#include "alerts/alert_body.h"
#include "alerts/signature.h"

namespace gapless {
namespace {

bool may_pass(int status) { return status == 408 || status == 429 || (status >= 500 && status <= 599); }

std::string_view advice(int status) {
  if (status >= 300 && status <= 399) return "redirects are not followed; give the webhook the URL that it leads to";
  if (status == 401 || status == 403)
    return "it does not accept the URL or the signature; check the webhook's url and secret";
  if (status == 404 || status == 410) return "there is no such webhook any more; check its url";
  if (status == 400 || status == 422) return "it does not take this body; check the webhook's format";
  return "check the webhook's url and format";
}

}  // namespace

Attempt attempt_delivery(HttpPost& http, const Webhook& webhook, const Alert& alert, Instant now,
                         const std::stop_token& stop) {
  HttpRequest request{webhook.url, {{"Content-Type", "application/json"}}, alert_body(alert, webhook.format)};
  if (!webhook.secret.empty())
    request.headers.emplace_back(kSignatureHeader, signature(webhook.secret, request.body, now));
  const auto reply = http.post(request, stop);
  if (!reply)
    return {reply.error().retryable() ? Attempt::Outcome::kTryAgain : Attempt::Outcome::kRefused,
            reply.error().message};
  if (reply->status >= 200 && reply->status <= 299) return {Attempt::Outcome::kDelivered};
  std::string answer = fmt::format("{} answered with status {}", webhook.url.shown(), reply->status);
  if (may_pass(reply->status)) return {Attempt::Outcome::kTryAgain, std::move(answer), reply->retry_after};
  return {Attempt::Outcome::kRefused, fmt::format("{}: {}", answer, advice(reply->status))};
}

}  // namespace gapless
