#include "http/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/raw_client_test_support.h"

namespace gapless::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// Answers with what it is told to: the path says how.
class Echo final : public Handler {
 public:
  class EchoCall final : public Call {
   public:
    explicit EchoCall(std::string path) : path_(std::move(path)) {}
    std::size_t max_body_bytes() const override { return 100; }
    void answer(std::string body, ReplyWriter& reply, const std::stop_token&) override {
      if (path_ == "/whole") return reply.send({.content_type = "text/plain", .body = std::move(body)});
      const Framing framing = path_ == "/close" ? Framing::kUntilConnectionEnds : Framing::kChunked;
      reply.begin({.content_type = "text/plain"}, framing);
      reply.write("first ");
      reply.write("");  // would end a chunked reply
      reply.write(body);
      if (path_ != "/broken") reply.end();
    }

   private:
    std::string path_;
  };

  tl::expected<std::unique_ptr<Call>, Reply> admit(const Head& head) const override {
    return std::make_unique<EchoCall>(head.path);
  }
  Reply refused(const Refusal& refusal, const Head*) const override {
    return {.status = refusal.status, .content_type = "text/plain", .body = refusal.detail};
  }
};

std::unique_ptr<Listener> listening(ChunkedBodies chunked) {
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.head.chunked_bodies = chunked;
  auto listener = Listener::start(options, std::make_unique<Echo>());
  EXPECT_TRUE(listener) << listener.error().message;
  return listener ? std::move(*listener) : nullptr;
}

const std::string kChunkedPost = " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(Listener, takes_chunked_bodies_where_it_may_and_goes_on_after_them) {
  const auto server = listening(ChunkedBodies::kTaken);
  RawClient client(server->address());
  client.send("POST /whole" + kChunkedPost + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n" +
              request_text("POST /whole", "", "next"));
  EXPECT_EQ(client.read_reply().body, "abc");
  EXPECT_EQ(client.read_reply().body, "next");
  client.send("POST /whole" + kChunkedPost + "65\r\n");
  EXPECT_EQ(client.read_reply().status, 413);
  EXPECT_TRUE(client.is_closed());
}

TEST(Listener, refuses_bodies_that_say_their_length_twice_or_otherwise) {
  const struct {
    std::string headers;
    int status;
  } cases[] = {
      {"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", 400},
      {"Transfer-Encoding: gzip, chunked\r\n", 501},
      {"Transfer-Encoding: \r\n", 501},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
  };
  const auto server = listening(ChunkedBodies::kTaken);
  for (const auto& one : cases) {
    RawClient client(server->address());
    client.send(request_text("POST /whole", one.headers));
    EXPECT_EQ(client.read_reply().status, one.status) << one.headers;
    EXPECT_TRUE(client.is_closed());
  }
  const auto strict = listening(ChunkedBodies::kRefused);
  RawClient client(strict->address());
  client.send("POST /whole" + kChunkedPost);
  EXPECT_EQ(client.read_reply().status, 411);
}

TEST(Listener, sends_replies_of_unknown_length_in_chunks) {
  const auto server = listening(ChunkedBodies::kRefused);
  RawClient client(server->address());
  client.send(request_text("POST /stream", "", "second") + request_text("POST /whole", "", "next"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "6\r\nfirst \r\n6\r\nsecond\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_reply().body, "next");
}

TEST(Listener, cuts_off_a_reply_that_was_not_ended) {
  const auto server = listening(ChunkedBodies::kRefused);
  RawClient client(server->address());
  client.send(request_text("POST /broken", "", "second"));
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_until("never"), "6\r\nfirst \r\n6\r\nsecond\r\n");
}

TEST(Listener, ends_the_connection_after_a_reply_that_has_no_other_end) {
  const auto server = listening(ChunkedBodies::kRefused);
  for (const char* start : {"POST /close HTTP/1.1", "POST /stream HTTP/1.0"}) {
    RawClient client(server->address());
    client.send(std::string(start) + "\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nsecond");
    EXPECT_THAT(client.read_until("\r\n\r\n"), Not(HasSubstr("chunked")));
    EXPECT_THAT(client.read_until("never"), EndsWith("first second"));
  }
}

}  // namespace
}  // namespace gapless::http
