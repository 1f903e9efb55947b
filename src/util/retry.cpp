#include "util/retry.h"

#include <algorithm>

namespace gapless {

std::chrono::milliseconds RetryPolicy::ceiling(std::uint32_t attempt) const {
  auto wait = base_delay;
  for (std::uint32_t i = 2; i < attempt && wait < max_delay; ++i) wait *= 2;
  return std::min(wait, max_delay);
}

}  // namespace gapless
