#include "world.h"

#include <fmt/format.h>

#include <stdexcept>
#include <thread>

#include "load/loader.h"
#include "warehouse/source_mapping.h"

namespace gapless::bench {
namespace {

Identifier identifier(const std::string& text) { return must(Identifier::parse(text, "bench")); }

TableName table_of(const std::string& text) {
  const auto dot = text.find('.');
  return TableName::own(identifier(text.substr(0, dot)), text.substr(dot + 1));
}

/// Dimensions as a site has them whose visitors come in few kinds.
constexpr std::string_view kFewKinds =
    "* REPLACE(concat('/', splitByChar('/', pathname)[2] IN ('blog', 'docs', 'app') ? 'read' : 'buy') AS pathname, "
    "concat('www.team', toString(team_id), '.example.com') AS host, if(device_type = 'Mobile', 390, 1920) AS "
    "viewport_width, if(device_type = 'Mobile', 664, 969) AS viewport_height, if(browser = 'Chrome', 'Chrome', "
    "'Safari') "
    "AS browser, if(device_type = 'Mobile', 'iOS', 'Windows') AS os, '' AS utm_source, '' AS utm_medium, '' AS "
    "utm_term, "
    "'' AS utm_content, '' AS utm_campaign, if(country_code IN ('US', 'GB'), country_code, 'DE') AS country_code, '' "
    "AS "
    "city_name, '' AS region_code, '' AS region_name, if(startsWith(referring_domain, 'ref'), 'example.org', "
    "referring_domain) AS referring_domain, false AS has_gclid, false AS has_gad_source_paid_search, false AS "
    "has_fbclid, "
    "false AS mat_metadata_loggedIn, '' AS mat_metadata_backend)";

}  // namespace

Workbench::Workbench(const std::filesystem::path& directory) : directory_(directory) {
  std::filesystem::create_directories(directory);
  ChdbOptions options;
  options.directory = directory / "engine";
  engine_ = must(ChdbEngine::open(options));
  metered_ = std::make_unique<MeteredEngine>(*engine_);
}

Stats Workbench::execute(const std::string& statement) {
  StatementOptions options;
  options.deadline = std::chrono::hours(1);
  return must(engine_->execute(Statement(statement), options));
}

Rows Workbench::rows(const std::string& query) { return must(engine_->select(Statement(query), {})); }

std::uint64_t Workbench::number(const std::string& query) { return must(rows(query).u64(0, 0)); }

void Workbench::make_events(std::uint64_t sessions, const std::string& workload) {
  const std::string made = fmt::format("made_{}", sessions);
  if (number(fmt::format("SELECT count() AS n FROM system.databases WHERE name = '{}'", made)) > 0) return;
  Loader loader(*engine_, identifier("gapless"));
  must(loader.prepare());
  std::string text = workload;
  const std::string placeholder = "{sessions}";
  while (text.find(placeholder) != std::string::npos)
    text.replace(text.find(placeholder), placeholder.size(), std::to_string(sessions));
  const std::string into = "INSERT INTO events ";
  text.replace(text.find(into), into.size(), "INSERT INTO gapless.events ");
  StatementOptions options;
  options.deadline = std::chrono::hours(1);
  must(engine_->execute(Statement("TRUNCATE TABLE gapless.events"), options));
  must(engine_->execute(Statement(text), options));
  execute("OPTIMIZE TABLE gapless.events FINAL");
  execute("CREATE DATABASE IF NOT EXISTS bench ENGINE = Atomic");
  for (const auto& [name, columns] : {std::pair{"events", std::string_view("*")}, {"events_repeating", kFewKinds}}) {
    execute(
        fmt::format("CREATE OR REPLACE TABLE bench.{} ENGINE = MergeTree PARTITION BY toYYYYMM(timestamp) ORDER BY "
                    "(team_id, toDate(timestamp), event, session_id, timestamp) AS SELECT {} FROM gapless.events",
                    name, columns));
    execute(fmt::format("OPTIMIZE TABLE bench.{} FINAL", name));
  }
  execute(fmt::format("CREATE DATABASE {} ENGINE = Atomic", made));
}

double Workbench::merge(const std::string& table, const std::string& partition) {
  const auto dot = table.find('.');
  const std::uint64_t parts = number(fmt::format(
      "SELECT count() AS n FROM system.parts WHERE active AND database = '{}' AND table = '{}' AND partition_id = '{}'",
      table.substr(0, dot), table.substr(dot + 1), partition));
  if (parts < 2) return 0;
  return seconds_of([&] { execute(fmt::format("OPTIMIZE TABLE {} PARTITION ID '{}' FINAL", table, partition)); });
}

Product::Product(Workbench& bench, const std::string& events, const std::string& database, Targets targets,
                 TeamBuckets buckets)
    : database_(database), targets_(std::move(targets)), source_{table_of(events)}, definition_("") {
  const auto file = bench.directory() / (database + ".sqlite");
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  store_ = must(SqliteStateStore::open(file));
  SourceSpec spec{.table = table_of(events), .person_overrides = table_of(events)};
  spec.is_own = events == "gapless.events";
  SourceMemory nothing_known;
  source_ = must(resolve_source(bench.engine(), spec, {}, nothing_known));
  definition_ = sql::web_definition(described(spec));
  bench.execute(fmt::format("DROP DATABASE IF EXISTS {} SYNC", database));
  bench.execute(fmt::format("CREATE DATABASE {} ENGINE = Atomic", database));
  warehouse_ = std::make_unique<SqlWarehouse>(
      bench.metered(), WarehouseLayout{identifier(database), identifier(database), source_, targets_, buckets});
  must(warehouse_->prepare({}));
  must(warehouse_->write_meta({must(store_->store_id()), "bench", 1}, {}));
  const auto tables = sql::ReportTables::in(identifier(database), source_);
  reports_ = std::make_unique<Reports>(bench.metered(), tables);
  remembering_ = std::make_unique<Reports>(bench.metered(), tables, &memory_);
  executor_ = std::make_unique<Executor>(*warehouse_, *store_, clock_, definition_);
}

ReportPage Product::report(const std::string& kind, TeamId team, DayRange days, bool remembers) {
  ReportRequest request{.kind = find_report(kind), .team = team, .period = {}};
  request.period = must(period_of({days.first.to_string(), days.last.to_string()}, request.zone, clock_.now()));
  const CoverageRequest look{.team = team, .days = days, .last_finished = days.last};
  const Coverage coverage = must(memory_.look(*warehouse_, *store_, look, definition_, {}));
  return must((remembers ? remembering_ : reports_)->read(request, coverage, {}));
}

void Product::forget_what_was_read() {
  std::vector<std::string> all;
  for (const CachedPartition& one : must(store_->cached_partitions("source"))) all.push_back(one.partition);
  must(store_->cache_partitions("source", {}, all));
}

Observation Product::look(DayRange window, std::optional<Teams> teams) {
  const Scope scope{window, std::move(teams), {}, window.last};
  return must(observe(*warehouse_, *store_, scope, definition_, {}));
}

RunReport Product::rebuild(DayRange window, std::optional<Teams> teams) {
  Observation seen = look(window, std::move(teams));
  PlanOptions options;
  options.judge.force = true;
  const Plan plan = plan_of(seen, window, definition_, options);
  ExecutorOptions execution;
  execution.max_concurrent = 2;  // as a configuration has it that says nothing else
  execution.targets_at_once = std::thread::hardware_concurrency();
  RunReport report = must(executor_->run(plan, {fmt::format("bench-{}", ++runs_), "manual", "bench"}, execution, {}));
  if (report.status != RunStatus::kSucceeded) throw std::runtime_error("gapless: " + report.error);
  return report;
}

}  // namespace gapless::bench
