#include "http/session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "http/body.h"
#include "http/wire.h"

namespace gapless::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSlowestBytesPerSecond = 32 * 1024;

}  // namespace

/// A request by the time it is answered, and how its answer goes out.
class Session::Exchange final : public ReplyWriter {
 public:
  Exchange(const Session& session, const Head* head) : session_(session), head_(head) {}

  void send(Reply reply) override {
    state_ = State::kEnded;
    keep_alive_ = keep_alive_ && !session_.stop_.stop_requested();
    std::string text = head_text(reply, frame(reply.body.size()));
    if (wants_body()) text += reply.body;
    remember(reply);
    put(text);
  }

  bool begin(Reply head, Framing framing) override {
    state_ = State::kBegun;
    is_chunked_ = framing == Framing::kChunked && head_ != nullptr && !head_->is_old;
    keep_alive_ = keep_alive_ && is_chunked_ && !session_.stop_.stop_requested();
    remember(head);
    return put(head_text(head, frame(std::nullopt)));
  }

  bool write(std::string_view bytes) override {
    if (bytes.empty() || !wants_body()) return sent_ && wants_body();
    if (!is_chunked_) return put(bytes);
    return put(fmt::format("{:x}\r\n", bytes.size())) && put(bytes) && put("\r\n");
  }

  void end() override {
    if (state_ != State::kBegun) return;
    state_ = State::kEnded;
    if (is_chunked_ && wants_body()) put("0\r\n\r\n");
  }

  bool has_begun() const override { return state_ != State::kNothing; }
  bool is_client_gone() const override { return session_.connection_.is_gone(); }

  void may_go_on(bool whole_request_was_read) { keep_alive_ = whole_request_was_read && head_->keep_alive; }

  /// Writes down what happened, and says whether another request may come.
  Next finish() const {
    // Neither the query's values nor headers: they may hold what is nobody else's business.
    const std::chrono::duration<double, std::milli> took = Clock::now() - begun_;
    spdlog::debug("{} {} {} {:.1f} ms{}{}{}", head_ ? head_->method : "-", head_ ? head_->path : "-", status_,
                  took.count(), note_.empty() ? "" : ", ", note_, sent_ ? "" : ", the client did not take it");
    if (state_ != State::kEnded || !sent_) return Next::kClose;
    if (keep_alive_) return Next::kRequest;
    session_.connection_.close_gently();
    return Next::kClose;
  }

 private:
  enum class State { kNothing, kBegun, kEnded };

  bool wants_body() const { return head_ == nullptr || head_->method != "HEAD"; }
  ReplyFrame frame(std::optional<std::size_t> content_length) const {
    return {.content_length = content_length,
            .is_chunked = is_chunked_,
            .keep_alive = keep_alive_,
            .now = std::chrono::system_clock::now()};
  }
  void remember(const Reply& reply) {
    status_ = reply.status;
    note_ = reply.note;
  }
  bool put(std::string_view bytes) {
    // In slices, each with its own deadline: who takes nothing is not waited for as long as all of it might take.
    constexpr std::size_t kSlice = std::size_t{256} << 10U;
    for (; sent_ && !bytes.empty(); bytes.remove_prefix(std::min(kSlice, bytes.size()))) {
      const std::string_view slice = bytes.substr(0, kSlice);
      sent_ = session_.connection_.write(slice, session_.write_deadline(slice.size()));
    }
    return sent_;
  }

  const Session& session_;
  const Head* head_;
  const Clock::time_point begun_ = Clock::now();
  State state_ = State::kNothing;
  bool keep_alive_ = false;
  bool is_chunked_ = false;
  bool sent_ = true;  ///< so far
  int status_ = 0;
  std::string note_;
};

void Session::serve() {
  while (!stop_.stop_requested() && serve_one() == Next::kRequest) is_first_ = false;
}

