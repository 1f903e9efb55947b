#include "api/problem.h"

namespace gapless::api {
namespace {

constexpr std::string_view kProblemType = "application/problem+json";

}  // namespace

std::string_view title(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

int status_of(Fault fault) {
  switch (fault) {
    case Fault::kInvalidInput: return 400;
    case Fault::kConflict: return 409;
    case Fault::kUnavailable:
    case Fault::kOverload:
    case Fault::kCancelled: return 503;
    case Fault::kTimeout: return 504;
    case Fault::kBadQuery:
    case Fault::kCorrupt:
    case Fault::kInternal: return 500;
  }
  return 500;
}

Reply problem(int status, std::string_view detail) {
  return {.status = status,
          .body = {{"type", "about:blank"}, {"title", title(status)}, {"status", status}, {"detail", detail}},
          .content_type = std::string(kProblemType)};
}

Reply problem(const Error& error) {
  Reply reply = problem(status_of(error.fault), error.message);
  reply.body["fault"] = name(error.fault);
  if (error.fault == Fault::kOverload) reply.headers["Retry-After"] = "5";
  return reply;
}

void name_request(Reply& reply, const std::string& request_id) {
  if (reply.content_type == kProblemType && reply.body.is_object()) reply.body["instance"] = request_id;
}

}  // namespace gapless::api
