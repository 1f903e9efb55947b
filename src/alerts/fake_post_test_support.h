#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "alerts/alert_sender.h"
#include "alerts/http_post.h"

namespace gapless {

/// Answers as it is told to, by the host's URL, and then with 200; keeps what was posted. Where a host hangs, post()
/// returns once it is stopped or released.
class FakePost final : public HttpPost {
 public:
  void answer(const std::string& shown_url, std::vector<Result<HttpReply>> replies) {
    const std::lock_guard lock(mutex_);
    for (auto& reply : replies) replies_[shown_url].push_back(std::move(reply));
  }
  void hang(std::string shown_url) {
    const std::lock_guard lock(mutex_);
    hanging_ = std::move(shown_url);
  }
  void release() {
    const std::lock_guard lock(mutex_);
    hanging_.clear();
    changed_.notify_all();
  }
  /// Returns once so many requests came in all.
  void wait_for_requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return requests_.size() >= count; });
  }
  std::vector<HttpRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  Result<HttpReply> post(const HttpRequest& request, const std::stop_token& stop) override {
    std::unique_lock lock(mutex_);
    requests_.push_back(request);
    changed_.notify_all();
    if (!changed_.wait(lock, stop, [&] { return hanging_ != request.url.shown(); }))
      return fail(Fault::kCancelled, "stopped on request");
    auto& replies = replies_[request.url.shown()];
    if (replies.empty()) return HttpReply{200};
    auto reply = std::move(replies.front());
    replies.pop_front();
    return reply;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::string hanging_;
  std::map<std::string, std::deque<Result<HttpReply>>> replies_;
  std::vector<HttpRequest> requests_;
};

/// Lets a test wait for the outcomes of a sender.
class OutcomeLog {
 public:
  void add(AlertOutcome outcome) {
    const std::lock_guard lock(mutex_);
    outcomes_.emplace_back(name(outcome));
    changed_.notify_all();
  }
  /// The outcomes in their order, once there are so many.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return outcomes_.size() >= count; });
    return outcomes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> outcomes_;
};

}  // namespace gapless
