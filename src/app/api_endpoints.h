#pragma once

#include <functional>
#include <vector>

#include "api/endpoint.h"
#include "app/commander.h"
#include "app/daemon_watch.h"

namespace gapless {

/// What the API speaks for. All must outlive the endpoints.
struct ApiSubject {
  Commander& commander;
  DaemonWatch& watch;
  StateStore& store;
  std::function<Status()> reload;  ///< reads the configuration anew
};

/// The REST API under /api/v1, health and metrics. What a command does, its endpoint does, by running the command.
std::vector<api::Endpoint> api_endpoints(const ApiSubject& subject);

}  // namespace gapless
