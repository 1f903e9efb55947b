#pragma once

#include <string>
#include <vector>

#include "gateway/failure.h"
#include "gateway/options.h"
#include "gateway/request.h"
#include "http/digest.h"

namespace gapless::gateway {

/// Who may come in, by the token that is shown.
class Door {
 public:
  /// Errors: kInvalidInput for tokens that cannot be used, naming them but never a hash.
  static Result<Door> make(const GatewayOptions& options);

  /// The name of the token; empty where none is needed. Failure: 516, the same for every wrong one.
  OrFailure<std::string> let_in(const Credentials& credentials) const;

 private:
  struct Known {
    std::string name;
    http::Digest digest;
  };
  std::vector<Known> tokens_;
  bool needs_token_ = true;
  bool checks_users_ = false;
};

}  // namespace gapless::gateway
