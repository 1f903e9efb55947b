#include "gateway/gateway.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <random>

#include "gateway/client_watch.h"
#include "gateway/door.h"
#include "gateway/form.h"
#include "gateway/runner.h"
#include "http/listener.h"
#include "util/ascii.h"
#include "util/hex.h"

namespace gapless::gateway {
namespace {

constexpr std::size_t kHeadersBeside = 32 * 1024;
constexpr std::size_t kLongestQueryId = 128;

/// As ClickHouse makes them: a random UUID.
std::string random_query_id() {
  std::random_device device;
  std::string hex;
  while (hex.size() < 32) hex += fmt::format("{:08x}", device());
  return fmt::format("{}-{}-4{}-a{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3), hex.substr(17, 3),
                     hex.substr(20, 12));
}

http::Reply plain(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=UTF-8",
          .body = std::move(text),
          .headers = {{"X-ClickHouse-Server-Display-Name", "gapless"}, {"Cache-Control", "no-store"}}};
}

class GatewayHandler final : public http::Handler {
 public:
  GatewayHandler(const GatewayOptions& options, Door door, Engine& engine, std::string version)
      : options_(options),
        door_(std::move(door)),
        version_(std::move(version)),
        running_(options.max_running),
        runner_(options.mode == Mode::kReadOnly ? make_read_only_runner(engine, options)
                                                : make_writable_runner(engine, options, running_)) {}

  tl::expected<std::unique_ptr<http::Call>, http::Reply> admit(const http::Head& head) const override;

  http::Reply refused(const http::Refusal& refusal, const http::Head*) const override {
    http::Reply reply = plain(refusal.status, refusal.detail + "\n");
    return reply;
  }

 private:
  class QueryCall;

  const GatewayOptions options_;
  const Door door_;
  const std::string version_;
  mutable Running running_;
  const std::unique_ptr<Runner> runner_;
};

class GatewayHandler::QueryCall final : public http::Call {
 public:
  QueryCall(const GatewayHandler& handler, Job job, std::string note, std::string encoding, std::string type)
      : handler_(handler),
        job_(std::move(job)),
        note_(std::move(note)),
        encoding_(std::move(encoding)),
        type_(std::move(type)) {}

  std::size_t max_body_bytes() const override { return handler_.options_.max_body_bytes; }

  void answer(std::string body, http::ReplyWriter& writer, const std::stop_token& stop) override {
    std::string what = "the gateway failed";
    try {
      std::optional<ClientWatch> watch;
      job_.stop = stop;
      if (handler_.options_.mode == Mode::kReadOnly) job_.stop = watch.emplace(writer, stop).stop();
      const auto done = run(std::move(body), writer);
      if (!done) send(done.error(), writer);
      return;
    } catch (const std::exception& exception) {
      what = exception.what();
    } catch (...) {  // a library may throw anything
    }
    spdlog::error("query {}: {}", job_.query_id, what);
    if (!writer.has_begun())
      send(failure_of({Fault::kInternal, 0, "the server failed at this; its log says why"}), writer);
  }

 private:
  OrFailure<void> run(std::string body, http::ReplyWriter& writer) {
    job_.body = std::move(body);
    if (encoding_ == "gzip") {
      auto unpacked = gunzipped(job_.body, handler_.options_.max_body_bytes);
      if (!unpacked) return failed(code::kBadArguments, unpacked.error().message);
      job_.body = std::move(*unpacked);
    }
    if (is_form(type_)) GAPLESS_TRY_FAILURE(take_form(type_, std::exchange(job_.body, {}), job_.request));
    if (job_.request.query.value_or("").empty() && job_.body.empty())
      return failed(code::kSyntaxError, "Syntax error: there is no statement, neither in the URL nor in the body");
    auto place = handler_.running_.enter(job_.query_id);
    if (!place) return tl::unexpected<Failure>(std::move(place.error()));
    AnswerOptions answer{.version = handler_.version_,
                         .query_id = job_.query_id,
                         .note = note_,
                         .place = std::move(*place),
                         .waits_for_end = job_.request.waits_for_end,
                         .compresses = job_.request.may_compress,
                         .max_bytes = handler_.options_.max_result_bytes};
    return handler_.runner_->run(job_, std::move(answer), writer);
  }

