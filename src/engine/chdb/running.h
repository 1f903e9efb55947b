#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "engine/chdb/connection.h"
#include "engine/chdb/instance.h"
#include "engine/chdb/monitor.h"
#include "engine/engine.h"

namespace gapless {

/// What one statement has to itself while it runs: an id, a connection with its limits, and what watches it.
class RunningStatement {
 public:
  /// `more` are settings beside those that the options stand for. Errors: kInvalidInput for a bad id, kCancelled where a
  /// stop was requested already, kTimeout where the deadline is not in the future.
  static Result<RunningStatement> begin(std::shared_ptr<const ChdbInstance> instance, const StatementOptions& options,
                                        ChdbSettings more);

  ChdbConnection& connection() { return connection_; }
  const ChdbInstance& instance() const { return *instance_; }
  /// kCancelled once a stop is requested, kTimeout past the deadline.
  Status interrupted() const;
  std::chrono::microseconds elapsed() const;

 private:
  RunningStatement(std::shared_ptr<const ChdbInstance> instance, std::string id, const StatementOptions& options,
                   ChdbConnection connection);

  // The monitor ends before the connection closes, and that before the instance may.
  std::shared_ptr<const ChdbInstance> instance_;
  std::string id_;
  std::chrono::milliseconds deadline_;
  std::stop_token stop_;
  std::chrono::steady_clock::time_point began_;
  ChdbConnection connection_;
  std::unique_ptr<StatementMonitor> monitor_;
};

}  // namespace gapless
