#include "engine/http/running_statements.h"

#include <utility>

namespace gapless {

RunningStatements::Entry::Entry(RunningStatements& all, std::string id, std::function<void()> wake)
    : all_(all), wake_(std::move(wake)) {
  const std::lock_guard lock(all_.mutex_);
  place_ = all_.entries_.emplace(std::move(id), this);
}

RunningStatements::Entry::~Entry() {
  const std::lock_guard lock(all_.mutex_);
  all_.entries_.erase(place_);
}

void RunningStatements::cancel(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = entries_.equal_range(id);
  for (auto entry = first; entry != last; ++entry) {
    entry->second->cancelled_ = true;
    entry->second->wake_();
  }
}

}  // namespace gapless
