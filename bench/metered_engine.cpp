#include "metered_engine.h"

#include <sys/resource.h>

#include <atomic>

namespace gapless::bench {
namespace {

/// "INSERT INTO … stats": the first words, names of tables without what is their own of a run.
std::string kind_of(const std::string& text) {
  std::string kind = text.substr(0, text.find_first_of("(\n"));
  const auto staging = kind.find("staging_");
  if (staging != std::string::npos) {
    const auto end = kind.find('`', staging);
    const auto last = kind.rfind('_', end);
    kind.replace(staging, last - staging, "staging");
  }
  constexpr std::size_t kLongest = 90;
  return kind.substr(0, kLongest);
}

Purpose purpose_of(const std::string& text) {
  const bool is_staged = text.find("staging_") != std::string::npos;
  if (text.starts_with("SELECT")) return is_staged ? Purpose::kChecking : Purpose::kOther;
  return is_staged || text.starts_with("ALTER TABLE") ? Purpose::kBuilding : Purpose::kOther;
}

}  // namespace

double cpu_now() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

template <class Run>
auto MeteredEngine::metered(const Statement& statement, StatementOptions options, Run run) {
  auto peak = std::make_shared<std::atomic<std::uint64_t>>(0);
  options.on_progress = [peak, also = options.on_progress](const Progress& progress) {
    if (progress.memory_bytes > *peak) *peak = progress.memory_bytes;
    if (also) also(progress);
  };
  const auto begun = std::chrono::steady_clock::now();
  const double cpu = cpu_now();
  const Purpose purpose = purpose_of(statement.text());
  {
    const std::lock_guard lock(mutex_);
    if (purpose == Purpose::kBuilding) building_.begin(begun);
    if (purpose != Purpose::kOther) work_.begin(begun);
  }
  auto result = run(options);
  const std::lock_guard lock(mutex_);
  const auto ended = std::chrono::steady_clock::now();
  if (purpose == Purpose::kBuilding) building_.end(ended);
  if (purpose != Purpose::kOther) work_.end(ended);
  Cost& cost = costs_[kind_of(statement.text())];
  ++cost.statements;
  cost.seconds += std::chrono::duration<double>(ended - begun).count();
  cost.cpu_seconds += cpu_now() - cpu;
  cost.peak_memory_bytes = std::max<std::uint64_t>(cost.peak_memory_bytes, *peak);
  if constexpr (std::is_same_v<decltype(result), Result<Stats>>) {
    if (result) {
      cost.rows_read += result->rows_read;
      cost.rows_written += result->rows_written;
      cost.bytes_written += result->bytes_written;
    }
  }
  return result;
}

Result<Stats> MeteredEngine::execute(const Statement& statement, const StatementOptions& options) {
  return metered(statement, options, [&](const StatementOptions& with) { return engine_.execute(statement, with); });
}

Result<Rows> MeteredEngine::select(const Statement& statement, const StatementOptions& options) {
  return metered(statement, options, [&](const StatementOptions& with) { return engine_.select(statement, with); });
}

Result<Stats> MeteredEngine::stream(const Statement& statement, std::string_view format,
                                    const StatementOptions& options,
                                    const std::function<Status(std::string_view)>& sink) {
  return metered(statement, options,
                 [&](const StatementOptions& with) { return engine_.stream(statement, format, with, sink); });
}

Result<std::unique_ptr<InsertStream>> MeteredEngine::insert(const Statement& statement, std::string_view format,
                                                            const StatementOptions& options) {
  return engine_.insert(statement, format, options);
}

std::map<std::string, Cost> MeteredEngine::costs() const {
  const std::lock_guard lock(mutex_);
  return costs_;
}

double MeteredEngine::seconds_of_building() const {
  const std::lock_guard lock(mutex_);
  return building_.seconds;
}

double MeteredEngine::seconds_of_work() const {
  const std::lock_guard lock(mutex_);
  return work_.seconds;
}

void MeteredEngine::forget() {
  const std::lock_guard lock(mutex_);
  costs_.clear();
  building_ = {};
  work_ = {};
}

}  // namespace gapless::bench
