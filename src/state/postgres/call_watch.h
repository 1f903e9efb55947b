#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace gapless {

/// Cuts a connection whose call takes too long: a server that stands still keeps its connections, and its own time-outs are
/// of no use then. One call at a time.
class CallWatch {
 public:
  explicit CallWatch(std::chrono::milliseconds limit) : limit_(limit) {}

  /// A call begins on this socket; it ends where the returned object does.
  class Call {
   public:
    ~Call() { watch_.end(); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    friend CallWatch;
    explicit Call(CallWatch& watch) : watch_(watch) {}
    CallWatch& watch_;
  };
  Call begin(int socket);

 private:
  void end();
  void watch(const std::stop_token& stop);

  const std::chrono::milliseconds limit_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int socket_ = -1;  ///< of the call under way
  std::chrono::steady_clock::time_point deadline_;
  std::jthread thread_;
};

}  // namespace gapless
