#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace gapless {

/// The statements of this process that are on their way, by their ids, of which several may be the same. Thread-safe.
class RunningStatements {
 public:
  /// A statement that can be told to end. Registered for as long as it lives.
  class Entry {
   public:
    /// `wake` is called from another thread, once it is cancelled.
    Entry(RunningStatements& all, std::string id, std::function<void()> wake);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    bool cancelled() const { return cancelled_; }

   private:
    friend class RunningStatements;
    RunningStatements& all_;
    const std::function<void()> wake_;
    std::atomic<bool> cancelled_{false};
    std::multimap<std::string, Entry*, std::less<>>::iterator place_;
  };

  void cancel(std::string_view id);

 private:
  std::mutex mutex_;
  std::multimap<std::string, Entry*, std::less<>> entries_;
};

}  // namespace gapless
