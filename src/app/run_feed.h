#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "cli/json.h"
#include "run/executor.h"

namespace gapless {

/// What happens in the runs of this process, for whoever watches one. Remembers the runs that began last. Thread-safe.
class RunFeed {
 public:
  struct Event {
    std::uint64_t number = 0;  ///< from 1, in each run
    std::string kind;          ///< "begun", "started", "step", "day", "ended"
    Json data;
  };

  /// From now on it is known, though nothing happened yet.
  void expect(const std::string& run_id);
  /// What tells the feed of a run, as it happens. The feed must outlive its use.
  RunEvents teller(const std::string& run_id);
  void ended(const std::string& run_id, const Json& record);
  bool knows(const std::string& run_id) const;
  /// The first event after that number; waits at most so long for one. None where there was none, or none will come.
  std::optional<Event> next(const std::string& run_id, std::uint64_t after, std::chrono::milliseconds wait,
                            const std::stop_token& stop) const;
  bool is_over(const std::string& run_id, std::uint64_t after) const;

 private:
  struct Run {
    std::deque<Event> events;
    std::uint64_t last = 0;
    bool is_over = false;
  };
  void add(const std::string& run_id, std::string kind, Json data, bool is_last = false);

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::map<std::string, Run> runs_;  ///< by id, which sorts by time
};

}  // namespace gapless
