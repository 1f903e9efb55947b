#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "http/handler.h"
#include "http/socket.h"

namespace gapless::http {

/// One client's requests, one after another, until it goes, is too slow or misbehaves, or the server stops.
class Session {
 public:
  Session(const Connection& connection, const Handler& handler, const ServerOptions& options, std::stop_token stop)
      : connection_(connection), handler_(handler), options_(options), stop_(std::move(stop)) {}

  void serve();

 private:
  enum class Next { kRequest, kClose };
  class Exchange;

  Next serve_one();
  /// None where the client has gone, was idle for too long, or the server stops: there is nobody to answer.
  std::optional<OrRefusal<Head>> read_head();
  std::optional<OrRefusal<std::string>> read_body(const Head& head, std::size_t most);
  std::optional<OrRefusal<std::string>> read_chunks(std::size_t most, Deadline deadline);
  Deadline write_deadline(std::size_t bytes) const;

  const Connection& connection_;
  const Handler& handler_;
  const ServerOptions& options_;
  std::stop_token stop_;
  std::string buffer_;    ///< read, and not yet used: a client may send its next request early
  bool is_first_ = true;  ///< nothing has been read yet
};

}  // namespace gapless::http
