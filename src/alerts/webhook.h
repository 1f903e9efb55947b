#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/alert.h"
#include "core/error.h"

namespace gapless {

enum class WebhookFormat {
  kJson,  ///< every field of the alert (alert_body.h)
  kSlack  ///< {"text": …}, which Slack, Mattermost and others take
};

inline constexpr std::array<WebhookFormat, 2> kWebhookFormats = {WebhookFormat::kJson, WebhookFormat::kSlack};

std::string_view name(WebhookFormat format);  ///< "json", "slack"
std::optional<WebhookFormat> parse_webhook_format(std::string_view text);

/// An http or https URL with a host, without user and password. All behind the host may be a secret (Slack's is one), so
/// that only shown() belongs into logs and messages.
class WebhookUrl {
 public:
  /// Errors: kInvalidInput, naming `origin` and what is wrong, without the text.
  static Result<WebhookUrl> parse(std::string_view text, std::string_view origin);

  const std::string& secret_text() const { return text_; }
  const std::string& shown() const { return shown_; }  ///< "https://hooks.slack.com", with the port where one is given

 private:
  WebhookUrl(std::string text, std::string shown) : text_(std::move(text)), shown_(std::move(shown)) {}

  std::string text_;
  std::string shown_;
};

/// Where alerts go.
struct Webhook {
  std::string name;
  WebhookUrl url;
  WebhookFormat format = WebhookFormat::kJson;
  std::string secret = {};           ///< that signs (signature.h); empty: nothing is signed
  std::set<Alert::Kind> kinds = {};  ///< what it is for; empty: everything

  /// A test goes to every webhook.
  bool wants(Alert::Kind kind) const { return kinds.empty() || kind == Alert::Kind::kTest || kinds.contains(kind); }
};

/// A webhook as the configuration has it.
struct WebhookText {
  std::string name;
  std::string url;
  std::string format = "json";
  std::string secret = {};
  std::vector<std::string> kinds = {};
};

/// `key` is where it stands in the configuration, as in "alerts.webhooks[0]". Errors: kInvalidInput, naming the key and,
/// but for secrets, the text.
Result<Webhook> parse_webhook(const WebhookText& text, std::string_view key);

}  // namespace gapless
