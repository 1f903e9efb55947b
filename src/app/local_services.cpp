#include "app/local_services.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <thread>

#include "app/machine_memory.h"
#include "app/source_settings.h"
#include "core/secret_file.h"
#include "engine/chdb/data_directory.h"
#include "engine/chdb/library.h"
#include "run/host.h"
#include "state/postgres/postgres_schema.h"
#include "state/postgres/postgres_store.h"
#include "state/sqlite/schema.h"
#include "teams/postgres/postgres_team_settings.h"
#include "teams/sqlite/sqlite_team_settings.h"
#include "util/counted.h"

namespace gapless {
namespace {

/// Of targets, ledger, definitions and meta, as this program writes them.
constexpr std::uint64_t kLayoutVersion = 2;

std::unique_ptr<Clock> clock_of(const std::optional<Instant>& fixed_now) {
  if (fixed_now) return std::make_unique<ManualClock>(*fixed_now);
  return std::make_unique<SystemClock>();
}

}  // namespace

LocalServices::LocalServices(Parts parts)
    : configuration_(std::move(parts.configuration)),
      data_(std::move(parts.data)),
      workplace_(std::move(parts.workplace)),
      stop_(std::move(parts.stop)),
      serve_(std::move(parts.serve)),
      clock_(clock_of(configuration_.fixed_now)),
      definition_(sql::web_definition(described(source_spec(configuration_.settings)))) {
  installation_.configuration_path = configuration_.path;
  installation_.has_configuration_file = configuration_.has_file;
  installation_.configuration_error = std::move(parts.problem);
  installation_.values = configuration_.values;
  installation_.unknown_variables = std::move(parts.unknown_variables);
  installation_.fixed_now = configuration_.fixed_now;
  installation_.memory_bytes = machine_memory_bytes();
  installation_.memory_limit_bytes = resolve(configuration_.settings.memory, installation_.memory_bytes);
  // A share of this machine says nothing about a server: without bytes, its own limits hold.
  if (!is_embedded()) installation_.memory_limit_bytes = configuration_.settings.memory.bytes.value_or(0);
}

bool LocalServices::has_engine_data() const {
  std::error_code ignored;
  if (!is_embedded()) return true;
  return std::filesystem::exists(data_->directory().engine(), ignored);
}

bool LocalServices::has_store() {
  std::error_code ignored;
  if (!has_shared_store()) return std::filesystem::exists(data_->directory().store(), ignored);
  if (data_->shared_store() != nullptr) return true;
  const auto options = shared_store();
  return !options || PostgresStateStore::exists(**options).value_or(true);
}

Result<StateStore*> LocalServices::store() {
  GAPLESS_ASSIGN(const auto shared, shared_store());
  return data_->store(shared);
}

Result<std::optional<PostgresOptions>> LocalServices::shared_store() const {
  if (!has_shared_store()) return std::nullopt;
  const Settings& settings = configuration_.settings;
  PostgresOptions options{.connection = settings.state_url,
                          .password = std::nullopt,
                          .schema = settings.state_schema,
                          .stop = data_->stop()};
  if (!settings.state_password_file.empty()) {
    GAPLESS_ASSIGN(options.password, read_secret_file(resolved(settings.state_password_file), "state.password_file"));
  }
  return options;
}

bool LocalServices::is_embedded() const { return configuration_.settings.servers().empty(); }

Result<std::vector<HttpEngineOptions>> LocalServices::servers() const {
  constexpr unsigned kPriorityOnServers = 10;
  const Settings& settings = configuration_.settings;
  HttpEngineOptions options{.url = {},
                            .user = settings.engine_user,
                            .password = settings.engine_password,
                            .database = {},
                            .ca_file = resolved(settings.engine_ca_file),
                            .settings = settings.engine_settings,
                            .threads = settings.max_threads,
                            .priority = settings.priority.value_or(kPriorityOnServers)};
  if (options.password.empty() && !settings.engine_password_file.empty()) {
    GAPLESS_ASSIGN(options.password, read_secret_file(resolved(settings.engine_password_file), "engine.password_file"));
  }
  std::vector<HttpEngineOptions> all;
  for (const std::string& url : settings.servers()) {
    options.url = url;
    all.push_back(options);
  }
  return all;
}

ChdbOptions LocalServices::embedded() const {
  const Settings& settings = configuration_.settings;
  ChdbOptions options{.directory = data_->directory().engine(),
                      .threads = settings.max_threads,
                      .memory_limit_bytes = installation_.memory_limit_bytes,
                      .library = settings.chdb_library,
                      .settings = settings.engine_settings};
  if (settings.priority) options.settings["priority"] = std::to_string(*settings.priority);
  return options;
}

Result<std::vector<ShardEngine>> LocalServices::open_engines() {
  std::variant<ChdbOptions, std::vector<HttpEngineOptions>> options = embedded();
  if (!is_embedded()) {
    GAPLESS_ASSIGN(options, servers());
  }
  GAPLESS_ASSIGN(const auto engines, data_->engines(options));
  const std::vector<std::string> names = configuration_.settings.servers();
  std::vector<ShardEngine> all;
  for (std::size_t shard = 0; shard < engines.size(); ++shard)
    all.push_back({engines[shard], names.empty() ? "" : names[shard]});
  return all;
}

Status LocalServices::prepare_tables(const std::vector<ShardEngine>& engines) {
  if (is_embedded()) {
    Loader& loader = data_->loader(configuration_.settings.database);
    GAPLESS_TRY(loader.prepare());
    GAPLESS_ASSIGN(const std::size_t undone, loader.recover());
    if (undone > 0) spdlog::info("undid {} loads that had not been finished", undone);
  }
  return prepare_shards(engines, layout(), limits());
}

Result<std::vector<ShardEngine>> LocalServices::prepared_engines() {
  GAPLESS_ASSIGN(auto engines, open_engines());
  const Settings& settings = configuration_.settings;
  const std::string tables =
      fmt::format("tables of {}{}", settings.database.text(), settings.keeps_breakdowns ? " with breakdowns" : "");
  GAPLESS_TRY(data_->once(tables, [&] { return prepare_tables(engines); }));
  return engines;
}

Result<Engine*> LocalServices::engine_of(std::uint32_t shard, const std::vector<ShardEngine>& engines) const {
  if (shard < engines.size()) return engines[shard].engine;
  return fail(Fault::kInvalidInput,
              fmt::format("there is no shard {}: {}", shard,
                          engines.size() == 1
                              ? std::string("there is one engine (engine.shards names several)")
                              : fmt::format("engine.shards names {}, 0 to {}", engines.size(), engines.size() - 1)));
}

Result<Engine*> LocalServices::engine(std::uint32_t shard) {
  GAPLESS_ASSIGN(const auto engines, prepared_engines());
  return engine_of(shard, engines);
}

Result<Loader*> LocalServices::loader() {
  if (!is_embedded())
    return fail(Fault::kInvalidInput,
                "load brings files into the embedded engine; on a server (engine.url) events come from source.table");
  GAPLESS_TRY(settle());
  return &data_->loader(configuration_.settings.database);
}

Result<OpenWarehouse*> LocalServices::opened_warehouse() {
  GAPLESS_ASSIGN(const auto engines, prepared_engines());
  if (warehouse_ == nullptr) {
    GAPLESS_ASSIGN(warehouse_, OpenWarehouse::open(engines, layout(), configuration_.settings.team_buckets, limits()));
  }
  return warehouse_.get();
}

WarehouseLayout LocalServices::layout() const {
  const Settings& settings = configuration_.settings;
  Targets targets = all_targets();
  if (!settings.keeps_breakdowns) std::erase(targets, Target::kBreakdowns);
  return {settings.database, settings.staging_database.value_or(settings.database), described(source_spec(settings)),
          std::move(targets), settings.team_buckets.value_or(TeamBuckets())};
}

Result<Warehouse*> LocalServices::warehouse() {
  GAPLESS_ASSIGN(OpenWarehouse* const warehouse, opened_warehouse());
  // Who settles has looked; of several servers who only looks must know, too, that each is the one that it was.
  if (warehouse->count() > 1 && !executor_ && !reports_)
    GAPLESS_TRY(warehouse->all().meta(limits()).map([](const auto&) {}));
  GAPLESS_TRY(warehouse->check_buckets(configuration_.settings.team_buckets));
  if (!reports_) {
    GAPLESS_ASSIGN(const auto shards, prepared_engines());
    // The same on every server, which sees the same events.
    GAPLESS_ASSIGN(sql::Source source, resolve_source(*shards.front().engine, source_spec(configuration_.settings),
                                                      limits(), data_->sources()));
    std::vector<Engine*> engines;
    for (const ShardEngine& one : shards) engines.push_back(one.engine);
    reports_.emplace(std::move(engines), sql::ReportTables::in(configuration_.settings.database, source),
                     &report_memory());
    warehouse->set_source(source);
  }
  return &warehouse->all();
}

std::filesystem::path LocalServices::resolved(const std::filesystem::path& path) const {
  return path.empty() ? path : workplace_.resolve(path);
}

std::string LocalServices::engine_name() const {
  if (is_embedded()) return data_->directory().engine().string();
  return fmt::format("{}", fmt::join(configuration_.settings.servers(), ", "));
}

Status LocalServices::check_keeper() {
  Warehouse& warehouse = warehouse_->all();
  GAPLESS_ASSIGN(const auto meta, warehouse.meta(limits()));
  if (meta && meta->layout_version > kLayoutVersion) {
    return fail(Fault::kConflict,
                fmt::format("the tables in {} have layout {}, written by a newer gapless; this one knows"
                            " layout {}. Use the newer one",
                            engine_name(), meta->layout_version, kLayoutVersion));
  }
  if (meta && !has_store()) return fail(kept_by_another(*meta, "is not there"));  // and none is made in its place
  GAPLESS_ASSIGN(StateStore* const store, store());
  GAPLESS_ASSIGN(const std::string store_id, store->store_id());
  if (!meta) return warehouse.write_meta({store_id, host_name(), layout_version_of(warehouse.shards())}, limits());
  if (meta->store_id != store_id) return fail(kept_by_another(*meta, fmt::format("is store {}", store_id)));
  if (meta->shards < warehouse.shards().count())
    spdlog::info(
        "the teams are spread over {}, and engine.shards names {}: the next backfill moves those that are the"
        " new ones'",
        counted(meta->shards, "server", "servers"), warehouse.shards().count());
  return {};
}

Error LocalServices::kept_by_another(const WarehouseMeta& meta, std::string_view but) const {
  const std::string advice =
      has_shared_store()
          ? fmt::format("Point state.url and state.schema at store {}, as the other hosts have them", meta.store_id)
          : fmt::format(
                "Point --data at the directory that has store {}, put its state.sqlite back, or state.url at"
                " the database where several hosts keep it",
                meta.store_id);
  return {Fault::kConflict, 0,
          fmt::format("this warehouse is kept by store {} (host {}), but {} {}: nothing is published. {}; or, if it is"
                      " lost: gapless adopt --take-over",
                      meta.store_id, meta.host, store_place(), but, advice)};
}

Status LocalServices::recover(bool nobody_else_at_work) {
  ExecutorOptions options = executor_options();
  options.exclusive = nobody_else_at_work;
  GAPLESS_ASSIGN(const RecoveryReport report, executor_->recover(options));
  for (const std::string& run : report.interrupted_runs)
    spdlog::info("run {} had ended without finishing; it is marked as interrupted", run);
  if (report.swept > 0) spdlog::info("dropped the staging tables of {} partitions that nobody works on", report.swept);
  return {};
}

Status LocalServices::settle() {
  GAPLESS_ASSIGN(OpenWarehouse* const warehouse, opened_warehouse());
  if (!executor_) GAPLESS_TRY(check_keeper());
  GAPLESS_ASSIGN(StateStore* const store, store());
  if (!executor_) executor_.emplace(warehouse->all(), *store, *clock_, definition_);
  return data_->begin_work(configuration_.settings.database.text(), stop_,
                           [this](bool nobody_else_at_work) { return recover(nobody_else_at_work); });
}

Result<std::vector<TargetLook>> LocalServices::target_tables(std::uint32_t shard) {
  GAPLESS_ASSIGN(const auto engines, prepared_engines());
  GAPLESS_ASSIGN(Engine* const engine, engine_of(shard, engines));
  const Targets targets = layout().targets;
  const auto look = [&] { return look_at_targets(*engine, configuration_.settings.database, targets, limits()); };
  auto looks = look();
  if (!looks || looks->size() == targets.size()) return looks;
  // Somebody took one away since this process made them.
  GAPLESS_TRY(prepare_shards(engines, layout(), limits()));
  return look();
}

Result<RightsLook> LocalServices::rights(std::uint32_t shard) {
  GAPLESS_ASSIGN(const auto engines, open_engines());
  GAPLESS_ASSIGN(Engine* const engine, engine_of(shard, engines));
  const WarehouseLayout tables = layout();
  return look_at_rights(*engine,
                        {tables.database, tables.staging_database, tables_read(source_spec(configuration_.settings)),
                         configuration_.settings.engine_user, tables.targets},
                        limits());
}

Result<Figures> LocalServices::figures() {
  GAPLESS_TRY(settle());
  if (!has_targets_) {
    // Before anything is built for a table that cannot take it.
    for (std::uint32_t shard = 0; shard < warehouse_->count(); ++shard) {
      GAPLESS_ASSIGN(const auto targets, target_tables(shard));
      GAPLESS_TRY(check_targets(targets, configuration_.settings.database));
    }
    has_targets_ = true;
  }
  GAPLESS_ASSIGN(Warehouse* const warehouse, this->warehouse());
  GAPLESS_ASSIGN(StateStore* const store, store());
  return Figures{warehouse, store, &*executor_};
}

Result<Tables> LocalServices::tables() {
  GAPLESS_TRY(settle());
  GAPLESS_ASSIGN(StateStore* const store, store());
  return Tables{&warehouse_->all(), &warehouse_->rebuild(), store, &*executor_};
}

Result<Reports*> LocalServices::reports() {
  GAPLESS_TRY(warehouse());
  return &*reports_;
}

Result<TeamSettings*> LocalServices::team_settings() {
  using Kind = TeamSettingsDatabase::Kind;
  const Settings& settings = configuration_.settings;
  const auto& [kind, location] = settings.team_settings_database;
  if (kind == Kind::kNone)
    return fail(
        Fault::kInvalidInput,
        "teams.settings_database says nowhere to look; set it to postgresql://user@host/database or sqlite:PATH");
  if (team_settings_ == nullptr && kind == Kind::kPostgres)
    team_settings_ = std::make_unique<PostgresTeamSettings>(
        PostgresTeamSettings::Options{.connection = location,
                                      .password_file = resolved(settings.team_settings_password_file),
                                      .table = settings.team_settings_table,
                                      .stop = stop_});
  if (team_settings_ == nullptr && kind == Kind::kSqlite)
    team_settings_ = std::make_unique<SqliteTeamSettings>(
        SqliteTeamSettings::Options{.file = resolved(location), .table = settings.team_settings_table, .stop = stop_});
  return team_settings_.get();
}

Result<TakeOverReport> LocalServices::take_over() {
  GAPLESS_TRY(opened_warehouse());
  GAPLESS_ASSIGN(StateStore* const store, store());
  return gapless::take_over(warehouse_->all(), *store, kLayoutVersion, limits());
}

Result<ExitCode> LocalServices::serve(Output& output) {
  if (!serve_) return fail(Fault::kInvalidInput, "a daemon serves already, and begins no other");
  return serve_(*this, output);
}

Limits LocalServices::limits() const {
  return {configuration_.settings.statement_timeout, installation_.memory_limit_bytes, stop_};
}

ExecutorOptions LocalServices::executor_options() const {
  const Settings& settings = configuration_.settings;
  ExecutorOptions options;
  options.max_concurrent = settings.max_concurrent;
  options.targets_at_once = std::thread::hardware_concurrency();
  options.newest_first = settings.newest_first;
  options.max_shrink_percent = settings.max_shrink_percent;
  const Day today = Day::of(clock().now());
  if (settings.retention_days) options.kept.source_from = today - *settings.retention_days;
  if (settings.keep_days) options.kept.targets_from = today - *settings.keep_days;
  options.statement_timeout = settings.statement_timeout;
  options.memory_limit_bytes = installation_.memory_limit_bytes;
  options.pause_between_days = settings.pause_between_days;
  options.retry = settings.retry;
  options.stop = stop_;
  return options;
}

Result<std::string> LocalServices::engine_library() const {
  std::error_code ignored;
  const auto& given = configuration_.settings.chdb_library;
  const std::filesystem::path file = given.empty() ? ChdbLibrary::cached_file() : given;
  GAPLESS_TRY(ChdbLibrary::load(given));
  return !file.empty() && std::filesystem::exists(file, ignored) ? file.string()
                                                                 : std::string("libchdb.so, as the loader finds it");
}

std::optional<Error> LocalServices::data_directory_in_use() const {
  if (data_->is_engine_open() || !is_embedded()) return std::nullopt;
  return gapless::data_directory_in_use(data_->directory().engine());
}

std::string LocalServices::store_place() const {
  if (!has_shared_store()) return data_->directory().store().string();
  const Settings& settings = configuration_.settings;
  return "PostgreSQL at " +
         PostgresStateStore::shown(
             {.connection = settings.state_url, .password = std::nullopt, .schema = settings.state_schema});
}

std::string LocalServices::store_format() const {
  return fmt::format("schema {}", has_shared_store() ? postgres_schema_version() : schema_version());
}

Result<std::optional<std::chrono::microseconds>> LocalServices::store_round_trip() {
  if (PostgresStateStore* const shared = data_->shared_store())
    return shared->round_trip().map([](std::chrono::microseconds took) { return std::optional(took); });
  return std::nullopt;
}

}  // namespace gapless
