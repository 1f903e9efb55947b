// http/: HTTP/1.1 over a handler: connections, heads, bodies, deadlines, and how replies go out. What is asked for and
// what is answered comes from outside.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/head.h"

namespace gapless::http {

/// What goes over the wire.
struct Reply {
  int status = 200;
  std::string content_type = {};
  std::string body = {};                            ///< without one, as begin() sends it: of no account
  std::map<std::string, std::string> headers = {};  ///< beside Date, Server, Content-Type, framing and Connection
  std::string note = {};                            ///< for the log: which request, and whose
};

/// How a reply ends whose length is not known when it begins.
enum class Framing {
  kChunked,  ///< with a last chunk; an HTTP/1.0 client gets kUntilConnectionEnds
  kUntilConnectionEnds
};

/// Where a call puts its reply, once: all of it by send(), or by begin(), write() and end(). For one thread.
class ReplyWriter {
 public:
  virtual ~ReplyWriter() = default;
  virtual void send(Reply reply) = 0;
  /// False, as in write(), where nobody takes it any more: the client has gone or is too slow, or the server stops.
  virtual bool begin(Reply head, Framing framing) = 0;
  virtual bool write(std::string_view bytes) = 0;
  /// A reply that was begun and not ended is cut off, so that nobody takes it for whole.
  virtual void end() = 0;
  virtual bool has_begun() const = 0;
  /// True where the client has closed its side, or the connection is broken.
  virtual bool is_client_gone() const = 0;
};

/// A request whose head was let in.
class Call {
 public:
  virtual ~Call() = default;
  virtual std::size_t max_body_bytes() const = 0;
  /// Must not throw. `stop` is requested when the server stops: it is to end within a second.
  virtual void answer(std::string body, ReplyWriter& reply, const std::stop_token& stop) = 0;
};

/// What a server serves. Thread-safe.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Whether the request may come in and its body be read; else what is sent instead. `head` outlives the call.
  virtual tl::expected<std::unique_ptr<Call>, Reply> admit(const Head& head) const = 0;
  /// The reply to what could not be read as a request, or not wholly; `head` is null where not even that was.
  virtual Reply refused(const Refusal& refusal, const Head* head) const = 0;
};

struct ServerOptions {
  std::string name = "the server";  ///< in messages
  std::string listen = {};          ///< HOST:PORT; an IPv6 address in brackets; port 0 takes a free one
  bool has_tokens = false;          ///< without, it listens where nobody but this machine reaches it
  std::size_t max_connections = 256;
  HeadRules head = {};
  std::chrono::milliseconds read_timeout{std::chrono::seconds(10)};   ///< of a whole head
  std::chrono::milliseconds body_timeout{std::chrono::seconds(10)};   ///< of a whole body
  std::chrono::milliseconds write_timeout{std::chrono::seconds(10)};  ///< of a reply; a second more for each 32 KiB
  std::chrono::milliseconds idle_timeout{std::chrono::seconds(60)};   ///< between two requests of a connection
};

}  // namespace gapless::http
