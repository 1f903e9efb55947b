#include "core/clock.h"

namespace gapless {

Instant SystemClock::now() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Instant ManualClock::now() const {
  std::scoped_lock lock(mutex_);
  return now_;
}

void ManualClock::set(Instant now) {
  std::scoped_lock lock(mutex_);
  now_ = now;
}

void ManualClock::advance(std::chrono::microseconds by) {
  std::scoped_lock lock(mutex_);
  now_ += by;
}

}  // namespace gapless
