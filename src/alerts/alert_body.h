#pragma once

#include <string>

#include "alerts/alert.h"
#include "alerts/webhook.h"

namespace gapless {

/// What is posted, in UTF-8; bytes that are none become U+FFFD. As `json`, where what is not known is an empty text:
///
///     {"version":1,"id":"…","kind":"run_failed","title":"…","detail":"…","job":"daily","run_id":"…",
///      "at":"2026-03-01T06:00:00Z","host":"…","fields":{"…":"…"}}
///
/// Members may be added; the version grows when one changes or goes. As `slack`, {"text": "…"} in Slack's markup, where a
/// detail longer than 3000 bytes is cut.
std::string alert_body(const Alert& alert, WebhookFormat format);

}  // namespace gapless
