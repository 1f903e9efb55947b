#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "http/socket.h"
#include "util/ascii.h"
#include "util/json.h"

namespace gapless::http {

inline constexpr auto kSoon = std::chrono::seconds(30);  ///< what must come comes long before

struct WireReply {
  int status = 0;  ///< 0: the connection ended before a whole reply came
  std::map<std::string, std::string> headers;
  std::string body;
  Json json() const { return Json::parse(body, nullptr, false); }
};

/// A client that sends what it is told to, byte by byte if need be.
class RawClient {
 public:
  explicit RawClient(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }

  void send(std::string_view bytes) const { ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  void finish_sending() const { ::shutdown(socket_.get(), SHUT_WR); }

  bool has_something_within(std::chrono::milliseconds time) const {
    pollfd look{socket_.get(), POLLIN, 0};
    return ::poll(&look, 1, static_cast<int>(time.count())) > 0;
  }

  /// Reads until `end` has come, and gives all up to it; what there was where the connection ended before.
  std::string read_until(std::string_view end) {
    while (buffer_.find(end) == std::string::npos && read_more()) {
    }
    const std::size_t found = buffer_.find(end);
    return take(found == std::string::npos ? buffer_.size() : found + end.size());
  }

  WireReply read_reply(bool has_body = true) {
    WireReply reply;
    const std::string head = read_until("\r\n\r\n");
    if (!head.starts_with("HTTP/1.1 ") || !head.ends_with("\r\n\r\n")) return reply;
    std::size_t line = head.find("\r\n") + 2;
    while (line + 2 < head.size()) {
      const std::size_t end = head.find("\r\n", line);
      const std::size_t colon = head.find(": ", line);
      reply.headers[ascii_lowered(std::string_view(head).substr(line, colon - line))] =
          head.substr(colon + 2, end - colon - 2);
      line = end + 2;
    }
    const auto length = reply.headers.find("content-length");
    const std::size_t size = has_body && length != reply.headers.end() ? std::stoul(length->second) : 0;
    while (buffer_.size() < size && read_more()) {
    }
    if (buffer_.size() < size) return reply;
    reply.body = take(size);
    reply.status = std::stoi(head.substr(9, 3));
    return reply;
  }

  /// True once the server has closed the connection with nothing more said.
  bool is_closed() {
    while (read_more()) {
    }
    return ended_ && buffer_.empty();
  }

 private:
  bool read_more() {
    if (!has_something_within(kSoon)) return false;
    char bytes[4096];
    const ssize_t got = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (got > 0) buffer_.append(bytes, static_cast<std::size_t>(got));
    if (got <= 0) ended_ = true;
    return got > 0;
  }
  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }

  FileDescriptor socket_;
  std::string buffer_;
  bool ended_ = false;
};

/// "GET /x HTTP/1.1" with a Host header, `headers` ("Name: value\r\n" each) and a body with its length.
inline std::string request_text(const std::string& start, const std::string& headers = "",
                                const std::string& body = "") {
  const bool has_host = ascii_lowered(headers).find("host:") != std::string::npos;
  return start + " HTTP/1.1\r\n" + (has_host ? "" : "Host: localhost\r\n") + headers +
         (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + body;
}

}  // namespace gapless::http
