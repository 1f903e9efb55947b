#include "embedded/embedded.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "engine/chdb/chdb_engine.h"
#include "sql/columns.h"

namespace gapless::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

Identifier database() { return must(Identifier::parse("gapless", "test")); }

}  // namespace

WarehouseLayout layout() { return {database(), database(), {TableName::own(database(), "events")}}; }

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "gapless-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Embedded::Embedded() : definition_(sql::web_definition(layout().source)) {
  ChdbOptions options;
  options.directory = directory_.path() / "engine";
  engine_ = must(ChdbEngine::open(options));
  create();
}

void Embedded::create() {
  loader_ = std::make_unique<Loader>(*engine_, database());
  must(loader_->prepare());
  WarehouseLayout tables = layout();
  tables.team_buckets = team_buckets_;
  warehouse_ = std::make_unique<SqlWarehouse>(*engine_, std::move(tables));
  must(warehouse_->prepare({}));
  store_ = std::make_unique<MemoryStateStore>([this] { return clock_.now(); });
}

void Embedded::reset(TeamBuckets buckets) {
  team_buckets_ = buckets;
  execute("DROP DATABASE IF EXISTS gapless SYNC");
  create();
}

void Embedded::forget_rollup() {
  for (const Target target : kTargets) execute(fmt::format("DROP TABLE IF EXISTS gapless.{} SYNC", table_name(target)));
  execute("DROP TABLE IF EXISTS gapless.gapless_ledger SYNC");
  create();
}

LoadReport Embedded::load(const std::string& ndjson) {
  const auto path = directory_.path() / "events.ndjson";
  std::ofstream(path) << ndjson;
  ReadOptions options{must(TeamId::from(1, "test")), "", clock_.now(), 0, nullptr, {}, {}};
  return must(loader_->load(path, LoadFormat::kEvents, options));
}

Plan Embedded::plan(DayRange window, std::optional<Teams> teams, PlanOptions options,
                    std::optional<Scope::Beyond> beyond) {
  Scope scope{window, std::move(teams), {}, window.last, false};
  scope.beyond = beyond;
  Observation seen = must(observe(*warehouse_, *store_, scope, definition_, {}));
  return plan_of(seen, window, definition_, options);
}

RunReport Embedded::backfill(DayRange window, std::optional<Teams> teams, PlanOptions options) {
  return run(plan(window, std::move(teams), std::move(options)));
}

RunReport Embedded::run(const Plan& plan, std::uint64_t memory_limit_bytes) {
  Executor executor(*warehouse_, *store_, clock_, definition_);
  ExecutorOptions execution;
  execution.max_concurrent = 2;
  execution.targets_at_once = 2;
  execution.allow_shrink = true;
  execution.memory_limit_bytes = memory_limit_bytes;
  return must(executor.run(plan, {fmt::format("run-{}", ++runs_), "manual", "command"}, execution, {}));
}

void Embedded::write_groups(Target target, const std::filesystem::path& path) {
  std::string columns = "toString(toDate(period_bucket)), toString(toHour(period_bucket)), toString(team_id)";
  for (const sql::Column& column : sql::dimensions(target))
    columns += column.type == "Bool" ? fmt::format(", toString(toUInt8({}))", column.name)
                                     : fmt::format(", toString({})", column.name);
  for (const sql::Column& column : sql::states(target))
    columns += fmt::format(", toString(finalizeAggregation({}))", column.name);
  std::ofstream out(path);
  must(engine_->stream(Statement(fmt::format("SELECT {} FROM gapless.{}", columns, table_name(target))),
                       "JSONCompactEachRow", {}, [&out](std::string_view bytes) -> Status {
                         out << bytes;
                         return {};
                       }));
}

Rows Embedded::rows(const std::string& query) { return must(engine_->select(Statement(query), {})); }

std::uint64_t Embedded::number(const std::string& query) { return must(rows(query).u64(0, 0)); }

void Embedded::execute(const std::string& statement) { must(engine_->execute(Statement(statement), {})); }

}  // namespace gapless::test
