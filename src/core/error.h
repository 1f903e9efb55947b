// core/: the words of the domain (team, day, cell, partition, definition, fingerprint, error, clock). No I/O but the wall clock.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace gapless {

/// What kind of failure it is, which decides what may be done about it.
enum class Fault {
  kUnavailable,   ///< the other side cannot be reached or is not ready
  kTimeout,       ///< a deadline passed; whether a write took effect is unknown
  kOverload,      ///< too much at once: memory, connections, parts
  kBadQuery,      ///< the statement or the schema is wrong
  kConflict,      ///< somebody else holds it: a lease, a data directory, a warehouse
  kCorrupt,       ///< what was read cannot be right
  kCancelled,     ///< stopped on request
  kInvalidInput,  ///< what the user gave cannot be used
  kInternal       ///< a broken promise of our own
};

/// The fault's name as logs and JSON show it: "unavailable", "timeout", …
const char* name(Fault fault);

/// A failure as a value. `message` says what was tried, what happened and what to do.
struct Error {
  Fault fault = Fault::kInternal;
  int code = 0;  ///< ClickHouse's error code, or 0
  std::string message;

  /// True where repeating the same thing may succeed and cannot do harm.
  bool retryable() const;
  /// True where the same work in smaller pieces may succeed (memory limits).
  bool splittable() const;
  /// True where a write may have taken effect all the same: reconcile before repeating.
  bool outcome_unknown() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// An unexpected Error, to return from a function that returns a Result.
inline tl::unexpected<Error> fail(Fault fault, std::string message, int code = 0) {
  return tl::unexpected<Error>(Error{fault, code, std::move(message)});
}

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

/// The same error with "context: " before its message.
Error with_context(std::string_view context, Error error);

}  // namespace gapless

/// Evaluates an expression that gives a Result; returns its error from the calling function, or goes on.
#define GAPLESS_TRY(expression)                                                         \
  do {                                                                                  \
    if (auto gapless_try_result = (expression); !gapless_try_result)                    \
      return ::tl::unexpected<::gapless::Error>(std::move(gapless_try_result.error())); \
  } while (false)

#define GAPLESS_CONCAT_INNER(a, b) a##b
#define GAPLESS_CONCAT(a, b) GAPLESS_CONCAT_INNER(a, b)
/// `GAPLESS_ASSIGN(auto rows, engine.select(…))`: declares from a Result's value, or returns its error.
#define GAPLESS_ASSIGN(declaration, expression) \
  GAPLESS_ASSIGN_INNER(GAPLESS_CONCAT(gapless_result_, __LINE__), declaration, expression)
#define GAPLESS_ASSIGN_INNER(result, declaration, expression)                        \
  auto result = (expression);                                                        \
  if (!result) return ::tl::unexpected<::gapless::Error>(std::move(result.error())); \
  declaration = std::move(*result)
