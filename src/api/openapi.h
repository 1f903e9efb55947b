#pragma once

#include <span>
#include <string_view>

#include "api/endpoint.h"

namespace gapless::api {

/// Whether callers need a token: where the server has any.
enum class Tokens { kNone, kNeeded };

/// The OpenAPI 3.1 document of these endpoints: parameters, bodies and replies as the server holds requests to them,
/// with the problems that each can really give.
Json openapi_document(std::span<const Endpoint> endpoints, std::string_view version, Tokens tokens);

}  // namespace gapless::api
