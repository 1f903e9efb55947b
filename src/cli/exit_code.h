#pragma once

#include <optional>

#include "core/error.h"
#include "state/state_store.h"

namespace gapless {

/// What the program's exit says (CLI.md). Beside these: 128 + n where signal n stopped it.
enum class ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kPartial = 3, kDifferent = 4, kConflict = 5 };

/// The exit code of a command that ended with an error.
ExitCode exit_code_of(const Error& error);
/// The exit code of a run that ended so.
ExitCode exit_code_of(RunStatus status);
/// The process's exit status: 128 + the signal where one stopped it before it was done, else the code.
int exit_status(ExitCode code, std::optional<int> stopped_by_signal);

}  // namespace gapless
