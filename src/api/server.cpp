#include "api/server.h"

#include "api/dispatcher.h"
#include "api/handler.h"
#include "http/bind.h"
#include "http/listener.h"

namespace gapless::api {
ApiServer::ApiServer(std::unique_ptr<http::Listener> listener) : listener_(std::move(listener)) {}

ApiServer::~ApiServer() = default;

Result<std::unique_ptr<ApiServer>> ApiServer::start(ApiOptions options, std::vector<Endpoint> endpoints) {
  // Whoever names an address of this machine means to be called by it.
  options.allowed_hosts.emplace_back(http::host_of(options.listen));
  GAPLESS_ASSIGN(auto dispatcher, Dispatcher::make(options, std::move(endpoints)));
  http::ServerOptions transport{.name = "the API",
                                .listen = options.listen,
                                .has_tokens = !options.tokens.empty(),
                                .max_connections = options.max_connections,
                                .read_timeout = options.read_timeout,
                                .body_timeout = options.read_timeout,
                                .write_timeout = options.write_timeout,
                                .idle_timeout = options.idle_timeout};
  GAPLESS_ASSIGN(auto listener, http::Listener::start(std::move(transport),
                                                      std::make_unique<ApiHandler>(std::move(dispatcher), options)));
  return std::unique_ptr<ApiServer>(new ApiServer(std::move(listener)));
}

std::string ApiServer::address() const { return listener_->address(); }

void ApiServer::stop() { listener_->stop(); }

}  // namespace gapless::api
