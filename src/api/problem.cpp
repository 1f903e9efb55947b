#include "api/problem.h"

namespace gapless::api {
namespace {

constexpr std::string_view kProblemType = "application/problem+json";

}  // namespace

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

Reply problem(const http::Refusal& refusal) { return problem(refusal.status, refusal.detail); }

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
