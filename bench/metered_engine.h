#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "engine/engine.h"

namespace gapless::bench {

/// What statements of one kind cost.
struct Cost {
  std::uint64_t statements = 0;
  double seconds = 0;      ///< of the clock
  double cpu_seconds = 0;  ///< of the process meanwhile: of one statement where nothing else runs
  std::uint64_t rows_read = 0;
  std::uint64_t rows_written = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t peak_memory_bytes = 0;  ///< of the largest, as seen now and then
};

/// What a statement of a backfill is for.
enum class Purpose {
  kBuilding,  ///< it makes or moves data
  kChecking,  ///< it reads what was staged
  kOther      ///< it looks, plans or records
};

/// Seconds of processor time that the process has used.
double cpu_now();

/// An engine that keeps account of what it is asked.
class MeteredEngine final : public Engine {
 public:
  explicit MeteredEngine(Engine& engine) : engine_(engine) {}

  Result<Stats> execute(const Statement& statement, const StatementOptions& options) override;
  Result<Rows> select(const Statement& statement, const StatementOptions& options) override;
  Result<Stats> stream(const Statement& statement, std::string_view format, const StatementOptions& options,
                       const std::function<Status(std::string_view)>& sink) override;
  Result<std::unique_ptr<InsertStream>> insert(const Statement& statement, std::string_view format,
                                               const StatementOptions& options) override;
  Status cancel(std::string_view statement_id) override { return engine_.cancel(statement_id); }
  Result<std::string> version() override { return engine_.version(); }

  /// By the statement's first words.
  std::map<std::string, Cost> costs() const;
  /// Seconds of the clock in which any statement ran that builds, and in which any ran that builds or checks.
  double seconds_of_building() const;
  double seconds_of_work() const;
  void forget();

 private:
  template <class Run>
  auto metered(const Statement& statement, StatementOptions options, Run run);

  /// A time in which some statements run, or one does.
  struct Busy {
    using Time = std::chrono::steady_clock::time_point;
    void begin(Time now) {
      if (running++ == 0) since = now;
    }
    void end(Time now) {
      if (--running == 0) seconds += std::chrono::duration<double>(now - since).count();
    }
    std::size_t running = 0;
    Time since;
    double seconds = 0;
  };

  Engine& engine_;
  mutable std::mutex mutex_;
  std::map<std::string, Cost> costs_;
  Busy building_;
  Busy work_;
};

}  // namespace gapless::bench
