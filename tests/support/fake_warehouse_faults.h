#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// What a test catches where the process that made a call is to have died in it.
struct FakeDeath {};

/// How much of what was asked for happened before the call failed.
enum class Effect { kNone, kHalf, kWhole };

/// How the call ends for its caller.
enum class Outcome {
  kSuccess,         ///< as if nothing were planned: for what `on_fire` does meanwhile
  kError,           ///< with FaultPlan::error
  kHangUntilStop,   ///< until the caller's stop token: kCancelled; without one, as kHangToDeadline
  kHangToDeadline,  ///< kTimeout, at once: the deadline is taken as passed
  kDeath            ///< throws FakeDeath; nothing that the dead process still tries has any effect, until revive()
};

/// A failure to come. The effect of a half is the method's own: half of the rows, old and new parts side by side.
struct FaultPlan {
  std::uint64_t at_call = 1;  ///< from 1, among the calls from now on that it is about
  std::string method{};       ///< only calls of this name count; empty: every call
  Effect effect = Effect::kNone;
  Outcome outcome = Outcome::kError;
  Error error{Fault::kUnavailable, 0, "the warehouse cannot be reached"};
  bool persistent = false;          ///< that call and all that follow; else that call alone
  std::function<void()> on_fire{};  ///< called first, without any lock held
};

inline Error overloaded() { return {Fault::kOverload, 241, "memory limit exceeded"}; }
inline Error timed_out() { return {Fault::kTimeout, 159, "the deadline passed"}; }
inline Error connection_lost() { return {Fault::kTimeout, 210, "the connection was lost; the outcome is unknown"}; }
inline Error refused() { return {Fault::kBadQuery, 62, "the statement is wrong"}; }

/// Stands between a fake's methods and their effects: counts and records calls, and lets planned ones fail. Several
/// fakes may share one, so that their calls are counted together. Thread-safe.
class FaultInjector {
 public:
  void inject(FaultPlan plan);
  /// No more failures. The dead stay dead.
  void clear();
  /// A new process: no more failures, and calls have effects again.
  void revive();
  bool dead() const;

  /// The names of all calls, in order, those of the dead left out.
  std::vector<std::string> calls() const;
  /// The longest deadline that a call of the method was given; none where there was no such call.
  std::optional<std::chrono::milliseconds> longest_deadline(std::string_view method) const;
  void forget_calls();

  /// Makes a call: `effect(extent)` once, unless nothing is to happen. Its value is returned where the call succeeds.
  template <class Value, class Effects>
  Result<Value> call(std::string_view method, const Limits& limits, Effects effect) {
    const Decision decision = decide(method, limits);
    if (decision.extent == Effect::kNone) return end<Value>(decision, limits.stop);
    Result<Value> value = effect(decision.extent);
    if (decision.outcome == Outcome::kSuccess) return value;
    return end<Value>(decision, limits.stop);
  }

 private:
  struct Decision {
    Effect extent = Effect::kWhole;
    Outcome outcome = Outcome::kSuccess;
    Error error{};
  };
  struct Planned {
    FaultPlan plan;
    std::uint64_t seen = 0;
  };

  Decision decide(std::string_view method, const Limits& limits);
  /// The failure to return. Throws FakeDeath where it is that.
  Error fail_as(const Decision& decision, const std::stop_token& stop);
  template <class Value>
  Result<Value> end(const Decision& decision, const std::stop_token& stop) {
    return fail(fail_as(decision, stop));
  }

  mutable std::mutex mutex_;
  std::vector<Planned> planned_;
  std::vector<std::string> calls_;
  std::map<std::string, std::chrono::milliseconds, std::less<>> deadlines_;
  bool dead_ = false;
};

}  // namespace gapless
