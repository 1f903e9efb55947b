#include "api/session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "api/wire.h"

namespace gapless::api {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSlowestBytesPerSecond = 32 * 1024;

}  // namespace

/// What is known of a request by the time it is answered.
struct Session::Exchange {
  const Head* head = nullptr;
  const Endpoint* endpoint = nullptr;
  std::string id;
  std::string caller;
  bool may_go_on = false;  ///< all of the request was read, and the client wants to keep the connection
  Clock::time_point begun = Clock::now();
};

void Session::serve() {
  while (!stop_.stop_requested() && serve_one() == Next::kRequest) is_first_ = false;
}

Session::Next Session::serve_one() {
  const auto head = read_head();
  if (!head) return Next::kClose;
  Exchange exchange;
  if (!*head) {
    exchange.id = request_id_of("");
    return send(exchange, head->error());
  }
  const Head& known = **head;
  exchange.head = &known;
  exchange.id = request_id_of(known.header("x-request-id"));
  exchange.may_go_on = known.keep_alive && known.content_length == 0;
  auto admitted = dispatcher_.admit(known, exchange.id);
  if (!admitted) return send(exchange, std::move(admitted.error()));
  exchange.endpoint = admitted->endpoint;
  exchange.caller = admitted->request.caller;
  auto body = read_body(known);
  if (!body) return Next::kClose;
  if (!*body) return send(exchange, std::move(body->error()));
  exchange.may_go_on = known.keep_alive;
  admitted->request.stop = stop_;
  return send(exchange, dispatcher_.answer(std::move(*admitted), **body));
}

std::optional<OrProblem<Head>> Session::read_head() {
  Deadline deadline = Clock::now() + (is_first_ ? options_.read_timeout : options_.idle_timeout);
  bool has_begun = !buffer_.empty();
  if (has_begun) deadline = Clock::now() + options_.read_timeout;
  while (true) {
    if (buffer_.starts_with("\r\n")) buffer_.erase(0, 2);  // one that an old client sends after a body
    const std::size_t end = buffer_.find("\r\n\r\n");
    if (end != std::string::npos && end <= kLongestHead) {
      const std::string text = buffer_.substr(0, end);
      buffer_.erase(0, end + 4);
      return parse_head(text);
    }
    if (buffer_.size() > kLongestRequestLine && buffer_.find("\r\n") > kLongestRequestLine)
      return refuse(414, fmt::format("the request line is longer than {} bytes", kLongestRequestLine));
    if (buffer_.size() > kLongestHead)
      return refuse(431, fmt::format("the headers are longer than {} bytes", kLongestHead));
    const Connection::Read got = connection_.read(buffer_, deadline);
    if (got == Connection::Read::kTimeout && has_begun)
      return refuse(408, "the request took too long; send its head at once");
    if (got != Connection::Read::kBytes) return std::nullopt;
    if (!has_begun) deadline = Clock::now() + options_.read_timeout;
    has_begun = true;
  }
}

std::optional<OrProblem<std::string>> Session::read_body(const Head& head) {
  const Deadline deadline = Clock::now() + options_.read_timeout;
  if (head.expects_continue && buffer_.empty() &&
      !connection_.write("HTTP/1.1 100 Continue\r\n\r\n", write_deadline(0)))
    return std::nullopt;
  while (buffer_.size() < head.content_length) {
    const Connection::Read got = connection_.read(buffer_, deadline);
    if (got == Connection::Read::kTimeout) return refuse(408, "the body took too long to arrive");
    if (got != Connection::Read::kBytes) return std::nullopt;
  }
  std::string body = buffer_.substr(0, head.content_length);
  buffer_.erase(0, head.content_length);
  return body;
}

Session::Next Session::send(Exchange& exchange, Reply reply) {
  const auto finished = dispatcher_.finish(std::move(reply), exchange.head, exchange.endpoint, exchange.id);
  const bool is_stream = static_cast<bool>(finished.reply.events);
  const bool may_go_on = exchange.may_go_on && !is_stream && !stop_.stop_requested();
  const bool wants_body = exchange.head == nullptr || exchange.head->method != "HEAD";
  std::string text = head_text(
      finished.reply,
      {.content_length = finished.payload.size(), .keep_alive = may_go_on, .now = std::chrono::system_clock::now()});
  if (wants_body && !is_stream) text += finished.payload;
  const bool sent = connection_.write(text, write_deadline(text.size()));
  if (sent && is_stream && wants_body) send_events(finished.reply.events, exchange.id);
  // Neither the query's values nor headers: they may hold what is nobody else's business.
  const std::chrono::duration<double, std::milli> took = Clock::now() - exchange.begun;
  spdlog::debug("{} {} {} {:.1f} ms, request {}, token {}{}", exchange.head ? exchange.head->method : "-",
                exchange.head ? exchange.head->path : "-", finished.reply.status, took.count(), exchange.id,
                exchange.caller.empty() ? "none" : exchange.caller, sent ? "" : ", the client did not take it");
  if (sent && may_go_on) return Next::kRequest;
  if (sent) connection_.close_gently();
  return Next::kClose;
}

Result<NextEvent> Session::next_of(const EventSource& source, const std::string& request_id) const {
  std::string what = "the source of its events failed";
  try {
    return source(stop_);
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {  // a library may throw anything
  }
  spdlog::error("request {}: {}", request_id, what);
  return fail(Fault::kInternal, "the server failed at this; its log says why, under the request's id");
}

void Session::send_events(const EventSource& source, const std::string& request_id) {
  Clock::time_point last = Clock::now();
  while (!stop_.stop_requested() && !connection_.is_gone()) {
    const Result<NextEvent> next = next_of(source, request_id);
    std::string text;
    if (!next) {
      Reply failure = problem(next.error());
      name_request(failure, request_id);
      text = event_text(
          {.id = "", .name = "error", .data = failure.body.dump(-1, ' ', false, Json::error_handler_t::replace)});
    } else if (next->kind == NextEvent::Kind::kEvent) {
      text = event_text(next->event);
    } else if (Clock::now() - last >= options_.heartbeat) {
      text = ": still here\n\n";
    }
    if (!text.empty()) {
      if (!connection_.write(text, write_deadline(text.size()))) return;
      last = Clock::now();
    }
    if (!next || next->kind == NextEvent::Kind::kEnd) return;
  }
}

Deadline Session::write_deadline(std::size_t bytes) const {
  return Clock::now() + options_.write_timeout + std::chrono::seconds(bytes / kSlowestBytesPerSecond);
}

}  // namespace gapless::api
