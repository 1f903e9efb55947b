#include "alerts/signature.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>

#include "util/hex.h"

namespace gapless {

std::string signature(std::string_view secret, std::string_view body, Instant at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::string message = fmt::format("{}.", seconds);
  message += body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  // It fails only where there is no memory left, or for a key of more than 2 GB.
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &size) == nullptr)
    std::abort();
  return fmt::format("t={},v1={}", seconds, to_hex(std::span(digest).first(size)));
}

}  // namespace gapless
