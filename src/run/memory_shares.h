#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <shared_mutex>

namespace gapless {

/// How a run's memory is divided among the days that are worked on at once: evenly, until a day does not fit in its
/// share; from then on one day at a time has all of it. Thread-safe.
class MemoryShares {
 public:
  /// `total_bytes`: 0 is the engine's default, which is not divided.
  MemoryShares(std::uint64_t total_bytes, std::size_t days_at_once)
      : total_bytes_(total_bytes), share_bytes_(total_bytes / days_at_once), whole_(days_at_once == 1) {}

  /// What one day may use, until it goes.
  struct Share {
    std::shared_lock<std::shared_mutex> among_others;
    std::unique_lock<std::shared_mutex> alone;
    std::uint64_t bytes;
  };
  /// Waits until it is to be had.
  Share take() {
    if (!whole_) {
      std::shared_lock<std::shared_mutex> among_others(mutex_);
      if (!whole_) return {std::move(among_others), {}, share_bytes_};
    }
    return {{}, std::unique_lock<std::shared_mutex>(mutex_), total_bytes_};
  }
  /// From the next take() on, one day at a time. False where the share that was not enough was all there is.
  bool stop_sharing(const Share& share) {
    if (share.bytes == total_bytes_) return false;
    whole_ = true;
    return true;
  }

 private:
  const std::uint64_t total_bytes_;
  const std::uint64_t share_bytes_;
  std::atomic<bool> whole_;
  std::shared_mutex mutex_;
};

}  // namespace gapless
