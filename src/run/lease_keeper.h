#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "core/cell.h"
#include "state/state_store.h"

namespace gapless {

/// What is leased for a partition: "web/2026-03-01"; for all of them "web/all days".
std::string resource_of(const Partition& partition);

/// Renews the leases of one run from a thread of its own, and listens for a request to cancel the run. A lease that
/// could not be renewed in time is lost: its stop is requested, and nothing may be published under it.
class LeaseKeeper {
 public:
  /// One lease in its care. Given back to the store when it is destroyed, unless it was lost.
  class Held {
   public:
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    const Lease& lease() const { return lease_; }
    /// Requested when the lease is lost or the run is stopped.
    std::stop_token stop() const { return stop_.get_token(); }
    /// False: it is lost, or may be, since the store could not be asked the last time.
    bool is_sure() const;
    /// Renews it at once. Returns how long it is good for from now, with a margin taken off: the deadline of what
    /// publishes. Errors: kConflict where it is lost.
    Result<std::chrono::milliseconds> confirm();

   private:
    friend class LeaseKeeper;
    Held(LeaseKeeper& keeper, Lease lease);
    Status renew();
    /// Lost where its time is over, without asking the store.
    Status look_at_the_clock();
    Status lose();

    LeaseKeeper& keeper_;
    Lease lease_;
    std::stop_source stop_;
    mutable std::mutex mutex_;
    std::chrono::steady_clock::time_point good_until_;
    bool lost_ = false;
    bool in_doubt_ = false;  ///< the store could not be asked
  };

  /// The store must outlive it. `stop` is the run's: it stops every lease's work.
  LeaseKeeper(StateStore& store, std::string run_id, std::chrono::milliseconds ttl, std::stop_token stop);
  ~LeaseKeeper();

  /// Takes a lease: the handle, or who holds it.
  Result<std::variant<std::unique_ptr<Held>, LeaseHeld>> take(const std::string& resource);
  /// Takes that of a partition, unless somebody has all of them: who takes that one waits for those that are held, and no
  /// other is to be had meanwhile. Of two who come at once, at least one sees the other.
  Result<std::variant<std::unique_ptr<Held>, LeaseHeld>> take(const Partition& partition);
  /// True once the run was asked to cancel, by the store or by the stop token.
  bool stopping() const { return stopping_.load(); }

 private:
  void beat(const std::stop_token& own_stop);
  /// Renews all that are held. False where the store could not be asked.
  bool renew_all();
  void stop_all();

  StateStore& store_;
  const std::string run_id_;
  const std::chrono::milliseconds ttl_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::list<Held*> held_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::jthread thread_;
};

}  // namespace gapless
