#pragma once

#include <string>
#include <string_view>

#include "alerts/http_post.h"

namespace gapless {

/// Posts with libcurl. Certificates are checked against those that the system trusts; a proxy is taken from the
/// environment, as curl takes it (https_proxy, no_proxy, …). Of a reply, 64 KiB are read and thrown away; what comes
/// behind them is not waited for. The process has to ignore SIGPIPE: libcurl is told to leave signals alone, since changing
/// them in a process with threads is not safe.
class CurlHttpPost final : public HttpPost {
 public:
  explicit CurlHttpPost(std::string_view version) : user_agent_("gapless/" + std::string(version)) {}

  Result<HttpReply> post(const HttpRequest& request, const std::stop_token& stop) override;

 private:
  const std::string user_agent_;
};

}  // namespace gapless
