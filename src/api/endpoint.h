// api/: an HTTP/1.1 server for JSON, and the OpenAPI document of what it serves. What is served comes as a table of
// endpoints; the server holds requests to that table before a handler sees them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "util/json.h"

namespace gapless::api {

/// What a caller may do. kOpen needs no token; kOperate includes kRead.
enum class Scope { kOpen, kRead, kOperate };

std::string_view name(Scope scope);  ///< "open", "read", "operate"

/// A part of the path ("{id}") or of the query.
struct Parameter {
  enum class In { kPath, kQuery };

  std::string name;
  In in = In::kQuery;
  std::string description;
  Json schema = {{"type", "string"}};  ///< see schema.h for what it may say; no object
  bool required = false;               ///< of a query; what is in the path is always required
};

/// A request that fits its endpoint: every value agrees with its schema, and there are no others.
struct Request {
  std::map<std::string, std::string> path = {};
  std::map<std::string, std::string> query = {};
  Json body = Json::object();      ///< always an object
  std::string id = {};             ///< of the request, as in X-Request-Id and in the log
  std::string caller = {};         ///< the name of the token; empty where none is needed
  std::string last_event_id = {};  ///< the last event that the client of an event stream has seen; empty if none
  std::stop_token stop = {};       ///< requested when the server stops: the handler is to end within a second
};

/// A server-sent event. `id` and `name` are one line each; empty ones are left out.
struct Event {
  std::string id = {};
  std::string name = {};
  std::string data = {};
};

/// What a source of events has: an event, nothing yet, or no more for ever.
struct NextEvent {
  enum class Kind { kEvent, kNothingYet, kEnd };

  Kind kind = Kind::kNothingYet;
  Event event = {};
};

/// Called again and again, by one thread, until it says kEnd, the client goes or the server stops. Waits for an event,
/// but not longer than about a second, and not at all after a stop request. An error ends the stream with an event
/// named "error" that holds the problem.
using EventSource = std::function<Result<NextEvent>(const std::stop_token&)>;

/// What a handler answers: a document, a text (where `content_type` is not JSON), or a stream of events.
struct Reply {
  int status = 200;
  Json body = nullptr;
  std::string content_type = "application/json";
  std::string text = {};                            ///< sent instead of `body` where it is not empty
  std::map<std::string, std::string> headers = {};  ///< beside those of the server: Location, Link, Retry-After, …
  EventSource events = {};                          ///< if set, the reply is text/event-stream
};

/// A reply as the OpenAPI document describes it. No schema: any document, or none.
struct ReplyDescription {
  std::string description = {};
  Json schema = nullptr;
  std::string content_type = "application/json";
};

struct Endpoint {
  std::string method;  ///< GET, POST, PUT, PATCH or DELETE; GET includes HEAD
  std::string path;    ///< "/api/v1/runs/{id}"
  std::string operation_id;
  std::string summary;
  std::string description = {};
  Scope scope = Scope::kRead;
  std::vector<Parameter> parameters = {};
  std::optional<Json> body_schema = {};  ///< of an object; without one, the body of a method that has one is {}
  std::map<int, ReplyDescription> replies = {};
  std::vector<int> problems = {};  ///< statuses of problems that come from the handler; the server adds its own
  bool cacheable = false;          ///< replies of 200 have an ETag, and If-None-Match is answered with 304
  std::function<Result<Reply>(const Request&)> handle = {};  ///< called by several threads at once
};

/// What the body of a request must be, where the endpoint's method has one.
Json schema_of_body(const Endpoint& endpoint);

/// The value of a Link header that names the next page: `path` with `query`, encoded.
std::string next_link(std::string_view path, const std::map<std::string, std::string>& query);

}  // namespace gapless::api
