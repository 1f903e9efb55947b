#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/failure.h"
#include "http/head.h"

namespace gapless::gateway {

/// Whom a request says it comes from.
struct Credentials {
  std::string user;
  std::string token;
  bool are_given = false;
};

/// What a client asks for, as ClickHouse's HTTP protocol says it: in the URL and in headers.
struct Request {
  std::optional<std::string> query = {};             ///< of the URL
  std::map<std::string, std::string> values = {};    ///< of placeholders, by name, escaped as they came
  std::map<std::string, std::string> settings = {};  ///< everything else that the protocol does not give a meaning
  std::string database = {};
  std::string format = {};  ///< where the text names none
  std::string query_id = {};
  Credentials credentials = {};
  bool waits_for_end = false;  ///< nothing is sent before all of it is there
  bool may_compress = false;   ///< the reply, with gzip
};

/// Failures: 36 for what cannot be decoded, is said twice, or contradicts itself; 48 for parts of the protocol that are not
/// here. No message repeats a value: it may be a password.
OrFailure<Request> parse_request(const http::Head& head);

}  // namespace gapless::gateway
