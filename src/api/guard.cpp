#include "api/guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "util/ascii.h"

namespace gapless::api {
namespace {

/// Without the port. None where what follows the name is no port.
std::optional<std::string_view> name_of_host(std::string_view host) {
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = host.find(':', bracket);
  if (colon != std::string_view::npos) {
    const std::string_view port = host.substr(colon + 1);
    if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return std::nullopt;
  }
  return host.substr(0, colon);
}

/// The token after "Bearer ", whatever the case of that word; empty where there is none.
std::string_view bearer_of(std::string_view authorization) {
  const std::size_t space = authorization.find(' ');
  if (space == std::string_view::npos || ascii_lowered(authorization.substr(0, space)) != "bearer") return {};
  return trimmed(authorization.substr(space));
}

tl::unexpected<Reply> unauthorized(std::string_view detail, std::string_view challenge) {
  Reply reply = problem(401, detail);
  reply.headers["WWW-Authenticate"] = challenge;
  return tl::unexpected<Reply>(std::move(reply));
}

Result<std::string> parse_origin(const std::string& text) {
  const std::size_t scheme = text.find("://");
  const std::string_view rest = scheme == std::string::npos ? "" : std::string_view(text).substr(scheme + 3);
  if ((!text.starts_with("http://") && !text.starts_with("https://")) || rest.empty() ||
      rest.find_first_of("/?#* @") != std::string_view::npos)
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is no origin; write it as https://HOST or http://HOST:PORT, without a path", text));
  return ascii_lowered(text);
}

}  // namespace

Result<Guard> Guard::make(const ApiOptions& options) {
  Guard guard;
  guard.hosts_ = {"localhost", "127.0.0.1", "[::1]"};
  std::set<std::string> names;
  for (const Token& token : options.tokens) {
    const auto digest = http::parse_digest(token.sha256);
    if (!digest)
      return fail(Fault::kInvalidInput,
                  fmt::format("the API token '{}' is to be given by the 64 hexadecimal digits of its SHA-256; "
                              "printf %s TOKEN | sha256sum shows them",
                              token.name));
    if (token.name.empty() || !names.insert(token.name).second)
      return fail(Fault::kInvalidInput,
                  fmt::format("each API token needs a name of its own; '{}' is empty or comes twice", token.name));
    if (token.scope == Scope::kOpen)
      return fail(Fault::kInvalidInput, fmt::format("the API token '{}' must be for read or operate", token.name));
    guard.tokens_.push_back({token.name, *digest, token.scope});
  }
  for (const std::string& host : options.allowed_hosts) {
    const auto name = name_of_host(host);
    if (host.empty() || name != host || host.find_first_of("/* @") != std::string::npos)
      return fail(Fault::kInvalidInput,
                  fmt::format("'{}' is no host name; write one without scheme, port and wildcard", host));
    guard.hosts_.insert(ascii_lowered(host));
  }
  for (const std::string& origin : options.allowed_origins) {
    GAPLESS_ASSIGN(std::string parsed, parse_origin(origin));
    guard.origins_.insert(std::move(parsed));
  }
  return guard;
}

OrProblem<void> Guard::check_host(const Head& head) const {
  const auto name = name_of_host(head.host);
  if (name && hosts_.contains(*name)) return {};
  return refuse(421, fmt::format("this server does not answer for the host '{}'; call it by localhost or 127.0.0.1, or "
                                 "add the name to its allowed hosts",
                                 head.host.substr(0, 100)));
}

OrProblem<void> Guard::check_origin(const Head& head) const {
  const std::string origin = ascii_lowered(head.header("origin"));
  if (origin.empty() || origins_.contains(origin)) return {};
  if (origin == "http://" + head.host || origin == "https://" + head.host) return {};
  return refuse(403, fmt::format("pages of {} may not call this server; add it to the allowed origins if they are to",
                                 origin.substr(0, 100)));
}

std::string Guard::foreign_origin(const Head& head) const {
  const std::string_view origin = head.header("origin");
  return origins_.contains(ascii_lowered(origin)) ? std::string(origin) : std::string();
}

OrProblem<std::string> Guard::check_token(const Head& head, Scope needed) const {
  if (needed == Scope::kOpen || !has_tokens()) return std::string();
  const std::string_view shown = bearer_of(head.header("authorization"));
  if (shown.empty())
    return unauthorized("this needs a token; send it as 'Authorization: Bearer TOKEN'", R"(Bearer realm="gapless")");
  const Digest digest = http::sha256_of(shown);
  const KnownToken* known = nullptr;
  for (const KnownToken& token : tokens_)  // all of them, so that the time does not tell which
    if (http::equal_in_constant_time(token.digest, digest)) known = &token;
  if (known == nullptr)
    return unauthorized("this token is not known; ask whoever runs the server for one",
                        R"(Bearer realm="gapless", error="invalid_token")");
  if (known->scope < needed)
    return refuse(403, fmt::format("the token '{}' is for {}; this needs one for {}", known->name, name(known->scope),
                                   name(needed)));
  return known->name;
}

}  // namespace gapless::api
