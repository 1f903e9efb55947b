#include "gateway/running.h"

#include <fmt/format.h>

namespace gapless::gateway {

OrFailure<std::unique_ptr<Running::Place>> Running::enter(const std::string& query_id) {
  const std::lock_guard lock(mutex_);
  if (ids_.size() >= most_)
    return failed(code::kTooManySimultaneousQueries,
                  fmt::format("there are {} statements at work, which is the most; try again soon", ids_.size()));
  if (!ids_.insert(query_id).second)
    return failed(code::kSameIdIsRunning, fmt::format("a query with id = {} is already running", query_id));
  return std::make_unique<Place>(*this, query_id);
}

bool Running::has(const std::string& query_id) const {
  const std::lock_guard lock(mutex_);
  return ids_.contains(query_id);
}

void Running::leave(const std::string& query_id) {
  const std::lock_guard lock(mutex_);
  ids_.erase(query_id);
}

}  // namespace gapless::gateway
