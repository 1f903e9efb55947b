#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/options.h"
#include "api/problem.h"
#include "http/digest.h"
#include "http/head.h"

namespace gapless::api {

using http::Digest;
using http::Head;

/// Who may come in: by the host that a request names, the page that sent it, and the token that it shows.
class Guard {
 public:
  /// Errors: kInvalidInput, for tokens, hosts or origins that cannot be used, naming them but never a digest.
  static Result<Guard> make(const ApiOptions& options);

  bool has_tokens() const { return !tokens_.empty(); }

  /// 421 for a host that is neither this machine nor allowed: a page of a stranger's whose name was made to point here.
  OrProblem<void> check_host(const Head& head) const;
  /// 403 for a page of another origin, unless it is allowed.
  OrProblem<void> check_origin(const Head& head) const;
  /// The origin where it is an allowed one, which may read replies; else empty.
  std::string foreign_origin(const Head& head) const;
  bool has_foreign_origins() const { return !origins_.empty(); }
  /// The name of the caller's token; empty where none is needed. 401 without a good one, 403 where it may do less.
  OrProblem<std::string> check_token(const Head& head, Scope needed) const;

 private:
  struct KnownToken {
    std::string name;
    Digest digest;
    Scope scope;
  };

  std::vector<KnownToken> tokens_;
  std::set<std::string, std::less<>> hosts_;
  std::set<std::string, std::less<>> origins_;
};

}  // namespace gapless::api
