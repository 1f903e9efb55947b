#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <thread>

#include "api/api_test_support.h"

namespace gapless::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kShort = milliseconds(150);

Result<std::unique_ptr<ApiServer>> start_with(ApiOptions options, std::vector<Endpoint> more = {}) {
  options.listen = "127.0.0.1:0";
  std::vector<Endpoint> endpoints = test_endpoints();
  for (Endpoint& endpoint : more) endpoints.push_back(std::move(endpoint));
  return ApiServer::start(std::move(options), std::move(endpoints));
}

Endpoint stream_of(EventSource source) {
  return {.method = "GET",
          .path = "/events",
          .operation_id = "events",
          .summary = "A stream",
          .replies = {{200, {.description = "Events", .content_type = "text/event-stream"}}},
          .handle = [source = std::move(source)](const Request&) -> Result<Reply> { return Reply{.events = source}; }};
}

/// A source that never has anything, and ends its waits when the server stops.
Result<NextEvent> silence(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, milliseconds(20), [] { return false; });
  return NextEvent{};
}

/// A stream that says when the server has let go of its source.
Endpoint watched_stream(const std::shared_ptr<std::atomic<bool>>& dropped, EventSource next) {
  Endpoint endpoint = stream_of({});
  endpoint.handle = [dropped, next = std::move(next)](const Request&) -> Result<Reply> {
    const std::shared_ptr<void> watch(nullptr, [dropped](void*) { *dropped = true; });
    return Reply{.events = [watch, next](const std::stop_token& stop) { return next(stop); }};
  };
  return endpoint;
}

bool becomes_true(const std::atomic<bool>& flag) {
  const auto deadline = steady_clock::now() + kSoon;
  while (!flag && steady_clock::now() < deadline) std::this_thread::yield();
  return flag;
}

TEST(Session, answers_one_request_after_another_on_a_connection) {
  const auto server = start_with({});
  RawClient client((*server)->address());
  for (int i = 0; i < 3; ++i) {
    client.send(request_text("GET /health"));
    EXPECT_EQ(client.read_reply().body, "alive\n");
  }
}

TEST(Session, answers_requests_that_come_together_in_their_order) {
  const auto server = start_with({});
  RawClient client((*server)->address());
  client.send(request_text("GET /runs/1") + request_text("POST /runs", kJsonType, R"({"day":"2026-03-01"})") +
              request_text("GET /runs/404") + request_text("GET /runs/2"));
  EXPECT_EQ(client.read_reply().json()["path"]["id"], "1");
  EXPECT_EQ(client.read_reply().json()["body"]["day"], "2026-03-01");
  EXPECT_EQ(client.read_reply().status, 404);
  EXPECT_EQ(client.read_reply().json()["path"]["id"], "2");
}

TEST(Session, waits_for_what_comes_in_pieces) {
  const auto server = start_with({});
  RawClient client((*server)->address());
  const std::string text = request_text("POST /runs", kJsonType, R"({"day":"2026-03-01"})");
  for (const char byte : text) client.send(std::string_view(&byte, 1));
  EXPECT_EQ(client.read_reply().json()["body"]["day"], "2026-03-01");
}

