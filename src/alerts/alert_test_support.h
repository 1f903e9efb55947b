#pragma once

#include <string>
#include <string_view>

#include "alerts/alert.h"
#include "alerts/webhook.h"

namespace gapless {

inline Instant test_instant(std::string_view text) { return parse_instant(text, "test").value(); }

inline Alert failed_run_alert(std::string title = "the daily run failed") {
  return {.kind = Alert::Kind::kRunFailed,
          .title = std::move(title),
          .detail = "no memory <now>",
          .job = "daily",
          .run_id = "20260301-060000-ab",
          .at = test_instant("2026-03-01T06:00:00Z"),
          .host = "db1",
          .fields = {{"day", "2026-02-28"}}};
}

inline Webhook test_webhook(std::string name = "ops", std::string secret = "") {
  return parse_webhook({.name = std::move(name), .url = "https://hooks.example/T0/secret", .secret = std::move(secret)},
                       "alerts.webhooks[0]")
      .value();
}

}  // namespace gapless
