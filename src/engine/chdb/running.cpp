#include "engine/chdb/running.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/statement_id.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;

constexpr int kTimeoutExceeded = 159;
constexpr int kBadSettingValue = 36;
constexpr int kQueryWasCancelled = 394;
// chDB counts in microseconds, as we do, and both would wrap.
milliseconds bounded(milliseconds deadline) {
  constexpr milliseconds kTenYears = std::chrono::hours(24 * 3650);
  return std::min(deadline, kTenYears);
}

tl::unexpected<Error> cancelled(std::string_view id) {
  return fail(Fault::kCancelled, fmt::format("statement {} was cancelled", id), kQueryWasCancelled);
}

tl::unexpected<Error> timed_out(std::string_view id, milliseconds deadline) {
  return fail(Fault::kTimeout, fmt::format("statement {} passed its deadline of {} ms", id, deadline.count()),
              kTimeoutExceeded);
}

/// As far as one can tell: a connection is refused for a value that cannot be read, and for nothing else at that time.
tl::unexpected<Error> settings_refused(const std::map<std::string, std::string>& settings) {
  std::string names;
  for (const auto& [name, value] : settings) names += (names.empty() ? "" : ", ") + name;
  return fail(Fault::kBadQuery, fmt::format("chDB does not take the value of one of these settings: {}", names),
              kBadSettingValue);
}

ChdbSettings limits(const std::string& id, const StatementOptions& options, ChdbSettings settings) {
  settings["log_comment"] = id;
  const milliseconds deadline = bounded(options.deadline);
  settings["max_execution_time"] = fmt::format("{}.{:03}", deadline.count() / 1000, deadline.count() % 1000);
  if (options.memory_limit_bytes != 0) settings["max_memory_usage"] = std::to_string(options.memory_limit_bytes);
  if (options.read_only) settings["readonly"] = "1";  // 2 would let INSERT INTO FUNCTION file(…) write
  return settings;
}

}  // namespace

Result<RunningStatement> RunningStatement::begin(std::shared_ptr<const ChdbInstance> instance,
                                                 const StatementOptions& options, ChdbSettings more) {
  GAPLESS_ASSIGN(std::string id, statement_id_or_new(options.id));
  more.merge(ChdbSettings(options.settings));
  if (options.stop.stop_requested()) return cancelled(id);
  if (options.deadline <= milliseconds(0)) return timed_out(id, options.deadline);
  auto opened = instance->connect(limits(id, options, std::move(more)));
  if (!opened && !options.settings.empty()) return settings_refused(options.settings);
  if (!opened) return fail(std::move(opened.error()));
  ChdbConnection connection = std::move(*opened);
  if (!options.database.empty()) {  // chDB ignores --database
    const Statement use = Statement("USE {database:Identifier}").bind("database", options.database);
    GAPLESS_TRY(connection.query(use, "Null").status());
  }
  RunningStatement running(std::move(instance), id, options, std::move(connection));
  GAPLESS_ASSIGN(running.monitor_, StatementMonitor::start(running.instance_, std::move(id), options));
  return running;
}

RunningStatement::RunningStatement(std::shared_ptr<const ChdbInstance> instance, std::string id,
                                   const StatementOptions& options, ChdbConnection connection)
    : instance_(std::move(instance)),
      id_(std::move(id)),
      deadline_(bounded(options.deadline)),
      stop_(options.stop),
      began_(std::chrono::steady_clock::now()),
      connection_(std::move(connection)) {}

Status RunningStatement::interrupted() const {
  if (stop_.stop_requested()) return cancelled(id_);
  if (elapsed() >= deadline_) return timed_out(id_, deadline_);
  return {};
}

std::chrono::microseconds RunningStatement::elapsed() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_);
}

}  // namespace gapless
