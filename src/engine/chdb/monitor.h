#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "engine/chdb/instance.h"
#include "engine/engine.h"

namespace gapless {

/// Watches one running statement from a thread of its own: reports its progress, and kills it once a stop is requested,
/// again and again until it has ended, since one that is only about to begin is not there to be killed.
class StatementMonitor {
 public:
  /// None where the options ask for neither. Errors: kUnavailable where there is no thread to be had.
  static Result<std::unique_ptr<StatementMonitor>> start(std::shared_ptr<const ChdbInstance> instance,
                                                         std::string statement_id, const StatementOptions& options);
  /// The statement has ended; returns after the last callback has.
  ~StatementMonitor();
  StatementMonitor(const StatementMonitor&) = delete;
  StatementMonitor& operator=(const StatementMonitor&) = delete;

 private:
  StatementMonitor(std::shared_ptr<const ChdbInstance> instance, std::string statement_id,
                   const StatementOptions& options);
  void watch();
  void report_progress() const;
  void wake();

  const std::shared_ptr<const ChdbInstance> instance_;
  const std::string statement_id_;
  const std::function<void(const Progress&)> on_progress_;
  const std::stop_token stop_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace gapless
