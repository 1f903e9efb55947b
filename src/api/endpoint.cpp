#include "api/endpoint.h"

#include "http/percent.h"

namespace gapless::api {

std::string_view name(Scope scope) {
  switch (scope) {
    case Scope::kOpen: return "open";
    case Scope::kRead: return "read";
    case Scope::kOperate: return "operate";
  }
  return "open";
}

std::string next_link(std::string_view path, const std::map<std::string, std::string>& query) {
  std::string link = "<" + std::string(path);
  char separator = '?';
  for (const auto& [key, value] : query) {
    link += separator + http::percent_encoded(key) + "=" + http::percent_encoded(value);
    separator = '&';
  }
  return link + ">; rel=\"next\"";
}

}  // namespace gapless::api