TEST(Session, ends_the_connection_after_what_it_cannot_follow) {
  const auto server = start_with({.max_body_bytes = 1000});
  const std::string smuggled = request_text("DELETE /runs/1", kJsonType);
  const struct {
    std::string text;
    int status;
  } cases[] = {
      {"rubbish\r\n\r\n" + smuggled, 400},
      {request_text("POST /runs", "", smuggled), 415},                                  // its body is never read
      {request_text("POST /nothing", kJsonType, smuggled), 404},                        // nor is this one
      {request_text("POST /runs", kJsonType, std::string(1001, 'x') + smuggled), 413},  // nor this
      {"POST /runs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, 411},
      {request_text("GET /health", "Connection: close\r\n") + smuggled, 200},
      {"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n" + smuggled, 200},
  };
  for (const auto& one : cases) {
    RawClient client((*server)->address());
    client.send(one.text);
    client.finish_sending();
    const WireReply reply = client.read_reply();
    EXPECT_EQ(reply.status, one.status) << one.text;
    EXPECT_EQ(reply.headers.at("connection"), "close") << one.text;
    EXPECT_TRUE(client.is_closed()) << one.text;
  }
}

TEST(Session, says_that_a_client_may_send_its_body) {
  const auto server = start_with({.max_body_bytes = 100});
  RawClient client((*server)->address());
  const std::string body = R"({"day":"2026-03-01"})";
  client.send("POST /runs HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n" + kJsonType +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(body);
  EXPECT_EQ(client.read_reply().json()["body"]["day"], "2026-03-01");
  client.send("POST /runs HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n" + kJsonType +
              "Content-Length: 101\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 413) << "without asking for the body";
}

TEST(Session, gives_up_clients_that_are_too_slow) {
  const auto server = start_with({.read_timeout = kShort, .idle_timeout = kShort});
  const struct {
    std::string text;
    int status;  ///< 0: closed without a word
  } cases[] = {
      {"", 0},
      {"GET /hea", 408},
      {"GET /health HTTP/1.1\r\nHost: local", 408},
      {"POST /runs HTTP/1.1\r\nHost: localhost\r\n" + kJsonType + "Content-Length: 10\r\n\r\n{", 408},
  };
  for (const auto& one : cases) {
    RawClient client((*server)->address());
    client.send(one.text);
    EXPECT_EQ(client.read_reply().status, one.status) << one.text;
    client.finish_sending();
    EXPECT_TRUE(client.is_closed()) << one.text;
  }
  RawClient idle((*server)->address());
  idle.send(request_text("GET /health"));
  EXPECT_EQ(idle.read_reply().status, 200);
  EXPECT_TRUE(idle.is_closed()) << "between requests, without a word";
}

TEST(Session, does_not_let_single_bytes_put_the_end_off) {
  const auto server = start_with({.read_timeout = kShort});
  RawClient client((*server)->address());
  const auto begun = steady_clock::now();
  while (!client.has_something_within(milliseconds(5)) && steady_clock::now() - begun < kSoon) client.send("x");
  EXPECT_EQ(client.read_reply().status, 408);
  EXPECT_LT(steady_clock::now() - begun, seconds(8)) << "other bounds are longer";
}

TEST(Session, gives_up_clients_that_do_not_read) {
  const auto dropped = std::make_shared<std::atomic<bool>>(false);
  const auto server = start_with({.write_timeout = kShort}, {watched_stream(dropped, [](const std::stop_token&) {
                                   return NextEvent{NextEvent::Kind::kEvent, {.data = std::string(10'000, 'x')}};
                                 })});
  RawClient client((*server)->address());
  client.send(request_text("GET /events"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_TRUE(becomes_true(*dropped));
}

TEST(Session, bears_clients_that_go_in_the_middle) {
  const auto server = start_with({});
  for (const char* text : {"", "G", "GET /health HTTP/1.1\r\n",
                           "POST /runs HTTP/1.1\r\nHost: localhost\r\n"
                           "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"}) {
    RawClient client((*server)->address());
    client.send(text);
  }
  RawClient client((*server)->address());
  client.send(request_text("GET /health"));
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(Session, serves_others_while_one_waits) {
  std::binary_semaphore entered(0);
  std::binary_semaphore release(0);
  Endpoint slow{.method = "GET", .path = "/slow", .operation_id = "slow", .summary = "Slow"};
  slow.handle = [&](const Request&) -> Result<Reply> {
    entered.release();
    release.acquire();
    return Reply{.content_type = "text/plain", .text = "done"};
  };
  const auto server = start_with({}, {slow});
  RawClient waiting((*server)->address());
  waiting.send(request_text("GET /slow"));
  entered.acquire();
  RawClient other((*server)->address());
  other.send(request_text("GET /health"));
  EXPECT_EQ(other.read_reply().status, 200);
  release.release();
  EXPECT_EQ(waiting.read_reply().body, "done");
}

TEST(Session, refuses_connections_beyond_the_most_and_takes_them_again) {
  const auto server = start_with({.max_connections = 3});
  const std::string address = (*server)->address();
  {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(std::make_unique<RawClient>(address));
      clients.back()->send(request_text("GET /health"));
      EXPECT_EQ(clients.back()->read_reply().status, 200);
    }
    RawClient one_more(address);
    const WireReply refused = one_more.read_reply();
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.headers.at("retry-after"), "1");
    EXPECT_EQ(refused.headers.at("content-type"), "application/problem+json");
    EXPECT_TRUE(one_more.is_closed());
    clients.front()->send(request_text("GET /health"));
    EXPECT_EQ(clients.front()->read_reply().status, 200) << "those that are in stay in";
  }
  const auto deadline = steady_clock::now() + kSoon;  // the server need not have noticed at once that they have gone
  int status = 503;
  while (status != 200 && steady_clock::now() < deadline) {
    RawClient again(address);
    again.send(request_text("GET /health"));
    status = again.read_reply().status;
  }
  EXPECT_EQ(status, 200);
}

TEST(Session, serves_many_connections_at_once) {
  const auto server = start_with({});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<RawClient>((*server)->address()));
  for (int round = 0; round < 3; ++round) {
    for (const auto& client : clients) client->send(request_text("GET /health"));
    for (const auto& client : clients) ASSERT_EQ(client->read_reply().status, 200);
  }
}

/// Takes all descriptors that the process may have, until it goes.
class DescriptorHog {
 public:
  DescriptorHog() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    hold_.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit low = before_;
    low.rlim_cur = static_cast<rlim_t>(hold_.back().get()) + 10;
    ::setrlimit(RLIMIT_NOFILE, &low);
    while (hold_.back().is_open()) hold_.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    hold_.pop_back();
  }
  ~DescriptorHog() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  void give_one_back() { hold_.pop_back(); }

 private:
  rlimit before_{};
  std::vector<FileDescriptor> hold_;
};

TEST(Session, takes_connections_again_after_a_lack_of_descriptors) {
  const auto server = start_with({});
  std::optional<DescriptorHog> hog(std::in_place);
  hog->give_one_back();
  RawClient client((*server)->address());  // which takes it
  client.send(request_text("GET /health"));
  EXPECT_FALSE(client.has_something_within(milliseconds(60)));
  hog.reset();
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(EventStream, sends_events_until_they_end) {
  const auto number = std::make_shared<int>(0);
  const auto server =
      start_with({}, {stream_of([number](const std::stop_token&) -> Result<NextEvent> {
                   if (++*number == 1)
                     return NextEvent{NextEvent::Kind::kEvent, {.id = "1", .name = "step", .data = "a\nb"}};
                   if (*number == 2) return NextEvent{NextEvent::Kind::kEvent, {.data = "{}"}};
                   return NextEvent{NextEvent::Kind::kEnd};
                 })});
  RawClient client((*server)->address());
  client.send(request_text("GET /events"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_THAT(head,
              testing::AllOf(HasSubstr("Content-Type: text/event-stream\r\n"), HasSubstr("Connection: close\r\n"),
                             HasSubstr("Cache-Control: no-store\r\n"), testing::Not(HasSubstr("Content-Length"))));
  EXPECT_EQ(client.read_until("never"), "id: 1\nevent: step\ndata: a\ndata: b\n\ndata: {}\n\n");
}

TEST(EventStream, says_that_it_is_alive_while_nothing_happens) {
  const auto server = start_with({.heartbeat = milliseconds(1)}, {stream_of(silence)});
  RawClient client((*server)->address());
  client.send(request_text("GET /events"));
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_until("\n\n"), ": still here\n\n");
}

TEST(EventStream, ends_with_the_problem_of_its_source) {
  for (const bool throws : {false, true}) {
    const auto server = start_with({}, {stream_of([throws](const std::stop_token&) -> Result<NextEvent> {
                                     if (throws) throw std::runtime_error("s3cret");
                                     return fail(Fault::kUnavailable, "the store is away");
                                   })});
    RawClient client((*server)->address());
    client.send(request_text("GET /events", "X-Request-Id: r1\r\n"));
    client.read_until("\r\n\r\n");
    const std::string rest = client.read_until("never");
    EXPECT_THAT(rest, StartsWith("event: error\ndata: {"));
    EXPECT_THAT(rest, HasSubstr("\"instance\":\"r1\""));
    EXPECT_THAT(rest, HasSubstr(throws ? "its log says why" : "the store is away"));
  }
}

TEST(EventStream, ends_when_its_client_goes) {
  const auto dropped = std::make_shared<std::atomic<bool>>(false);
  const auto server = start_with({}, {watched_stream(dropped, silence)});
  {
    RawClient client((*server)->address());
    client.send(request_text("GET /events"));
    client.read_until("\r\n\r\n");
    EXPECT_FALSE(*dropped);
  }
  EXPECT_TRUE(becomes_true(*dropped));
}

TEST(Session, all_end_within_a_second_when_the_server_stops) {
  const auto server = start_with({}, {stream_of(silence)});
  RawClient idle((*server)->address());
  idle.send(request_text("GET /health"));
  EXPECT_EQ(idle.read_reply().status, 200);
  RawClient half((*server)->address());
  half.send("GET /hea");
  RawClient silent((*server)->address());
  RawClient stream((*server)->address());
  stream.send(request_text("GET /events"));
  stream.read_until("\r\n\r\n");
  const auto begun = steady_clock::now();
  (*server)->stop();
  EXPECT_LT(steady_clock::now() - begun, seconds(8)) << "other bounds are longer";
  for (RawClient* client : {&idle, &half, &silent, &stream}) EXPECT_TRUE(client->is_closed());
}

TEST(Session, tells_a_handler_that_the_server_stops) {
  std::binary_semaphore entered(0);
  Endpoint waiting{.method = "GET", .path = "/wait", .operation_id = "wait", .summary = "Waits for the stop"};
  waiting.handle = [&](const Request& request) -> Result<Reply> {
    std::binary_semaphore stopped(0);
    const std::stop_callback on_stop(request.stop, [&] { stopped.release(); });
    entered.release();
    stopped.acquire();
    return fail(Fault::kCancelled, "the server stops");
  };
  const auto server = start_with({}, {waiting});
  RawClient client((*server)->address());
  client.send(request_text("GET /wait"));
  entered.acquire();
  (*server)->stop();
  const WireReply reply = client.read_reply();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.at("connection"), "close");
}

}  // namespace
}  // namespace gapless::api
