#include "core/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gapless {
namespace {

// The codes below are ClickHouse's (engine/fault_codes.cpp has the table of their faults).

// Failures whose repetition fails in the same way: 158 TOO_MANY_ROWS, 307 TOO_MANY_BYTES, 396 TOO_MANY_ROWS_OR_BYTES of
// a result; 243 NOT_ENOUGH_SPACE, since nobody makes room while we wait.
constexpr std::array kLasting = {158, 243, 307, 396};

// Failures that a write may have outlived: 210 NETWORK_ERROR, 999 KEEPER_EXCEPTION (and every time-out).
constexpr std::array kInDoubt = {210, 999};

template <class Codes>
bool contains(const Codes& codes, int code) {
  return std::ranges::find(codes, code) != codes.end();
}

}  // namespace

const char* name(Fault fault) {
  switch (fault) {
    case Fault::kUnavailable: return "unavailable";
    case Fault::kTimeout: return "timeout";
    case Fault::kOverload: return "overload";
    case Fault::kBadQuery: return "bad_query";
    case Fault::kConflict: return "conflict";
    case Fault::kCorrupt: return "corrupt";
    case Fault::kCancelled: return "cancelled";
    case Fault::kInvalidInput: return "invalid_input";
    case Fault::kInternal: return "internal";
  }
  return "internal";
}

bool Error::retryable() const {
  const bool may_pass = fault == Fault::kUnavailable || fault == Fault::kOverload || fault == Fault::kTimeout;
  return may_pass && !contains(kLasting, code);
}

// 241 MEMORY_LIMIT_EXCEEDED and 173 CANNOT_ALLOCATE_MEMORY: the same statement over fewer teams may fit.
bool Error::splittable() const { return code == 241 || code == 173; }

bool Error::outcome_unknown() const { return fault == Fault::kTimeout || contains(kInDoubt, code); }

Error with_context(std::string_view context, Error error) {
  error.message = fmt::format("{}: {}", context, error.message);
  return error;
}

}  // namespace gapless
