#pragma once

#include <chrono>
#include <mutex>

#include "core/day.h"

namespace gapless {

/// Where days are decided. Never used for leases or durations (they use the store's and the steady clock). Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

/// Stands still until it is moved. For tests, and behind GAPLESS_NOW.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant now) : now_(now) {}
  Instant now() const override;
  void set(Instant now);
  void advance(std::chrono::microseconds by);

 private:
  mutable std::mutex mutex_;
  Instant now_;
};

}  // namespace gapless
