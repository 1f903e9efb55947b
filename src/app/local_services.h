#pragma once

#include <memory>
#include <optional>

#include "app/configuration.h"
#include "app/data_directory.h"
#include "cli/services.h"
#include "engine/chdb/chdb_engine.h"
#include "state/sqlite/sqlite_store.h"
#include "warehouse/sql_warehouse.h"

namespace gapless {

/// The embedded engine and the SQLite store of one data directory.
class LocalServices final : public Services {
 public:
  /// `problem`: why the configuration is not what was asked for. Errors: kInvalidInput for a path that is none.
  static Result<std::unique_ptr<LocalServices>> make(Configuration configuration, std::optional<Error> problem,
                                                     std::vector<std::string> unknown_variables, std::stop_token stop);

  const Settings& settings() const override { return configuration_.settings; }
  const Clock& clock() const override { return *clock_; }
  const Definition& definition() const override { return definition_; }
  std::stop_token stop() const override { return stop_; }

  std::filesystem::path data_directory() const override { return directory_.root; }
  bool has_engine_data() const override;
  bool has_store() const override;
  Result<StateStore*> store() override;
  Result<Engine*> engine() override;
  Result<Loader*> loader() override;
  Result<Warehouse*> warehouse() override;
  Result<Figures> figures() override;
  Result<TeamSettings*> team_settings() override;
  Result<TakeOverReport> take_over() override;

  Limits limits() const override;
  ExecutorOptions executor_options() const override;

  const Installation& installation() const override { return installation_; }
  Result<std::string> engine_library() const override;
  std::optional<Error> data_directory_in_use() const override;
  std::string store_format() const override;

 private:
  LocalServices(Configuration configuration, DataDirectory directory, std::stop_token stop);
  Status open_engine();
  /// Writes down that this store keeps the warehouse, where nobody does. Errors: kConflict where another one does.
  Status check_keeper();
  Error kept_by_another(const WarehouseMeta& meta, std::string_view but) const;

  const Configuration configuration_;
  const DataDirectory directory_;
  const std::stop_token stop_;
  const std::unique_ptr<Clock> clock_;
  const sql::Source source_;
  const Definition definition_;
  Installation installation_;

  // In the order in which they are opened; closed the other way round.
  std::unique_ptr<SqliteStateStore> store_;
  std::unique_ptr<ChdbEngine> engine_;
  std::optional<Loader> loader_;
  std::optional<SqlWarehouse> warehouse_;
  bool tables_are_ready_ = false;
  std::optional<Executor> executor_;
  bool recovered_ = false;
  std::unique_ptr<TeamSettings> team_settings_;
};

}  // namespace gapless
