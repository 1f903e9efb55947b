#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/endpoint.h"
#include "api/options.h"

namespace gapless::http {
class Listener;
}

namespace gapless::api {

/// Serves endpoints over HTTP/1.1, with threads of its own: one for each connection, so that a slow client holds up
/// nobody else. Without TLS, which is for a proxy before it.
class ApiServer {
 public:
  /// Listens when it returns. Errors: kInvalidInput for options that cannot be used, above all an address that others
  /// can reach where there are no tokens; kConflict where the port is taken; kInternal for a table of endpoints that is
  /// not consistent.
  static Result<std::unique_ptr<ApiServer>> start(ApiOptions options, std::vector<Endpoint> endpoints);
  ~ApiServer();

  /// "127.0.0.1:8484", with the port that was taken where 0 was asked for.
  std::string address() const;

  /// Ends idle connections and streams of events at once, and waits for handlers that are at work. May be repeated. Not
  /// for handlers to call, which would wait for themselves.
  void stop();

 private:
  explicit ApiServer(std::unique_ptr<http::Listener> listener);
  std::unique_ptr<http::Listener> listener_;
};

}  // namespace gapless::api
