#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "alerts/webhook.h"
#include "core/error.h"

namespace gapless {

struct HttpRequest {
  WebhookUrl url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{std::chrono::seconds(5)};
  std::chrono::milliseconds timeout{std::chrono::seconds(15)};  ///< of all of it
};

struct HttpReply {
  int status = 0;
  std::optional<std::chrono::seconds> retry_after = {};  ///< from now on, where the server says so
};

/// Posts over HTTP. What the server says beside its status is not kept: it may repeat the URL, which may be a secret.
/// Thread-safe.
class HttpPost {
 public:
  virtual ~HttpPost() = default;

  /// Whatever status the server answers with is a reply; redirects are not followed. A stop request ends it within a
  /// second. Errors: kUnavailable (no connection, no trust, broken off), kTimeout, kCancelled; none shows more of the URL
  /// than its scheme and host.
  virtual Result<HttpReply> post(const HttpRequest& request, const std::stop_token& stop) = 0;
};

}  // namespace gapless
