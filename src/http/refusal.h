#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace gapless::http {

/// Why something is no request, as a status and a sentence that says what to do.
struct Refusal {
  int status = 400;
  std::string detail;
};

/// A value, or why there is none.
template <class T>
using OrRefusal = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(int status, std::string_view detail) {
  return tl::unexpected<Refusal>(Refusal{status, std::string(detail)});
}

/// The words of a status: "Not Found".
std::string_view title(int status);

}  // namespace gapless::http

/// Evaluates an expression that gives an OrRefusal; returns its refusal from the calling function, or goes on.
#define GAPLESS_TRY_REFUSAL(expression)                                                         \
  do {                                                                                          \
    if (auto gapless_try_result = (expression); !gapless_try_result)                            \
      return ::tl::unexpected<::gapless::http::Refusal>(std::move(gapless_try_result.error())); \
  } while (false)