Session::Next Session::serve_one() {
  const auto head = read_head();
  if (!head) return Next::kClose;
  if (!*head) {
    Exchange exchange(*this, nullptr);
    exchange.send(handler_.refused(head->error(), nullptr));
    return exchange.finish();
  }
  const Head& known = **head;
  Exchange exchange(*this, &known);
  exchange.may_go_on(!known.has_body());
  auto call = handler_.admit(known);
  if (!call) {
    exchange.send(std::move(call.error()));
    return exchange.finish();
  }
  auto body = read_body(known, (*call)->max_body_bytes());
  if (!body) return Next::kClose;
  if (!*body) {
    exchange.may_go_on(false);
    exchange.send(handler_.refused(body->error(), &known));
    return exchange.finish();
  }
  exchange.may_go_on(true);
  (*call)->answer(std::move(**body), exchange, stop_);
  return exchange.finish();
}

std::optional<OrRefusal<Head>> Session::read_head() {
  Deadline deadline = Clock::now() + (is_first_ ? options_.read_timeout : options_.idle_timeout);
  bool has_begun = !buffer_.empty();
  if (has_begun) deadline = Clock::now() + options_.read_timeout;
  const HeadRules& rules = options_.head;
  std::size_t looked_at = 0;
  while (true) {
    if (buffer_.starts_with("\r\n")) buffer_.erase(0, 2);  // one that an old client sends after a body
    const std::size_t end = buffer_.find("\r\n\r\n", looked_at);
    if (end != std::string::npos && end <= rules.longest_head) {
      const std::string text = buffer_.substr(0, end);
      buffer_.erase(0, end + 4);
      return parse_head(text, rules);
    }
    if (buffer_.size() > rules.longest_request_line && buffer_.find("\r\n") > rules.longest_request_line)
      return refuse(414, fmt::format("the request line is longer than {} bytes", rules.longest_request_line));
    if (buffer_.size() > rules.longest_head)
      return refuse(431, fmt::format("the headers are longer than {} bytes", rules.longest_head));
    looked_at = buffer_.size() < 8 ? 0 : buffer_.size() - 8;
    const Connection::Read got = connection_.read(buffer_, deadline);
    if (got == Connection::Read::kTimeout && has_begun)
      return refuse(408, "the request took too long; send its head at once");
    if (got != Connection::Read::kBytes) return std::nullopt;
    if (!has_begun) deadline = Clock::now() + options_.read_timeout;
    has_begun = true;
  }
}

std::optional<OrRefusal<std::string>> Session::read_body(const Head& head, std::size_t most) {
  if (head.content_length > most) return refuse(413, fmt::format("the body is larger than {} bytes", most));
  const Deadline deadline = Clock::now() + options_.body_timeout;
  if (head.expects_continue && buffer_.empty() &&
      !connection_.write("HTTP/1.1 100 Continue\r\n\r\n", write_deadline(0)))
    return std::nullopt;
  if (head.is_chunked) return read_chunks(most, deadline);
  while (buffer_.size() < head.content_length) {
    const Connection::Read got = connection_.read(buffer_, deadline);
    if (got == Connection::Read::kTimeout) return refuse(408, "the body took too long to arrive");
    if (got != Connection::Read::kBytes) return std::nullopt;
  }
  std::string body = buffer_.substr(0, head.content_length);
  buffer_.erase(0, head.content_length);
  return body;
}

std::optional<OrRefusal<std::string>> Session::read_chunks(std::size_t most, Deadline deadline) {
  ChunkedBody chunks(most);
  while (true) {
    const auto whole = chunks.take(buffer_);
    if (!whole) return tl::unexpected<Refusal>(whole.error());
    if (*whole) return std::move(chunks.body());
    const Connection::Read got = connection_.read(buffer_, deadline);
    if (got == Connection::Read::kTimeout) return refuse(408, "the body took too long to arrive");
    if (got != Connection::Read::kBytes) return std::nullopt;
  }
}

Deadline Session::write_deadline(std::size_t bytes) const {
  return Clock::now() + options_.write_timeout + std::chrono::seconds(bytes / kSlowestBytesPerSecond);
}

}  // namespace gapless::http
