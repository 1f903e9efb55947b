#include "api/server.h"

#include "api/bind.h"
#include "api/dispatcher.h"
#include "api/listener.h"

namespace gapless::api {
ApiServer::ApiServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}

ApiServer::~ApiServer() = default;

Result<std::unique_ptr<ApiServer>> ApiServer::start(ApiOptions options, std::vector<Endpoint> endpoints) {
  if (options.max_connections == 0) return fail(Fault::kInvalidInput, "the API needs one connection at least");
  // Whoever names an address of this machine means to be called by it.
  options.allowed_hosts.emplace_back(host_of(options.listen));
  GAPLESS_ASSIGN(auto dispatcher, Dispatcher::make(options, std::move(endpoints)));
  GAPLESS_ASSIGN(auto listener, Listener::start(std::move(options), std::move(dispatcher)));
  return std::unique_ptr<ApiServer>(new ApiServer(std::move(listener)));
}

std::string ApiServer::address() const { return listener_->address(); }

void ApiServer::stop() { listener_->stop(); }

}  // namespace gapless::api
