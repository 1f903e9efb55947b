#include "http/listener.h"

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "http/session.h"
#include "http/wire.h"

namespace gapless::http {
namespace {

constexpr int kWaitForResourcesMs = 50;

/// Errors of accept() that speak of the one connection, or of nothing at all.
bool is_of_one_client(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ECONNABORTED || error == EPROTO;
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::start(ServerOptions options, std::unique_ptr<Handler> handler) {
  if (options.max_connections == 0)
    return fail(Fault::kInvalidInput, fmt::format("{} needs one connection at least", options.name));
  const Reach most = options.has_tokens ? Reach::kOthers : Reach::kThisMachine;
  GAPLESS_ASSIGN(BoundSocket bound, bind_to(options.name, options.listen, most));
  if (bound.reach == Reach::kOthers)
    spdlog::warn("{} on {} takes tokens without encryption; put a proxy with TLS before it", options.name,
                 bound.address);
  GAPLESS_ASSIGN(StopSignal signal, StopSignal::make());
  const std::string name = options.name;
  std::unique_ptr<Listener> listener(
      new Listener(std::move(options), std::move(handler), std::move(bound), std::move(signal)));
  try {
    listener->acceptor_ = std::thread([raw = listener.get()] { raw->accept_all(); });
  } catch (const std::system_error& error) {
    return fail(Fault::kOverload, fmt::format("cannot start a thread for {}: {}", name, error.what()));
  }
  return listener;
}

Listener::Listener(ServerOptions options, std::unique_ptr<Handler> handler, BoundSocket bound, StopSignal signal)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      bound_(std::move(bound)),
      signal_(std::move(signal)) {}

void Listener::stop() {
  const std::lock_guard lock(stopping_);
  stop_.request_stop();
  signal_.raise();
  if (acceptor_.joinable()) acceptor_.join();
  {
    std::unique_lock waiting(mutex_);
    ended_.wait(waiting, [this] { return working_.empty(); });
  }
  reap();
}

void Listener::accept_all() {
  bool has_warned = false;
  while (!stop_.stop_requested()) {
    std::array<pollfd, 2> look = {pollfd{bound_.socket.get(), POLLIN, 0}, pollfd{signal_.fd(), POLLIN, 0}};
    ::poll(look.data(), look.size(), -1);
    if (look[1].revents != 0) return;
    FileDescriptor socket(::accept4(bound_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.is_open()) {
      has_warned = false;
      take(std::move(socket));
    } else if (!is_of_one_client(errno)) {
      // No descriptors or no memory, as a rule: others may give some back. To end here would be worse.
      if (!has_warned)
        spdlog::warn("{} cannot take a connection now: {}", options_.name, std::generic_category().message(errno));
      has_warned = true;
      ::poll(&look[1], 1, kWaitForResourcesMs);
    }
  }
}

void Listener::take(FileDescriptor socket) {
  reap();
  const std::lock_guard lock(mutex_);
  if (working_.size() >= options_.max_connections) return refuse_for_number(std::move(socket));
  const auto place = working_.emplace(working_.end());
  try {
    *place = std::thread([this, place, connection = Connection(std::move(socket), signal_)]() mutable {
      {
        const Connection own = std::move(connection);  // closed before the thread counts as finished
        serve(own);
      }
      const std::lock_guard guard(mutex_);
      finished_.splice(finished_.end(), working_, place);
      ended_.notify_all();
    });
  } catch (const std::system_error& error) {  // the socket went with the thread that could not be started
    working_.erase(place);
    spdlog::warn("{} cannot start a thread for a connection now: {}", options_.name, error.what());
  }
}

void Listener::serve(const Connection& connection) const {
  try {
    Session(connection, *handler_, options_, stop_.get_token()).serve();
  } catch (const std::exception& exception) {  // no memory, say: this client's misfortune, nobody else's
    spdlog::error("{} ended a connection: {}", options_.name, exception.what());
  }
}

void Listener::refuse_for_number(FileDescriptor socket) const {
  const std::string why =
      fmt::format("there are {} connections, which is the most; try again in a second", options_.max_connections);
  Reply reply = handler_->refused({503, why}, nullptr);
  reply.headers["Retry-After"] = "1";
  const std::string text =
      head_text(reply,
                {.content_length = reply.body.size(), .keep_alive = false, .now = std::chrono::system_clock::now()}) +
      reply.body;
  // Without waiting: what does not fit into the empty buffer of a new connection is lost with it.
  const Connection connection(std::move(socket), signal_);
  connection.write(text, std::chrono::steady_clock::now());
}

void Listener::reap() {
  Threads finished;
  {
    const std::lock_guard lock(mutex_);
    finished.swap(finished_);
  }
  for (std::thread& thread : finished) thread.join();
}

}  // namespace gapless::http
