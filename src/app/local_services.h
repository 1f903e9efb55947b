#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "app/configuration.h"
#include "app/open_data.h"
#include "app/open_warehouse.h"
#include "cli/services.h"

namespace gapless {

/// Engine and store of one data directory, or those that it shares with others, for one command.
class LocalServices final : public Services {
 public:
  /// How the daemon is run, where it may be.
  using Serve = std::function<Result<ExitCode>(Services&, Output&)>;
  struct Parts {
    Configuration configuration;
    std::optional<Error> problem;  ///< why the configuration is not what was asked for
    std::vector<std::string> unknown_variables;
    std::shared_ptr<OpenData> data;  ///< of the configuration's data directory; may be shared with other commands
    Workplace workplace;
    std::stop_token stop;
    Serve serve;
  };
  explicit LocalServices(Parts parts);

  const Settings& settings() const override { return configuration_.settings; }
  const Clock& clock() const override { return *clock_; }
  const Definition& definition() const override { return definition_; }
  std::stop_token stop() const override { return stop_; }
  const Workplace& workplace() const override { return workplace_; }

  std::filesystem::path data_directory() const override { return data_->directory().root; }
  bool has_engine_data() const override;
  bool has_store() override;
  Result<StateStore*> store() override;
  Result<Engine*> engine(std::uint32_t shard = 0) override;
  Result<Loader*> loader() override;
  Result<Warehouse*> warehouse() override;
  Result<std::vector<TargetLook>> target_tables(std::uint32_t shard = 0) override;
  Result<RightsLook> rights(std::uint32_t shard = 0) override;
  Status settle() override;
  Result<Figures> figures() override;
  Result<Tables> tables() override;
  Result<Reports*> reports() override;
  ReportMemory& report_memory() override { return data_->report_memory(); }
  Result<TeamSettings*> team_settings() override;
  Result<TakeOverReport> take_over() override;

  Result<ExitCode> serve(Output& output) override;

  Limits limits() const override;
  ExecutorOptions executor_options() const override;

  const Installation& installation() const override { return installation_; }
  Result<std::string> engine_library() const override;
  std::optional<Error> data_directory_in_use() const override;
  std::string store_place() const override;
  std::string store_format() const override;
  Result<std::optional<std::chrono::microseconds>> store_round_trip() override;

 private:
  /// Not a server.
  bool is_embedded() const;
  ChdbOptions embedded() const;
  Result<std::vector<HttpEngineOptions>> servers() const;
  bool has_shared_store() const { return !configuration_.settings.state_url.empty(); }
  /// Of the store in PostgreSQL; none where it is a file. Errors: those of the file with the password.
  Result<std::optional<PostgresOptions>> shared_store() const;
  /// Of each shard.
  Result<std::vector<ShardEngine>> open_engines();
  /// The same, with every table in its place.
  Result<std::vector<ShardEngine>> prepared_engines();
  Result<Engine*> engine_of(std::uint32_t shard, const std::vector<ShardEngine>& engines) const;
  std::string engine_name() const;
  /// Writes down that this store keeps the warehouse, where nobody does. Errors: kConflict where another one does.
  Status check_keeper();
  Status prepare_tables(const std::vector<ShardEngine>& engines);
  /// As configured; the source is not looked at yet.
  WarehouseLayout layout() const;
  /// Before the source is known.
  Result<OpenWarehouse*> opened_warehouse();
  Status recover(bool nobody_else_at_work);
  /// Of a path as the configuration gives it; empty stays empty.
  std::filesystem::path resolved(const std::filesystem::path& path) const;
  Error kept_by_another(const WarehouseMeta& meta, std::string_view but) const;

  const Configuration configuration_;
  const std::shared_ptr<OpenData> data_;
  const Workplace workplace_;
  const std::stop_token stop_;
  const Serve serve_;
  const std::unique_ptr<Clock> clock_;
  const Definition definition_;
  Installation installation_;

  std::unique_ptr<OpenWarehouse> warehouse_;
  std::optional<Reports> reports_;  ///< set once the source was looked at
  bool has_targets_ = false;        ///< they were looked at, and can take figures
  std::optional<Executor> executor_;
  std::unique_ptr<TeamSettings> team_settings_;
};

}  // namespace gapless
