#pragma once

#include <array>
#include <string_view>

namespace gapless {

/// The jobs that a schedule runs, by name.
inline constexpr std::array<std::string_view, 4> kScheduledJobs{"daily", "intraday", "backfill", "verify"};

}  // namespace gapless
