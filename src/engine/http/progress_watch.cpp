#include "engine/http/progress_watch.h"

#include <fmt/format.h>

#include <system_error>

#include "util/on_behalf.h"

namespace gapless {

Result<std::unique_ptr<ProgressWatch>> ProgressWatch::start(std::shared_ptr<ServerLink> link, std::string query_id,
                                                            std::function<void(const Progress&)> report) {
  std::unique_ptr<ProgressWatch> watch(new ProgressWatch(std::move(link), std::move(query_id), std::move(report)));
  try {
    watch->thread_ = std::thread([watching = watch.get(), whom = working_for] {
      const OnBehalfOf same(whom);
      watching->watch();
    });
  } catch (const std::system_error& error) {
    return fail(Fault::kUnavailable, fmt::format("no thread to watch a statement with: {}", error.what()));
  }
  return watch;
}

ProgressWatch::~ProgressWatch() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ProgressWatch::watch() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, link_->patience().between_reports, [this] { return ended_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

// Progress is for people to look at: where it cannot be had, the next report may.
void ProgressWatch::look() const {
  Statement statement(
      "SELECT read_rows, total_rows_approx, toUInt64(greatest(memory_usage, 0)) AS memory FROM system.processes"
      " WHERE query_id = {id:String}");
  const auto rows = link_->ask(statement.bind("id", query_id_), link_->patience().question);
  if (!rows || rows->size() == 0) return;
  report_({rows->u64(0, 0).value_or(0), rows->u64(0, 1).value_or(0), rows->u64(0, 2).value_or(0)});
}

}  // namespace gapless
