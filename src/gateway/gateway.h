// gateway/: ClickHouse's HTTP protocol over an Engine, for clients that know nothing else: requests in their words,
// limits, what may be read and what may not, errors as ClickHouse tells them.
#pragma once

#include <memory>
#include <string>

#include "engine/engine.h"
#include "gateway/options.h"

namespace gapless::http {
class Listener;
}

namespace gapless::gateway {

/// Serves an engine to ClickHouse clients, with threads of its own: one for each connection.
class Gateway {
 public:
  /// Listens when it returns. The engine must outlive it. Errors: kInvalidInput for options that cannot be used, above all
  /// an address that others can reach where there are no tokens; kConflict where the port is taken; those of the engine.
  static Result<std::unique_ptr<Gateway>> start(const GatewayOptions& options, Engine& engine);
  ~Gateway();

  /// "127.0.0.1:8123", with the port that was taken where 0 was asked for.
  std::string address() const;

  /// Ends connections and statements, and waits for them. May be repeated.
  void stop();

 private:
  explicit Gateway(std::unique_ptr<http::Listener> listener);
  std::unique_ptr<http::Listener> listener_;
};

}  // namespace gapless::gateway
