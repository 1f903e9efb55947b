#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/endpoint.h"

namespace gapless::api {

bool has_body(std::string_view method);  ///< POST, PUT, PATCH, DELETE: what changes something

/// Finds endpoints by path. Does not move its endpoints while it lives.
class RouteTable {
 public:
  /// Errors: kInternal, for a table that is not consistent: a part of a path that is not described, two endpoints for
  /// the same, a schema with words that are not checked.
  static Result<RouteTable> make(std::vector<Endpoint> endpoints);

  struct Match {
    const Endpoint* endpoint = nullptr;
    std::map<std::string, std::string> path;  ///< what stands for "{id}", decoded
  };
  /// Everything with this path, one for each method. A literal part comes before "{id}".
  std::vector<Match> find(std::string_view path) const;

  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

 private:
  explicit RouteTable(std::vector<Endpoint> endpoints);
  std::vector<Endpoint> endpoints_;
  std::vector<std::vector<std::string>> parts_;  ///< of each endpoint's path
};

}  // namespace gapless::api
