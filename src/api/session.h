#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "api/dispatcher.h"
#include "api/socket.h"

namespace gapless::api {

/// One client's requests, one after another, until it goes, is too slow or misbehaves, or the server stops.
class Session {
 public:
  Session(const Connection& connection, const Dispatcher& dispatcher, const ApiOptions& options, std::stop_token stop)
      : connection_(connection), dispatcher_(dispatcher), options_(options), stop_(std::move(stop)) {}

  void serve();

 private:
  enum class Next { kRequest, kClose };
  struct Exchange;

  Next serve_one();
  /// None where the client has gone, was idle for too long, or the server stops: there is nobody to answer.
  std::optional<OrProblem<Head>> read_head();
  std::optional<OrProblem<std::string>> read_body(const Head& head);
  Next send(Exchange& exchange, Reply reply);
  Result<NextEvent> next_of(const EventSource& source, const std::string& request_id) const;
  void send_events(const EventSource& source, const std::string& request_id);
  Deadline write_deadline(std::size_t bytes) const;

  const Connection& connection_;
  const Dispatcher& dispatcher_;
  const ApiOptions& options_;
  std::stop_token stop_;
  std::string buffer_;    ///< read, and not yet used: a client may send its next request early
  bool is_first_ = true;  ///< nothing has been read yet
};

}  // namespace gapless::api
