#include "api/handler.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "api/events.h"

namespace gapless::api {
namespace {

using Clock = std::chrono::steady_clock;

http::Reply on_the_wire(Dispatcher::Finished finished, const std::string& request_id, std::string_view caller) {
  Reply& reply = finished.reply;
  return {.status = reply.status,
          .content_type = reply.events ? "text/event-stream" : std::move(reply.content_type),
          .body = std::move(finished.payload),
          .headers = std::move(reply.headers),
          .note = fmt::format("request {}, token {}", request_id, caller.empty() ? "none" : caller)};
}

Result<NextEvent> next_of(const EventSource& source, const std::string& request_id, const std::stop_token& stop) {
  std::string what = "the source of its events failed";
  try {
    return source(stop);
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {  // a library may throw anything
  }
  spdlog::error("request {}: {}", request_id, what);
  return fail(Fault::kInternal, "the server failed at this; its log says why, under the request's id");
}

std::string failure_text(const Error& error, const std::string& request_id) {
  Reply failure = problem(error);
  name_request(failure, request_id);
  return event_text(
      {.id = "", .name = "error", .data = failure.body.dump(-1, ' ', false, Json::error_handler_t::replace)});
}

}  // namespace

class ApiHandler::ApiCall final : public http::Call {
 public:
  ApiCall(const ApiHandler& handler, const http::Head& head, Dispatcher::Admitted admitted)
      : handler_(handler), head_(head), admitted_(std::move(admitted)) {}

  std::size_t max_body_bytes() const override { return handler_.max_body_bytes_; }

  void answer(std::string body, http::ReplyWriter& writer, const std::stop_token& stop) override {
    const Endpoint* const endpoint = admitted_.endpoint;
    const std::string id = admitted_.request.id;
    const std::string caller = admitted_.request.caller;
    admitted_.request.stop = stop;
    auto finished =
        handler_.dispatcher_->finish(handler_.dispatcher_->answer(std::move(admitted_), body), &head_, endpoint, id);
    handler_.tell({head_.method, endpoint->path, finished.reply.status, Clock::now() - begun_});
    const EventSource events = std::move(finished.reply.events);
    if (!events) return writer.send(on_the_wire(std::move(finished), id, caller));
    finished.reply.events = events;  // a stream of events goes by that
    const bool begun = writer.begin(on_the_wire(std::move(finished), id, caller), http::Framing::kUntilConnectionEnds);
    if (begun && head_.method != "HEAD") send_events(events, id, writer, stop);
    writer.end();
  }

 private:
  void send_events(const EventSource& source, const std::string& id, http::ReplyWriter& writer,
                   const std::stop_token& stop) const {
    Clock::time_point last = Clock::now();
    while (!stop.stop_requested() && !writer.is_client_gone()) {
      const Result<NextEvent> next = next_of(source, id, stop);
      std::string text;
      if (!next) {
        text = failure_text(next.error(), id);
      } else if (next->kind == NextEvent::Kind::kEvent) {
        text = event_text(next->event);
      } else if (Clock::now() - last >= handler_.heartbeat_) {
        text = ": still here\n\n";
      }
      if (!text.empty()) {
        if (!writer.write(text)) return;
        last = Clock::now();
      }
      if (!next || next->kind == NextEvent::Kind::kEnd) return;
    }
  }

  const ApiHandler& handler_;
  const http::Head& head_;
  Dispatcher::Admitted admitted_;
  const Clock::time_point begun_ = Clock::now();
};

tl::expected<std::unique_ptr<http::Call>, http::Reply> ApiHandler::admit(const http::Head& head) const {
  const std::string id = request_id_of(head.header("x-request-id"));
  auto admitted = dispatcher_->admit(head, id);
  if (admitted) return std::make_unique<ApiCall>(*this, head, std::move(*admitted));
  tell({head.method, "", admitted.error().status});
  return tl::unexpected<http::Reply>(
      on_the_wire(dispatcher_->finish(std::move(admitted.error()), &head, nullptr, id), id, ""));
}

http::Reply ApiHandler::refused(const http::Refusal& refusal, const http::Head* head) const {
  const std::string id = request_id_of(head == nullptr ? "" : head->header("x-request-id"));
  return on_the_wire(dispatcher_->finish(problem(refusal), head, nullptr, id), id, "");
}

}  // namespace gapless::api
