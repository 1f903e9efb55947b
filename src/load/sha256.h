#pragma once

#include <memory>
#include <string_view>

#include "core/error.h"
#include "core/uuid.h"

struct evp_md_ctx_st;
struct evp_md_st;

namespace gapless {

/// SHA-256 with a context that is reused, for many short messages. Not thread-safe.
class Sha256 {
 public:
  /// Errors: kInternal where the cryptographic library has no SHA-256.
  static Result<Sha256> create();

  /// The first 16 bytes of the message's digest.
  Uuid first_half(std::string_view message);

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
    void operator()(evp_md_st* algorithm) const;
  };
  Sha256() = default;
  std::unique_ptr<evp_md_st, Free> algorithm_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace gapless
