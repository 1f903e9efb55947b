#pragma once

#include <chrono>
#include <stop_token>

namespace gapless {

/// Waits. Returns false, at once, when a stop is requested.
bool wait_unless_stopped(std::chrono::milliseconds duration, const std::stop_token& stop);

}  // namespace gapless
