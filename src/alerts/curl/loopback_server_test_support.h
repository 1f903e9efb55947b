#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "alerts/curl/self_signed_test_support.h"

namespace gapless {

/// A server on 127.0.0.1 that reads requests, one after another, and gives them all the same bytes.
class LoopbackServer {
 public:
  enum class Then { kClose, kSendForever, kKeepOpen };
  struct Options {
    std::string reply;  ///< empty: it says nothing
    Then then = Then::kClose;
    bool tls = false;  ///< with a certificate that nobody trusts
  };

  explicit LoopbackServer(Options options)
      : options_(std::move(options)), listening_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (options_.tls) context_ = self_signed_context();
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (listening_ < 0 || ::bind(listening_, generic, size) != 0 || ::listen(listening_, 8) != 0 ||
        ::getsockname(listening_, generic, &size) != 0)
      throw std::runtime_error("cannot listen on 127.0.0.1");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~LoopbackServer() {
    {
      const std::lock_guard lock(mutex_);
      is_closing_ = true;
      ::shutdown(listening_, SHUT_RDWR);
      if (connection_ >= 0) ::shutdown(connection_, SHUT_RDWR);
    }
    thread_.join();
    ::close(listening_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string url() const {
    return (options_.tls ? "https" : "http") + std::string("://127.0.0.1:") + std::to_string(port_) + "/T0/s3cr3t";
  }
  /// Whole requests, as they came.
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  void wait_for_request() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return !requests_.empty(); });
  }

 private:
  using Read = std::function<int(char*, int)>;

  void serve() {
    while (true) {
      const int connection = ::accept(listening_, nullptr, nullptr);
      if (connection < 0) return;
      {
        const std::lock_guard lock(mutex_);
        if (is_closing_) ::shutdown(connection, SHUT_RDWR);
        connection_ = connection;
      }
      if (options_.tls)
        serve_tls(connection);
      else
        serve_plain(connection);
      const std::lock_guard lock(mutex_);
      connection_ = -1;
      ::close(connection);
    }
  }

  void serve_plain(int connection) {
    const auto read = [connection](char* into, int size) {
      return static_cast<int>(::recv(connection, into, size, 0));
    };
    if (!take_request(read)) return;
    const auto send = [connection](const std::string& text) {
      return ::send(connection, text.data(), text.size(), MSG_NOSIGNAL) > 0;
    };
    if (!options_.reply.empty() && !send(options_.reply)) return;
    const std::string more(4096, 'x');
    while (options_.then == Then::kSendForever && send(more)) {
    }
    char byte = 0;
    if (options_.then == Then::kKeepOpen) read(&byte, 1);  // until somebody ends it
  }

  void serve_tls(int connection) {
    const std::unique_ptr<SSL, void (*)(SSL*)> session(SSL_new(context_.get()), &SSL_free);
    SSL_set_fd(session.get(), connection);
    if (SSL_accept(session.get()) == 1)
      take_request([&](char* into, int size) { return SSL_read(session.get(), into, size); });
  }

  /// Up to the end of the body, as Content-Length has it.
  bool take_request(const Read& read) {
    std::string request;
    while (true) {
      char bytes[4096];
      const int count = read(bytes, sizeof(bytes));
      if (count <= 0) return false;
      request.append(bytes, static_cast<std::size_t>(count));
      const std::size_t end = request.find("\r\n\r\n");
      const std::size_t length = request.find("Content-Length: ");
      if (end == std::string::npos || length == std::string::npos) continue;
      if (request.size() >= end + 4 + std::stoul(request.substr(length + 16))) break;
    }
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
    came_.notify_all();
    return true;
  }

  const Options options_;
  const int listening_;
  int port_ = 0;
  TlsContext context_{nullptr, &SSL_CTX_free};
  std::mutex mutex_;
  std::condition_variable came_;
  bool is_closing_ = false;
  int connection_ = -1;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace gapless
