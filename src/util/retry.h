// util/: strings, retry schedule, thread helpers. Knows nothing of the domain.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace gapless {

/// Exponential back-off with full jitter, bounded in number and in total time.
struct RetryPolicy {
  std::uint32_t attempts = 3;  ///< in all, the first included
  std::chrono::milliseconds base_delay{std::chrono::seconds(60)};
  std::chrono::milliseconds max_delay{std::chrono::minutes(15)};
  std::chrono::milliseconds max_total{std::chrono::hours(1)};  ///< from the first attempt to the beginning of the last

  /// The longest wait before attempt `attempt` (2, 3, …): base * 2^(attempt-2), at most max_delay.
  std::chrono::milliseconds ceiling(std::uint32_t attempt) const;
  /// A uniformly random wait in [0, ceiling(attempt)].
  template <class Generator>
  std::chrono::milliseconds delay(std::uint32_t attempt, Generator& generator) const {
    std::uniform_int_distribution<std::int64_t> distribution(0, ceiling(attempt).count());
    return std::chrono::milliseconds(distribution(generator));
  }
};

}  // namespace gapless
