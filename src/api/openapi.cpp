#include "api/openapi.h"

#include <fmt/format.h>

#include <set>

#include "api/problem.h"
#include "api/route_table.h"
#include "util/ascii.h"

namespace gapless::api {
namespace {

Json reference(std::string_view path) { return {{"$ref", fmt::format("#/components/{}", path)}}; }

/// The statuses of problems that an endpoint can give: the server's own and its handler's.
std::set<int> problems_of(const Endpoint& endpoint, Tokens tokens) {
  std::set<int> statuses(endpoint.problems.begin(), endpoint.problems.end());
  statuses.insert({400, 403, 500, 503});  // 403: a foreign page; 503: too many connections
  if (tokens == Tokens::kNeeded && endpoint.scope != Scope::kOpen) statuses.insert(401);
  if (has_body(endpoint.method)) statuses.insert({408, 411, 413, 415});
  return statuses;
}

Json parameters_of(const Endpoint& endpoint) {
  Json parameters = Json::array();
  for (const Parameter& parameter : endpoint.parameters) {
    const bool in_path = parameter.in == Parameter::In::kPath;
    parameters.push_back({{"name", parameter.name},
                          {"in", in_path ? "path" : "query"},
                          {"description", parameter.description},
                          {"required", in_path || parameter.required},
                          {"schema", parameter.schema}});
    if (parameter.schema.value("type", Json()) == "array") parameters.back()["explode"] = false;  // 1,2,3
  }
  return parameters;
}

Json content(const std::string& type, const Json& schema) {
  return {{type, schema.is_null() ? Json::object() : Json{{"schema", schema}}}};
}

Json headers_of(const Endpoint& endpoint, int status) {
  Json headers = {{"X-Request-Id", reference("headers/X-Request-Id")}};
  if (endpoint.cacheable && (status == 200 || status == 304)) headers["ETag"] = reference("headers/ETag");
  return headers;
}

Json responses_of(const Endpoint& endpoint, Tokens tokens) {
  Json responses = Json::object();
  for (const auto& [status, reply] : endpoint.replies) {
    Json response = {{"description", reply.description}, {"headers", headers_of(endpoint, status)}};
    if (!reply.content_type.empty()) response["content"] = content(reply.content_type, reply.schema);
    responses[std::to_string(status)] = std::move(response);
  }
  if (endpoint.cacheable)
    responses["304"] = {{"description", "It is as If-None-Match says"}, {"headers", headers_of(endpoint, 304)}};
  for (const int status : problems_of(endpoint, tokens))
    responses[std::to_string(status)] = reference(fmt::format("responses/Problem{}", status));
  responses["default"] = reference("responses/Problem");
  return responses;
}

Json operation_of(const Endpoint& endpoint, Tokens tokens) {
  Json operation = {{"operationId", endpoint.operation_id}, {"summary", endpoint.summary}};
  if (!endpoint.description.empty()) operation["description"] = endpoint.description;
  if (!endpoint.parameters.empty()) operation["parameters"] = parameters_of(endpoint);
  if (has_body(endpoint.method))
    operation["requestBody"] = {{"required", true}, {"content", content("application/json", schema_of_body(endpoint))}};
  operation["responses"] = responses_of(endpoint, tokens);
  operation["security"] = Json::array();
  if (endpoint.scope == Scope::kOpen) return operation;
  if (tokens == Tokens::kNeeded) operation["security"].push_back({{"bearer", Json::array()}});
  operation["x-scope"] = name(endpoint.scope);
  return operation;
}

Json problem_schema() {
  const Json text = {{"type", "string"}};
  return {
      {"type", "object"},
      {"description", "RFC 9457"},
      {"required", {"type", "title", "status", "detail", "instance"}},
      {"properties",
       {{"type", text},
        {"title", text},
        {"status", {{"type", "integer"}}},
        {"detail", {{"type", "string"}, {"description", "What happened, and what to do"}}},
        {"instance", {{"type", "string"}, {"description", "The request's id"}}},
        {"fault", {{"type", "string"}, {"description", "Where the work itself failed: what kind of failure it is"}}}}}};
}

Json problem_response(std::string_view description) {
  return {{"description", description},
          {"headers", {{"X-Request-Id", reference("headers/X-Request-Id")}}},
          {"content", content("application/problem+json", reference("schemas/Problem"))}};
}

Json components_of(std::span<const Endpoint> endpoints, Tokens tokens) {
  std::set<int> statuses;
  for (const Endpoint& endpoint : endpoints) statuses.merge(problems_of(endpoint, tokens));
  Json responses = {{"Problem", problem_response("What went wrong with the request before it was understood")}};
  for (const int status : statuses) responses[fmt::format("Problem{}", status)] = problem_response(title(status));
  const Json text = {{"type", "string"}};
  Json schemes = Json::object();
  if (tokens == Tokens::kNeeded)
    schemes["bearer"] = {
        {"type", "http"}, {"scheme", "bearer"}, {"description", "x-scope says what the token must be for."}};
  return {{"schemas", {{"Problem", problem_schema()}}},
          {"responses", std::move(responses)},
          {"headers",
           {{"X-Request-Id",
             {{"description", "The request's own where it has one, else a new one; the log has it, too"},
              {"schema", text}}},
            {"ETag", {{"description", "For If-None-Match"}, {"schema", text}}}}},
          {"securitySchemes", std::move(schemes)}};
}

}  // namespace

Json openapi_document(std::span<const Endpoint> endpoints, std::string_view version, Tokens tokens) {
  Json paths = Json::object();
  for (const Endpoint& endpoint : endpoints)
    paths[endpoint.path][ascii_lowered(endpoint.method)] = operation_of(endpoint, tokens);
  return {{"openapi", "3.1.0"},
          {"info", {{"title", "gapless"}, {"version", version}}},
          {"paths", std::move(paths)},
          {"components", components_of(endpoints, tokens)}};
}

}  // namespace gapless::api
