#include "app/run_feed.h"

namespace gapless {
namespace {

constexpr std::size_t kRunsRemembered = 50;
constexpr std::size_t kEventsRemembered = 10'000;

}  // namespace

RunEvents RunFeed::teller(const std::string& run_id) {
  RunEvents events;
  events.on_begin = [this, run_id](const RunRecord& run) {
    add(run_id, "begun", {{"run_id", run.id}, {"job", run.job}, {"window", run.window}});
  };
  events.on_start = [this, run_id](const RunRecord& run, const Plan& plan) {
    add(run_id, "started",
        {{"run_id", run.id},
         {"job", run.job},
         {"window", run.window},
         {"teams", run.teams},
         {"days", plan.work(true).size()},
         {"cells", run.cells_planned}});
  };
  events.on_step = [this, run_id](Day day, std::string_view step) {
    add(run_id, "step", {{"day", day.to_string()}, {"step", step}});
  };
  events.on_day = [this, run_id](const DayReport& day, std::size_t done, std::size_t total) {
    add(run_id, "day",
        {{"day", day.partition.day.to_string()},
         {"bucket", day.partition.bucket},
         {"status", name(day.status)},
         {"cells", day.cells},
         {"seconds", day.seconds},
         {"error", text_or_null(day.error)},
         {"done", done},
         {"total", total}});
  };
  return events;
}

void RunFeed::expect(const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  runs_.try_emplace(run_id);
}

void RunFeed::ended(const std::string& run_id, const Json& record) { add(run_id, "ended", record, true); }

void RunFeed::add(const std::string& run_id, std::string kind, Json data, bool is_last) {
  const std::lock_guard lock(mutex_);
  Run& run = runs_[run_id];
  run.events.push_back({++run.last, std::move(kind), std::move(data)});
  if (run.events.size() > kEventsRemembered) run.events.pop_front();
  run.is_over = run.is_over || is_last;
  if (runs_.size() > kRunsRemembered) runs_.erase(runs_.begin());
  changed_.notify_all();
}

bool RunFeed::knows(const std::string& run_id) const {
  const std::lock_guard lock(mutex_);
  return runs_.contains(run_id);
}

std::optional<RunFeed::Event> RunFeed::next(const std::string& run_id, std::uint64_t after,
                                            std::chrono::milliseconds wait, const std::stop_token& stop) const {
  std::unique_lock lock(mutex_);
  std::optional<Event> found;
  changed_.wait_for(lock, stop, wait, [&] {
    const auto run = runs_.find(run_id);
    if (run == runs_.end()) return true;
    for (const Event& event : run->second.events)
      if (event.number > after) {
        found = event;
        return true;
      }
    return run->second.is_over;
  });
  return found;
}

bool RunFeed::is_over(const std::string& run_id, std::uint64_t after) const {
  const std::lock_guard lock(mutex_);
  const auto run = runs_.find(run_id);
  return run == runs_.end() || (run->second.is_over && after >= run->second.last);
}

}  // namespace gapless
