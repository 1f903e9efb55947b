#include "engine/chdb/monitor.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>

namespace gapless {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenKills = 50ms;
constexpr auto kBetweenReports = 200ms;
constexpr auto kIdle = 1h;  // woken by a stop, or by the end

}  // namespace

Result<std::unique_ptr<StatementMonitor>> StatementMonitor::start(std::shared_ptr<const ChdbInstance> instance,
                                                                  std::string statement_id,
                                                                  const StatementOptions& options) {
  if (!options.on_progress && !options.stop.stop_possible()) return nullptr;
  std::unique_ptr<StatementMonitor> monitor(
      new StatementMonitor(std::move(instance), std::move(statement_id), options));
  try {
    monitor->thread_ = std::thread([watched = monitor.get()] { watched->watch(); });
  } catch (const std::system_error& error) {
    return fail(Fault::kUnavailable, fmt::format("no thread to watch a statement with: {}", error.what()));
  }
  monitor->on_stop_.emplace(options.stop, [waiting = monitor.get()] { waiting->wake(); });
  return monitor;
}

StatementMonitor::StatementMonitor(std::shared_ptr<const ChdbInstance> instance, std::string statement_id,
                                   const StatementOptions& options)
    : instance_(std::move(instance)),
      statement_id_(std::move(statement_id)),
      on_progress_(options.on_progress),
      stop_(options.stop) {}

StatementMonitor::~StatementMonitor() {
  on_stop_.reset();
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StatementMonitor::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void StatementMonitor::watch() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const bool stopping = stop_.stop_requested();
    const auto pause = stopping ? kBetweenKills : on_progress_ ? kBetweenReports : kIdle;
    if (stopping) {
      lock.unlock();
      // A failure to kill is answered by the next attempt; the statement's own deadline ends it at the latest.
      static_cast<void>(instance_->kill(statement_id_));
      lock.lock();
    }
    changed_.wait_for(lock, pause, [&] { return ended_ || (!stopping && stop_.stop_requested()); });
    if (!ended_ && !stop_.stop_requested() && on_progress_) {
      lock.unlock();
      report_progress();
      lock.lock();
    }
  }
}

// Progress is for people to look at: where it cannot be had, the next report may.
void StatementMonitor::report_progress() const {
  Statement statement(
      "SELECT read_rows, total_rows_approx, toUInt64(greatest(memory_usage, 0)) AS memory FROM system.processes"
      " WHERE Settings['log_comment'] = {id:String}");
  const auto rows = instance_->ask(statement.bind("id", statement_id_));
  if (!rows || rows->size() == 0) return;
  on_progress_({rows->u64(0, 0).value_or(0), rows->u64(0, 1).value_or(0), rows->u64(0, 2).value_or(0)});
}

}  // namespace gapless
