#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "core/error.h"

namespace gapless::gateway {

/// ClickHouse's numbers for what this room itself has to say.
namespace code {
inline constexpr int kBadArguments = 36;
inline constexpr int kUnknownFunction = 46;
inline constexpr int kNotImplemented = 48;
inline constexpr int kSyntaxError = 62;
inline constexpr int kUnknownFormat = 73;
inline constexpr int kUnknownSetting = 115;
inline constexpr int kTimeoutExceeded = 159;
inline constexpr int kReadOnly = 164;
inline constexpr int kTooManySimultaneousQueries = 202;
inline constexpr int kSameIdIsRunning = 216;
inline constexpr int kHttpLengthRequired = 381;
inline constexpr int kQueryWasCancelled = 394;
inline constexpr int kTooManyRowsOrBytes = 396;
inline constexpr int kSettingConstraint = 452;
inline constexpr int kAccessDenied = 497;
inline constexpr int kAuthenticationFailed = 516;
}  // namespace code

/// An error as ClickHouse tells it.
struct Failure {
  int code = 0;
  std::string name;  ///< "SYNTAX_ERROR"
  std::string text;

  /// "Code: 62. DB::Exception: text. (SYNTAX_ERROR) (version 26.7.2.1)"
  std::string message(std::string_view version) const;
  /// ClickHouse's HTTP status for it.
  int status() const;
};

template <class T>
using OrFailure = tl::expected<T, Failure>;

/// With the name that ClickHouse has for the code.
tl::unexpected<Failure> failed(int code, std::string text);

/// An engine's error. One without a code gets the nearest that ClickHouse has.
Failure failure_of(const Error& error);

/// What follows the bytes of a reply that fails half-way, as servers since 25.11 write it.
std::string exception_block(std::string_view tag, std::string_view message);

}  // namespace gapless::gateway

#define GAPLESS_TRY_FAILURE(expression)                                                            \
  do {                                                                                             \
    if (auto gapless_try_result = (expression); !gapless_try_result)                               \
      return ::tl::unexpected<::gapless::gateway::Failure>(std::move(gapless_try_result.error())); \
  } while (false)
