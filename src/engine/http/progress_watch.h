#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "engine/engine.h"
#include "engine/http/server_link.h"

namespace gapless {

/// Reports how far a running query is, from a thread of its own, until it is destroyed.
class ProgressWatch {
 public:
  /// Errors: kUnavailable where there is no thread to be had.
  static Result<std::unique_ptr<ProgressWatch>> start(std::shared_ptr<ServerLink> link, std::string query_id,
                                                      std::function<void(const Progress&)> report);
  ~ProgressWatch();
  ProgressWatch(const ProgressWatch&) = delete;
  ProgressWatch& operator=(const ProgressWatch&) = delete;

 private:
  ProgressWatch(std::shared_ptr<ServerLink> link, std::string query_id, std::function<void(const Progress&)> report)
      : link_(std::move(link)), query_id_(std::move(query_id)), report_(std::move(report)) {}
  void watch();
  void look() const;

  const std::shared_ptr<ServerLink> link_;
  const std::string query_id_;
  const std::function<void(const Progress&)> report_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace gapless
