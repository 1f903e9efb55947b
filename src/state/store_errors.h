#pragma once

#include <fmt/format.h>

#include <string_view>

#include "core/error.h"

namespace gapless {

// Broken promises of the caller, in the same words from every store.

inline tl::unexpected<Error> fail_run_exists(std::string_view run_id) {
  return fail(Fault::kInternal, fmt::format("run '{}' cannot begin: the state store has it already", run_id));
}

inline tl::unexpected<Error> fail_unknown_run(std::string_view run_id) {
  return fail(Fault::kInternal, fmt::format("run '{}' is unknown to the state store", run_id));
}

}  // namespace gapless
