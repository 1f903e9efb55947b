#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "gateway/failure.h"

namespace gapless::gateway {

/// The statements at work: how many, and their ids. Thread-safe.
class Running {
 public:
  explicit Running(std::size_t most) : most_(most) {}

  /// One statement's place, until it is destroyed. Must not outlive its Running.
  class Place {
   public:
    Place(Running& running, std::string query_id) : running_(running), query_id_(std::move(query_id)) {}
    ~Place() { running_.leave(query_id_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Running& running_;
    std::string query_id_;
  };

  /// Failures: 202 where there are too many, 216 where one with that id is at work.
  OrFailure<std::unique_ptr<Place>> enter(const std::string& query_id);
  bool has(const std::string& query_id) const;

 private:
  void leave(const std::string& query_id);

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::set<std::string> ids_;  ///< guarded by mutex_
};

}  // namespace gapless::gateway
