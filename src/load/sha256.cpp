#include "load/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <span>

namespace gapless {

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }
void Sha256::Free::operator()(evp_md_st* algorithm) const { EVP_MD_free(algorithm); }

Result<Sha256> Sha256::create() {
  Sha256 sha;
  sha.algorithm_.reset(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  sha.context_.reset(EVP_MD_CTX_new());
  if (!sha.algorithm_ || !sha.context_ || EVP_DigestInit_ex2(sha.context_.get(), sha.algorithm_.get(), nullptr) != 1) {
    return fail(Fault::kInternal, "OpenSSL provides no SHA-256 here; check its installation and configuration");
  }
  return sha;
}

Uuid Sha256::first_half(std::string_view message) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  const bool done = EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1 &&
                    EVP_DigestUpdate(context_.get(), message.data(), message.size()) == 1 &&
                    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1;
  // Once create() has succeeded there is nothing left to fail; a wrong identity must not be written all the same.
  if (!done) std::abort();
  return Uuid::from_bytes(std::span(digest).first<16>());
}

}  // namespace gapless
