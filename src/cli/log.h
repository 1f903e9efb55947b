#pragma once

#include "cli/console.h"
#include "cli/settings.h"

namespace gapless {

/// Makes spdlog write to the console: "2026-03-01T10:00:00Z info run …", or one JSON object a line. The console must
/// outlive the log: stop_logging() before it goes.
void start_logging(Console& console, const Settings& settings);
void stop_logging();

/// What the log shows: what was asked for; on a terminal that was asked for nothing only warnings, since progress and
/// report say the rest there.
LogLevel effective_log_level(const Settings& settings, bool terminal);

}  // namespace gapless
