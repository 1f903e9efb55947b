#include "support/fake_warehouse_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>

namespace gapless {

void FaultInjector::inject(FaultPlan plan) {
  const std::lock_guard lock(mutex_);
  planned_.push_back({std::move(plan), 0});
}

void FaultInjector::clear() {
  const std::lock_guard lock(mutex_);
  planned_.clear();
}

void FaultInjector::revive() {
  const std::lock_guard lock(mutex_);
  planned_.clear();
  dead_ = false;
}

bool FaultInjector::dead() const {
  const std::lock_guard lock(mutex_);
  return dead_;
}

std::vector<std::string> FaultInjector::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::optional<std::chrono::milliseconds> FaultInjector::longest_deadline(std::string_view method) const {
  const std::lock_guard lock(mutex_);
  const auto found = deadlines_.find(method);
  return found == deadlines_.end() ? std::nullopt : std::optional(found->second);
}

void FaultInjector::forget_calls() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
  deadlines_.clear();
}

FaultInjector::Decision FaultInjector::decide(std::string_view method, const Limits& limits) {
  Decision decision;
  std::function<void()> on_fire;
  {
    const std::lock_guard lock(mutex_);
    if (dead_) return {Effect::kNone, Outcome::kError, {Fault::kUnavailable, 0, "the process is dead"}};
    calls_.emplace_back(method);
    auto& deadline = deadlines_.try_emplace(std::string(method), limits.deadline).first->second;
    deadline = std::max(deadline, limits.deadline);
    if (limits.stop.stop_requested())
      return {Effect::kNone, Outcome::kError, {Fault::kCancelled, 394, fmt::format("{} was stopped", method)}};
    for (Planned& planned : planned_) {
      if (!planned.plan.method.empty() && planned.plan.method != method) continue;
      ++planned.seen;
      const bool due =
          planned.plan.persistent ? planned.seen >= planned.plan.at_call : planned.seen == planned.plan.at_call;
      if (!due || decision.outcome != Outcome::kSuccess) continue;
      const bool succeeds = planned.plan.outcome == Outcome::kSuccess;
      decision = {succeeds ? Effect::kWhole : planned.plan.effect, planned.plan.outcome, planned.plan.error};
      on_fire = planned.plan.on_fire;
    }
  }
  if (on_fire) on_fire();
  return decision;
}

Error FaultInjector::fail_as(const Decision& decision, const std::stop_token& stop) {
  if (decision.outcome == Outcome::kDeath) {
    const std::lock_guard lock(mutex_);
    dead_ = true;
    throw FakeDeath();
  }
  if (decision.outcome == Outcome::kError) return decision.error;
  if (decision.outcome == Outcome::kHangToDeadline || !stop.stop_possible()) return timed_out();
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  stopped.wait(lock, stop, [] { return false; });
  return {Fault::kCancelled, 394, "stopped while it hung"};
}

}  // namespace gapless
