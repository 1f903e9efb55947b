#pragma once

#include "cli/console.h"
#include "cli/settings.h"
#include "util/on_behalf.h"

namespace gapless {

/// Makes spdlog write to the console: "2026-03-01T10:00:00Z info run …", or one JSON object a line. The console must
/// outlive the log: stop_logging() before it goes.
void start_logging(Console& console, const Settings& settings);
void stop_logging();

/// As long as it lives, what is logged on behalf of it (util/on_behalf.h) goes to this console too, as these settings ask
/// for it: the log of one command in a process that has its own. The thread that makes it works on its behalf until it
/// goes. start_logging() comes first.
class CommandLog {
 public:
  /// Settings are read, the console is kept.
  CommandLog(Console& console, const Settings& settings);
  ~CommandLog();
  CommandLog(const CommandLog&) = delete;
  CommandLog& operator=(const CommandLog&) = delete;

 private:
  Console& console_;
  const OnBehalfOf scope_{this};
};

/// What the log shows: what was asked for; on a terminal that was asked for nothing only warnings, since progress and
/// report say the rest there.
LogLevel effective_log_level(const Settings& settings, bool terminal);

}  // namespace gapless
