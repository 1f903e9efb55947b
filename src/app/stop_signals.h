#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace gapless {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request: the first asks for it, a second ends the process at once, with
/// 128 + its number. A process that has something to read anew may take SIGHUP for that instead. To be made before any other thread is, so that all of them leave these signals to it.
class StopSignals {
 public:
  /// `on_first` is called from the watching thread with the first signal.
  explicit StopSignals(std::function<void(int)> on_first);
  /// The signals stay blocked.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  /// From now on SIGHUP calls this, from the watching thread, and stops nothing; empty: as before.
  void on_hangup(std::function<void()> action);
  /// The first signal that came.
  std::optional<int> received() const;

 private:
  void watch();

  std::function<void(int)> on_first_;
  std::mutex mutex_;
  std::function<void()> on_hangup_;
  std::stop_source stop_;
  std::atomic<int> received_{0};
  int signals_ = -1;  ///< signalfd
  int ended_ = -1;    ///< eventfd: wakes the thread up at the end
  std::thread thread_;
};

}  // namespace gapless
