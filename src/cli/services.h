#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "core/clock.h"
#include "core/definition.h"
#include "engine/engine.h"
#include "load/loader.h"
#include "query/reports.h"
#include "run/executor.h"
#include "run/take_over.h"
#include "state/state_store.h"
#include "teams/team_settings.h"
#include "util/workplace.h"
#include "warehouse/rights.h"
#include "warehouse/target_rebuild.h"
#include "warehouse/target_shape.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// What reads and writes figures, with nothing left over from runs that died.
struct Figures {
  Warehouse* warehouse;
  StateStore* store;
  Executor* executor;
};

/// What makes the target tables anew, with nothing left over from runs that died. They need not be alike.
struct Tables {
  Warehouse* warehouse;
  TargetRebuild* rebuild;
  StateStore* store;
  Executor* executor;
};

/// Everything that commands work on, opened when it is first asked for and closed with this object. app/ implements it.
/// What is returned stays valid as long as this does. Errors say what to do; asking again after one tries again.
class Services {
 public:
  virtual ~Services() = default;

  virtual const Settings& settings() const = 0;
  virtual const Clock& clock() const = 0;
  virtual const Definition& definition() const = 0;
  /// Requested by the first SIGINT or SIGTERM.
  virtual std::stop_token stop() const = 0;
  virtual const Workplace& workplace() const = 0;

  /// The data directory's absolute path; it need not exist.
  virtual std::filesystem::path data_directory() const = 0;
  /// False: the engine would begin with nothing.
  virtual bool has_engine_data() const = 0;
  /// False: store() would make a new one. True also where that cannot be found out, so that store() says why.
  virtual bool has_store() = 0;
  /// Makes the data directory and the store where there are none.
  virtual Result<StateStore*> store() = 0;
  /// The embedded engine, with loads that never committed undone and every table in its place.
  /// Of several servers that of a shard. Errors: kInvalidInput where there is no such shard.
  virtual Result<Engine*> engine(std::uint32_t shard = 0) = 0;
  virtual Result<Loader*> loader() = 0;
  /// The warehouse, whoever keeps it: to look only.
  virtual Result<Warehouse*> warehouse() = 0;
  /// What runs that died left behind is finished or discarded, once; the source is not looked at. Errors also: kConflict
  /// where another state store keeps this warehouse.
  virtual Status settle() = 0;
  /// All of it settled, and the source found to be as configured.
  virtual Result<Figures> figures() = 0;
  /// All of it settled; the source is not looked at, nor how the targets are partitioned.
  virtual Result<Tables> tables() = 0;
  /// What reads reports, of the warehouse's tables and the source.
  virtual Result<Reports*> reports() = 0;
  /// What was found for reports, here and by other commands of the process.
  virtual ReportMemory& report_memory() = 0;
  /// How the target tables that exist are made, on a shard. The source is not looked at.
  virtual Result<std::vector<TargetLook>> target_tables(std::uint32_t shard = 0) = 0;
  /// What the user of a server may do, that of a shard; opens it, and makes no tables first.
  virtual Result<RightsLook> rights(std::uint32_t shard = 0) = 0;
  /// The table that the strategy project_settings looks at. Errors: kInvalidInput where the configuration names none.
  virtual Result<TeamSettings*> team_settings() = 0;
  /// Makes store() the warehouse's keeper. Errors as run/take_over.h.
  virtual Result<TakeOverReport> take_over() = 0;

  /// Runs the daemon until it is told to stop. Errors: why it could not begin.
  virtual Result<ExitCode> serve(Output& output) = 0;

  /// Bounds for looking, and how the executor works, as configured.
  virtual Limits limits() const = 0;
  virtual ExecutorOptions executor_options() const = 0;

  /// What doctor tells of the installation.
  struct Installation {
    std::string configuration_path;            ///< where the file is looked for
    bool has_configuration_file = false;       ///< false: built-in defaults
    std::optional<Error> configuration_error;  ///< settings are then the built-in ones
    std::vector<SettingValue> values;
    /// Variables of the environment that look like ours and are not known.
    std::vector<std::string> unknown_variables;
    std::optional<Instant> fixed_now;  ///< GAPLESS_NOW
    std::uint64_t memory_bytes = 0;    ///< of the machine or the cgroup
    std::uint64_t memory_limit_bytes = 0;
  };
  virtual const Installation& installation() const = 0;
  /// The chDB library's file, without opening it. Errors: kUnavailable where it is not to be had.
  virtual Result<std::string> engine_library() const = 0;
  /// kConflict, naming the process, where another one has the data directory open.
  virtual std::optional<Error> data_directory_in_use() const = 0;
  /// Where the state store is, or would be: its file, or where in PostgreSQL.
  virtual std::string store_place() const = 0;
  /// "schema 2": of the state store that this program reads and writes.
  virtual std::string store_format() const = 0;
  /// To a store that is open on a server, and back; none for others.
  virtual Result<std::optional<std::chrono::microseconds>> store_round_trip() = 0;
};

}  // namespace gapless
