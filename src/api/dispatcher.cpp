#include "api/dispatcher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>

#include "api/openapi.h"
#include "api/schema.h"
#include "http/digest.h"
#include "util/ascii.h"
#include "util/hex.h"

namespace gapless::api {
namespace {

/// "GET, HEAD, OPTIONS, POST": what a path can do.
std::string allowed_methods(const std::vector<RouteTable::Match>& matches) {
  std::set<std::string> methods = {"OPTIONS"};
  for (const RouteTable::Match& match : matches) {
    methods.insert(match.endpoint->method);
    if (match.endpoint->method == "GET") methods.insert("HEAD");
  }
  return fmt::format("{}", fmt::join(methods, ", "));
}

OrProblem<void> check_body_headers(const Head& head, std::size_t max_body_bytes) {
  if (!has_body(head.method)) {
    if (head.content_length == 0) return {};
    return refuse(400, fmt::format("a {} request has no body", head.method));
  }
  const std::string_view type = head.header("content-type");
  if (ascii_lowered(trimmed(type.substr(0, type.find(';')))) != "application/json")
    return refuse(415, fmt::format("send {} with Content-Type: application/json, also without a body", head.method));
  const std::string encoding = ascii_lowered(head.header("content-encoding"));
  if (!encoding.empty() && encoding != "identity") return refuse(415, "send the body without Content-Encoding");
  if (head.content_length > max_body_bytes)
    return refuse(413, fmt::format("the body is larger than {} bytes", max_body_bytes));
  return {};
}

OrProblem<void> check_path(const Endpoint& endpoint, const std::map<std::string, std::string>& values) {
  for (const Parameter& parameter : endpoint.parameters) {
    if (parameter.in != Parameter::In::kPath) continue;
    const auto value =
        parse_text(parameter.schema, values.at(parameter.name), fmt::format("'{}' in the path", parameter.name));
    if (!value) return refuse(400, value.error().message);
  }
  return {};
}

/// The query held against its parameters; those that are not given have their defaults.
OrProblem<std::map<std::string, std::string>> checked_query(const Endpoint& endpoint, const Head& head) {
  auto given = http::parse_query(head.query);
  if (!given) return tl::unexpected<Reply>(problem(given.error()));
  std::map<std::string, std::string> values;
  std::vector<std::string> known;
  for (const Parameter& parameter : endpoint.parameters) {
    if (parameter.in != Parameter::In::kQuery) continue;
    known.push_back(parameter.name);
    if (const auto found = given->find(parameter.name); found != given->end()) {
      const std::string what = fmt::format("the query parameter '{}'", parameter.name);
      if (const auto value = parse_text(parameter.schema, found->second, what); !value)
        return refuse(400, value.error().message);
      values.insert(given->extract(found));
    } else if (parameter.required) {
      return refuse(400, fmt::format("the query parameter '{}' is missing", parameter.name));
    } else if (const auto fallback = parameter.schema.find("default"); fallback != parameter.schema.end()) {
      values[parameter.name] = fallback->is_string() ? fallback->get<std::string>() : fallback->dump();
    }
  }
  if (given->empty()) return values;
  return refuse(
      400, fmt::format("the query parameter '{}' is not known; known are: {}", given->begin()->first.substr(0, 100),
                       known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
}

/// Whether If-None-Match names the tag. Weak tags count, too: RFC 9110, 13.1.2.
bool names_tag(std::string_view header, std::string_view tag) {
  bool named = trimmed(header) == "*";
  for_each_part(header, ',', [&](std::string_view one) {
    one = trimmed(one);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) named = true;
  });
  return named;
}

void add_tag(Dispatcher::Finished& finished, const Head& head) {
  const std::string tag = '"' + to_hex(http::sha256_of(finished.payload)).substr(0, 32) + '"';
  finished.reply.headers["ETag"] = tag;
  if (!names_tag(head.header("if-none-match"), tag)) return;
  finished.reply.status = 304;
  finished.payload.clear();
}

Endpoint openapi_endpoint(std::shared_ptr<const std::string> document) {
  return {.method = "GET",
          .path = "/api/v1/openapi.json",
          .operation_id = "getOpenApi",
          .summary = "This document",
          // Needs no token: it is the same for everybody who has this version, and tools read it before they have one.
          .scope = Scope::kOpen,
          .replies = {{200, {.description = "An OpenAPI 3.1 document", .schema = {{"type", "object"}}}}},
          .cacheable = true,
          .handle = [document](const Request&) -> Result<Reply> { return Reply{.text = *document}; }};
}

}  // namespace

std::string request_id_of(std::string_view header) {
  const auto fits = [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
  if (!header.empty() && header.size() <= 64 && std::ranges::all_of(header, fits)) return std::string(header);
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

Result<std::unique_ptr<Dispatcher>> Dispatcher::make(const ApiOptions& options, std::vector<Endpoint> endpoints) {
  const auto document = std::make_shared<std::string>();
  endpoints.push_back(openapi_endpoint(document));
  *document = to_text(openapi_document(endpoints, options.version));
  GAPLESS_ASSIGN(Guard guard, Guard::make(options));
  GAPLESS_ASSIGN(RouteTable table, RouteTable::make(std::move(endpoints)));
  return std::unique_ptr<Dispatcher>(new Dispatcher(options, std::move(guard), std::move(table)));
}

Reply Dispatcher::answer_options(const Head& head, const std::vector<RouteTable::Match>& matches) const {
  Reply reply{.status = 204, .content_type = ""};
  const std::string methods = allowed_methods(matches);
  reply.headers["Allow"] = methods;
  if (!guard_.foreign_origin(head).empty()) {
    reply.headers["Access-Control-Allow-Methods"] = methods;
    reply.headers["Access-Control-Allow-Headers"] =
        "Authorization, Content-Type, If-None-Match, Last-Event-ID, X-Request-Id";
    reply.headers["Access-Control-Max-Age"] = "600";
  }
  return reply;
}

OrProblem<Dispatcher::Admitted> Dispatcher::admit(const Head& head, const std::string& request_id) const {
  GAPLESS_TRY_PROBLEM(guard_.check_host(head));
  GAPLESS_TRY_PROBLEM(guard_.check_origin(head));
  std::vector<RouteTable::Match> matches = table_.find(head.path);
  if (matches.empty()) return refuse(404, "there is nothing at this path; /api/v1/openapi.json lists what there is");
  if (head.method == "OPTIONS") return tl::unexpected<Reply>(answer_options(head, matches));
  const std::string method = head.method == "HEAD" ? "GET" : head.method;
  const auto match =
      std::ranges::find(matches, method, [](const RouteTable::Match& one) { return one.endpoint->method; });
  if (match == matches.end()) {
    Reply reply = problem(405, fmt::format("this path cannot {}; it can {}", method, allowed_methods(matches)));
    reply.headers["Allow"] = allowed_methods(matches);
    return tl::unexpected<Reply>(std::move(reply));
  }
  const Endpoint& endpoint = *match->endpoint;
  auto caller = guard_.check_token(head, endpoint.scope);
  if (!caller) return tl::unexpected<Reply>(std::move(caller.error()));
  GAPLESS_TRY_PROBLEM(check_body_headers(head, max_body_bytes_));
  GAPLESS_TRY_PROBLEM(check_path(endpoint, match->path));
  auto query = checked_query(endpoint, head);
  if (!query) return tl::unexpected<Reply>(std::move(query.error()));
  return Admitted{&endpoint, Request{.path = std::move(match->path),
                                     .query = std::move(*query),
                                     .id = request_id,
                                     .caller = std::move(*caller),
                                     .last_event_id = std::string(head.header("last-event-id"))}};
}

Reply Dispatcher::answer(Admitted admitted, std::string_view body) const {
  static const Json kNoMembers = {{"type", "object"}, {"additionalProperties", false}};
  const Endpoint& endpoint = *admitted.endpoint;
  const std::string id = admitted.request.id;
  std::string what = "the handler failed";
  try {
    auto parsed = parse_body(body);
    if (!parsed) return problem(parsed.error());
    const Json& schema = endpoint.body_schema ? *endpoint.body_schema : kNoMembers;
    if (const auto fits = check_value(schema, *parsed, "the body"); !fits) return problem(fits.error());
    admitted.request.body = std::move(*parsed);
    auto reply = endpoint.handle(admitted.request);
    return reply ? std::move(*reply) : problem(reply.error());
  } catch (const std::exception& exception) {
    what = exception.what();
  } catch (...) {  // a library may throw anything
  }
  spdlog::error("request {}: {} {}: {}", id, endpoint.method, endpoint.path, what);
  return problem(500, "the server failed at this; its log says why, under the request's id");
}

Dispatcher::Finished Dispatcher::finish(Reply reply, const Head* head, const Endpoint* endpoint,
                                        const std::string& request_id) const {
  name_request(reply, request_id);
  Finished finished{std::move(reply), {}};
  Reply& out = finished.reply;
  if (!out.text.empty()) {
    finished.payload = std::move(out.text);
  } else if (!out.body.is_null()) {
    finished.payload = out.body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  const bool cacheable = endpoint != nullptr && endpoint->cacheable && out.status == 200;
  if (cacheable) add_tag(finished, *head);
  out.headers.emplace("Cache-Control", cacheable ? "private, no-cache" : "no-store");
  out.headers["X-Request-Id"] = request_id;
  out.headers["X-Content-Type-Options"] = "nosniff";
  out.headers["Cross-Origin-Resource-Policy"] = "same-origin";  // not even as a picture in a stranger's page
  if (guard_.has_foreign_origins()) out.headers["Vary"] = "Origin";
  if (const std::string origin = head == nullptr ? "" : guard_.foreign_origin(*head); !origin.empty()) {
    out.headers["Access-Control-Allow-Origin"] = origin;
    out.headers["Access-Control-Expose-Headers"] = "ETag, Link, Location, Retry-After, X-Request-Id";
  }
  return finished;
}

}  // namespace gapless::api
