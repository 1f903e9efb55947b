#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "api/endpoint.h"
#include "http/refusal.h"

namespace gapless::api {

using http::title;

/// What HTTP says of a fault: 400 for input, 409 for a conflict, 503 and 504 for what may pass, else 500.
int status_of(Fault fault);

/// An application/problem+json reply (RFC 9457). `detail` is a sentence that says what to do. For handlers, too: what
/// only they can tell is not an Error, such as 404.
Reply problem(int status, std::string_view detail);

/// A refusal of the transport, or of what it reads.
Reply problem(const http::Refusal& refusal);

/// With a member "fault", and Retry-After where waiting helps.
Reply problem(const Error& error);

/// Says of which request a problem speaks (its member "instance"). Replies that are no problems stay as they are.
void name_request(Reply& reply, const std::string& request_id);

/// A value, or the problem to send instead.
template <class T>
using OrProblem = tl::expected<T, Reply>;

inline tl::unexpected<Reply> refuse(int status, std::string_view detail) {
  return tl::unexpected<Reply>(problem(status, detail));
}

}  // namespace gapless::api

/// Evaluates an expression that gives an OrProblem; returns its problem from the calling function, or goes on.
#define GAPLESS_TRY_PROBLEM(expression)                                                      \
  do {                                                                                       \
    if (auto gapless_try_result = (expression); !gapless_try_result)                         \
      return ::tl::unexpected<::gapless::api::Reply>(std::move(gapless_try_result.error())); \
  } while (false)
