#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "api/problem.h"
#include "api/server.h"
#include "http/raw_client_test_support.h"

namespace gapless::api {

using http::kSoon;
using http::RawClient;
using http::request_text;
using http::WireReply;

inline const std::string kJsonType = "Content-Type: application/json\r\n";

/// A handler that answers with its request.
inline Result<Reply> said(const Request& request) {
  return Reply{.body = {{"path", request.path},
                        {"query", request.query},
                        {"body", request.body},
                        {"id", request.id},
                        {"caller", request.caller}}};
}

/// What the tests serve: one endpoint for each thing that an endpoint can be or do.
inline std::vector<Endpoint> test_endpoints() {
  const auto ok = std::map<int, ReplyDescription>{{200, {"What was said", {{"type", "object"}}}}};
  std::vector<Endpoint> all;
  all.push_back({.method = "GET",
                 .path = "/health",
                 .operation_id = "health",
                 .summary = "Open",
                 .scope = Scope::kOpen,
                 .replies = {{200, {.description = "It lives", .content_type = "text/plain"}}},
                 .handle = [](const Request&) -> Result<Reply> {
                   return Reply{.content_type = "text/plain", .text = "alive\n"};
                 }});
  all.push_back({.method = "GET",
                 .path = "/runs/{id}",
                 .operation_id = "getRun",
                 .summary = "Cacheable, with parameters",
                 .parameters = {{"id", Parameter::In::kPath, "The run", {{"type", "integer"}, {"minimum", 1}}},
                                {"day", Parameter::In::kQuery, "A day", {{"type", "string"}, {"format", "date"}}},
                                {"limit",
                                 Parameter::In::kQuery,
                                 "How many",
                                 {{"type", "integer"}, {"minimum", 1}, {"maximum", 100}, {"default", 50}}}},
                 .replies = ok,
                 .problems = {404},
                 .cacheable = true,
                 .handle = [](const Request& request) -> Result<Reply> {
                   if (request.path.at("id") == "404") return problem(404, "there is no run 404");
                   return Reply{.body = {{"path", request.path}, {"query", request.query}}};
                 }});
  all.push_back({.method = "GET",
                 .path = "/runs/latest",
                 .operation_id = "latest",
                 .summary = "Literal",
                 .replies = ok,
                 .handle = said});
  all.push_back({.method = "POST",
                 .path = "/runs",
                 .operation_id = "startRun",
                 .summary = "Operates",
                 .scope = Scope::kOperate,
                 .body_schema = Json{{"type", "object"},
                                     {"properties", {{"day", {{"type", "string"}, {"format", "date"}}}}},
                                     {"additionalProperties", false}},
                 .replies = ok,
                 .problems = {409},
                 .handle = said});
  all.push_back({.method = "DELETE",
                 .path = "/runs/{id}",
                 .operation_id = "cancelRun",
                 .summary = "No body",
                 .scope = Scope::kOperate,
                 .parameters = {{"id", Parameter::In::kPath, "The run"}},
                 .replies = ok,
                 .handle = said});
  return all;
}

}  // namespace gapless::api
