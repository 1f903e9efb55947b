#include "api/route_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/schema.h"
#include "http/percent.h"
#include "util/ascii.h"

namespace gapless::api {
namespace {

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  for_each_part(path, '/', [&](std::string_view part) { parts.emplace_back(part); });
  return parts;
}

bool is_placeholder(std::string_view part) { return part.starts_with('{') && part.ends_with('}'); }

std::string placeholder_name(std::string_view part) { return std::string(part.substr(1, part.size() - 2)); }

/// What stands for the placeholders, or none where the path is another.
std::optional<std::map<std::string, std::string>> match(const std::vector<std::string>& pattern,
                                                        const std::vector<std::string>& parts) {
  if (pattern.size() != parts.size()) return std::nullopt;
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_placeholder(pattern[i])) {
      if (parts[i].empty()) return std::nullopt;
      values[placeholder_name(pattern[i])] = parts[i];
    } else if (pattern[i] != parts[i]) {
      return std::nullopt;
    }
  }
  return values;
}

tl::unexpected<Error> wrong_endpoint(const Endpoint& endpoint, std::string_view why) {
  return fail(Fault::kInternal, fmt::format("the endpoint {} {} {}", endpoint.method, endpoint.path, why));
}

Status check_parameters(const Endpoint& endpoint, const std::vector<std::string>& parts) {
  static const std::set<std::string> kSimple = {"string", "integer", "number", "boolean"};
  std::set<std::string> in_path;
  for (const std::string& part : parts)
    if (is_placeholder(part)) in_path.insert(placeholder_name(part));
  std::set<std::string> described;
  std::set<std::string> names;
  for (const Parameter& parameter : endpoint.parameters) {
    GAPLESS_TRY(check_schema(parameter.schema));
    if (!names.insert(parameter.name).second) return wrong_endpoint(endpoint, "has two parameters of one name");
    const auto type = parameter.schema.find("type");
    if (type == parameter.schema.end() || !type->is_string() || !kSimple.contains(type->get<std::string>()))
      return wrong_endpoint(endpoint, fmt::format("has a parameter '{}' of no simple type", parameter.name));
    if (parameter.in == Parameter::In::kPath) described.insert(parameter.name);
  }
  if (described != in_path) return wrong_endpoint(endpoint, "has other parameters in its path than it describes");
  return {};
}

Status check_endpoint(const Endpoint& endpoint, const std::vector<std::string>& parts) {
  if (!endpoint.path.starts_with('/')) return wrong_endpoint(endpoint, "has no absolute path");
  if (endpoint.method != "GET" && !has_body(endpoint.method)) return wrong_endpoint(endpoint, "has another method");
  if (!endpoint.handle) return wrong_endpoint(endpoint, "has no handler");
  if (endpoint.operation_id.empty()) return wrong_endpoint(endpoint, "has no operation id");
  if (endpoint.cacheable && endpoint.method != "GET") return wrong_endpoint(endpoint, "is cacheable, but no GET");
  if (endpoint.body_schema) {
    if (!has_body(endpoint.method)) return wrong_endpoint(endpoint, "has a body, which its method has not");
    if (endpoint.body_schema->value("type", "") != "object") return wrong_endpoint(endpoint, "has a body of no object");
    GAPLESS_TRY(check_schema(*endpoint.body_schema));
  }
  return check_parameters(endpoint, parts);
}

}  // namespace

bool has_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

RouteTable::RouteTable(std::vector<Endpoint> endpoints) : endpoints_(std::move(endpoints)) {
  for (const Endpoint& endpoint : endpoints_) parts_.push_back(parts_of(endpoint.path));
}

Result<RouteTable> RouteTable::make(std::vector<Endpoint> endpoints) {
  RouteTable table(std::move(endpoints));
  std::set<std::string> ids;
  std::set<std::pair<std::string, std::string>> keys;
  for (std::size_t i = 0; i < table.endpoints_.size(); ++i) {
    const Endpoint& endpoint = table.endpoints_[i];
    GAPLESS_TRY(check_endpoint(endpoint, table.parts_[i]));
    if (!ids.insert(endpoint.operation_id).second) return wrong_endpoint(endpoint, "has another's operation id");
    std::string key;
    for (const std::string& part : table.parts_[i]) key += is_placeholder(part) ? "/{}" : "/" + part;
    if (!keys.emplace(endpoint.method, key).second) return wrong_endpoint(endpoint, "is there twice");
  }
  return table;
}

std::vector<RouteTable::Match> RouteTable::find(std::string_view path) const {
  std::vector<std::string> parts = parts_of(path);
  for (std::string& part : parts) {
    auto decoded = http::percent_decoded(part, http::PlusSign::kIsPlus);
    if (!decoded) return {};
    part = std::move(*decoded);
  }
  std::vector<Match> matches;
  std::size_t fewest = std::string::npos;
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    auto values = match(parts_[i], parts);
    if (!values || values->size() > fewest) continue;
    if (values->size() < fewest) matches.clear();
    fewest = values->size();
    matches.push_back({&endpoints_[i], std::move(*values)});
  }
  return matches;
}

}  // namespace gapless::api
