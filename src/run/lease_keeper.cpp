#include "run/lease_keeper.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/target.h"
#include "util/kill_point.h"

namespace gapless {

std::string resource_of(const Partition& partition) { return fmt::format("{}/{}", kRollup, partition.to_string()); }

using std::chrono::milliseconds;
using std::chrono::steady_clock;

LeaseKeeper::Held::Held(LeaseKeeper& keeper, Lease lease)
    : keeper_(keeper), lease_(std::move(lease)), good_until_(steady_clock::now() + keeper.ttl_) {}

LeaseKeeper::Held::~Held() {
  {
    const std::lock_guard lock(keeper_.mutex_);
    keeper_.held_.remove(this);
  }
  if (lost_) return;
  if (auto released = keeper_.store_.release_lease(lease_); !released)
    spdlog::warn("the lease of {} could not be given back, it expires by itself: {}", lease_.resource,
                 released.error().message);
}

bool LeaseKeeper::Held::is_sure() const {
  const std::lock_guard lock(mutex_);
  return !lost_ && !in_doubt_;
}

Status LeaseKeeper::Held::lose() {
  lost_ = true;
  stop_.request_stop();
  return fail(Fault::kConflict, fmt::format("the lease of {} was lost", lease_.resource));
}

Status LeaseKeeper::Held::renew() {
  const std::lock_guard lock(mutex_);
  const auto asked_at = steady_clock::now();  // before the store's own clock is read: never later than it
  if (lost_) return lose();
  auto renewed = keeper_.store_.renew_lease(lease_, keeper_.ttl_);
  in_doubt_ = !renewed;
  if (renewed && *renewed) {
    good_until_ = asked_at + keeper_.ttl_;
    return {};
  }
  if (renewed || steady_clock::now() >= good_until_) return lose();
  return fail(std::move(renewed.error()));
}

Status LeaseKeeper::Held::look_at_the_clock() {
  const std::lock_guard lock(mutex_);
  in_doubt_ = true;
  return lost_ || steady_clock::now() < good_until_ ? Status() : lose();
}

Result<milliseconds> LeaseKeeper::Held::confirm() {
  GAPLESS_TRY(renew());
  const std::lock_guard lock(mutex_);
  const auto left = std::chrono::duration_cast<milliseconds>(good_until_ - steady_clock::now());
  return left * 9 / 10;
}

LeaseKeeper::LeaseKeeper(StateStore& store, std::string run_id, milliseconds ttl, std::stop_token stop)
    : store_(store),
      run_id_(std::move(run_id)),
      ttl_(ttl),
      on_stop_(std::move(stop), [this] { stop_all(); }),
      thread_([this](const std::stop_token& own) { beat(own); }) {}

LeaseKeeper::~LeaseKeeper() {
  thread_.request_stop();
  thread_.join();
}

Result<std::variant<std::unique_ptr<LeaseKeeper::Held>, LeaseHeld>> LeaseKeeper::take(const std::string& resource) {
  GAPLESS_ASSIGN(auto outcome, store_.take_lease(resource, run_id_, ttl_));
  if (auto* other = std::get_if<LeaseHeld>(&outcome)) return std::move(*other);
  kill_point("lease.taken");
  std::unique_ptr<Held> held(new Held(*this, std::move(std::get<Lease>(outcome))));
  const std::lock_guard lock(mutex_);
  held_.push_back(held.get());
  if (stopping_) held->stop_.request_stop();
  return held;
}

Result<std::variant<std::unique_ptr<LeaseKeeper::Held>, LeaseHeld>> LeaseKeeper::take(const Partition& partition) {
  GAPLESS_ASSIGN(auto taken, take(resource_of(partition)));
  if (partition.is_all() || std::holds_alternative<LeaseHeld>(taken)) return taken;
  GAPLESS_ASSIGN(const auto leases, store_.leases());
  for (const Lease& other : leases)
    if (other.resource == resource_of(Partition::all()) && other.holder != run_id_)
      return LeaseHeld{other.holder, other.expires_at};
  return taken;
}

void LeaseKeeper::stop_all() {
  stopping_ = true;
  const std::lock_guard lock(mutex_);
  for (Held* held : held_) held->stop_.request_stop();
}

bool LeaseKeeper::renew_all() {
  bool reached = true;
  for (Held* held : held_) {
    // A store that could not be asked is not asked for the others: each may take seconds.
    auto renewed = reached ? held->renew() : held->look_at_the_clock();
    if (renewed) continue;
    reached = reached && renewed.error().fault == Fault::kConflict;
    spdlog::warn("{}", renewed.error().message);
  }
  return reached;
}

void LeaseKeeper::beat(const std::stop_token& own_stop) {
  const auto interval = std::clamp<milliseconds>(ttl_ / 4, milliseconds(10), milliseconds(1000));
  auto next_renewal = steady_clock::now() + ttl_ / 3;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, own_stop, interval, [&] { return own_stop.stop_requested(); }) &&
         !own_stop.stop_requested()) {
    lock.unlock();
    if (auto cancel = store_.heartbeat(run_id_); cancel && *cancel && !stopping_) stop_all();
    lock.lock();
    if (steady_clock::now() < next_renewal) continue;
    const bool reached = renew_all();
    next_renewal =
        steady_clock::now() + (reached ? ttl_ / 3 : interval);  // again at once where there was nobody to ask
  }
}

}  // namespace gapless