  void send(const Failure& failure, http::ReplyWriter& writer) const {
    http::Reply reply = reply_of(failure, handler_.version_, {{"X-ClickHouse-Query-Id", job_.query_id}});
    reply.note = note_;
    writer.send(std::move(reply));
  }

  const GatewayHandler& handler_;
  Job job_;
  const std::string note_;
  const std::string encoding_;
  const std::string type_;
};

tl::expected<std::unique_ptr<http::Call>, http::Reply> GatewayHandler::admit(const http::Head& head) const {
  const auto refusing = [](http::Reply reply) { return tl::unexpected<http::Reply>(std::move(reply)); };
  const bool only_looks = head.method == "GET" || head.method == "HEAD";
  if (!only_looks && head.method != "POST") return refusing(plain(405, "this server takes GET and POST\n"));
  if (head.path == "/ping" && only_looks) return refusing(plain(200, "Ok.\n"));
  if (head.path != "/") return refusing(plain(404, "there is nothing at this path; send statements to /\n"));
  if (only_looks && head.query.empty() && !head.has_body()) return refusing(plain(200, "Ok.\n"));
  if (head.method == "HEAD") return refusing(plain(405, "this server takes GET and POST\n"));
  auto request = parse_request(head);
  if (!request) return refusing(reply_of(request.error(), version_));
  const auto name = door_.let_in(request->credentials);
  if (!name) {
    http::Reply reply = reply_of(name.error(), version_);
    if (!request->credentials.are_given) {
      reply.status = 401;
      reply.headers["WWW-Authenticate"] = "Basic realm=\"gapless\"";
    }
    return refusing(std::move(reply));
  }
  const std::string encoding = ascii_lowered(head.header("content-encoding"));
  if (!encoding.empty() && encoding != "identity" && encoding != "gzip")
    return refusing(plain(415, "send the body without Content-Encoding, or with gzip\n"));
  std::string query_id = request->query_id.empty() ? random_query_id() : request->query_id;
  if (query_id.size() > kLongestQueryId || std::ranges::any_of(query_id, is_control))
    return refusing(reply_of(
        Failure{code::kBadArguments, "BAD_ARGUMENTS", "a query id has 1 to 128 visible characters"}, version_));
  request->credentials = {};  // nobody needs them any more
  std::string note = fmt::format("query {}, token {}", query_id, name->empty() ? "none" : *name);
  Job job{.request = std::move(*request), .body = {}, .query_id = std::move(query_id), .must_only_read = only_looks};
  return std::make_unique<QueryCall>(*this, std::move(job), std::move(note), encoding,
                                     std::string(head.header("content-type")));
}

}  // namespace

Gateway::Gateway(std::unique_ptr<http::Listener> listener) : listener_(std::move(listener)) {}

Gateway::~Gateway() = default;

Result<std::unique_ptr<Gateway>> Gateway::start(const GatewayOptions& options, Engine& engine) {
  GAPLESS_ASSIGN(Door door, Door::make(options));
  GAPLESS_ASSIGN(const std::string version, engine.version());
  http::ServerOptions transport{.name = "the gateway",
                                .listen = options.listen,
                                .has_tokens = !options.tokens.empty(),
                                .max_connections = options.max_connections,
                                .head = {.longest_request_line = options.max_url_bytes,
                                         .longest_head = options.max_url_bytes + kHeadersBeside,
                                         .chunked_bodies = http::ChunkedBodies::kTaken},
                                .body_timeout = options.body_timeout};
  auto handler =
      std::make_unique<GatewayHandler>(options, std::move(door), engine, version.substr(version.rfind(' ') + 1));
  GAPLESS_ASSIGN(auto listener, http::Listener::start(std::move(transport), std::move(handler)));
  return std::unique_ptr<Gateway>(new Gateway(std::move(listener)));
}

std::string Gateway::address() const { return listener_->address(); }

void Gateway::stop() { listener_->stop(); }

}  // namespace gapless::gateway
