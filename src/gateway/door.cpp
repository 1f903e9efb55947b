#include "gateway/door.h"

#include <fmt/format.h>

#include <set>

namespace gapless::gateway {

Result<Door> Door::make(const GatewayOptions& options) {
  Door door;
  door.needs_token_ = options.mode == Mode::kReadOnly || !options.tokens.empty();
  door.checks_users_ = options.users == Users::kByName;
  std::set<std::string> names;
  for (const Token& token : options.tokens) {
    const auto digest = http::parse_digest(token.sha256);
    if (!digest)
      return fail(Fault::kInvalidInput,
                  fmt::format("the gateway's token '{}' is to be given by the 64 hexadecimal digits of its SHA-256; "
                              "printf %s TOKEN | sha256sum shows them",
                              token.name));
    if (token.name.empty() || !names.insert(token.name).second)
      return fail(
          Fault::kInvalidInput,
          fmt::format("each token of the gateway needs a name of its own; '{}' is empty or comes twice", token.name));
    door.tokens_.push_back({token.name, *digest});
  }
  return door;
}

OrFailure<std::string> Door::let_in(const Credentials& credentials) const {
  if (!needs_token_) return std::string();
  if (!credentials.are_given)
    return failed(code::kAuthenticationFailed,
                  "Authentication failed: send a token as the password, whatever the user's name");
  const http::Digest digest = http::sha256_of(credentials.token);
  const Known* known = nullptr;
  for (const Known& token : tokens_)  // all of them, so that the time does not tell which
    if (http::equal_in_constant_time(token.digest, digest) && (!checks_users_ || token.name == credentials.user))
      known = &token;
  if (known != nullptr) return known->name;
  return failed(code::kAuthenticationFailed,
                "Authentication failed: password is incorrect, or there is no user with such name");
}

}  // namespace gapless::gateway
