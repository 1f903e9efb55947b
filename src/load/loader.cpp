#include "load/loader.h"

#include <fmt/format.h>

#include <random>

#include "engine/ask.h"
#include "load/load_statements.h"

namespace gapless {
namespace {

StatementOptions options_of(const std::stop_token& stop) {
  StatementOptions options;
  options.deadline = std::chrono::hours(2);
  options.stop = stop;
  return options;
}

std::string new_load_id() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

TableName staging_of(const Identifier& database, const std::string& load_id) {
  return TableName::own(database, "load_" + load_id);
}

}  // namespace

Loader::Loader(Engine& engine, const Identifier& database)
    : engine_(engine),
      database_(database),
      events_(TableName::own(database, "events")),
      loads_(TableName::own(database, "loads")) {}

Status Loader::run(std::string_view what, const Statement& statement, const std::stop_token& stop) {
  return gapless::run(engine_, what, statement, options_of(stop));
}

Result<Rows> Loader::ask(std::string_view question, const Statement& statement,
                         const std::vector<std::string_view>& columns, const std::stop_token& stop) {
  return gapless::ask(engine_, question, statement, columns, options_of(stop));
}

Status Loader::prepare() {
  Statement database("CREATE DATABASE IF NOT EXISTS {database:Identifier} ENGINE = Atomic");
  GAPLESS_TRY(run("creating the database", database.bind("database", database_.text())));
  GAPLESS_TRY(run("creating the events table", Statement(load_sql::create_events(events_))));
  return run("creating the table of loads", Statement(load_sql::create_loads(loads_)));
}

Result<std::size_t> Loader::recover() {
  GAPLESS_ASSIGN(const Rows open,
                 ask("which loads were cut short", Statement(load_sql::open_loads(loads_)), {"load_id"}));
  for (std::size_t i = 0; i < open.size(); ++i) GAPLESS_TRY(undo(open.text(i, 0)));
  return open.size();
}

Status Loader::undo(const std::string& load_id) {
  // Counting first spares the common case, a load cut short while staging, a mutation of every part.
  Statement count(load_sql::count_load(events_));
  GAPLESS_ASSIGN(const Rows rows, ask("what a load cut short left", count.bind("load", load_id), {"rows"}));
  GAPLESS_ASSIGN(const std::uint64_t left, rows.u64(0, 0));
  if (left > 0) {
    Statement removal(load_sql::delete_load(events_));
    GAPLESS_TRY(run("removing what a load cut short left", removal.bind("load", load_id)));
  }
  Statement drop("DROP TABLE IF EXISTS {database:Identifier}.{table:Identifier} SYNC");
  const TableName staging = staging_of(database_, load_id);
  GAPLESS_TRY(
      run("dropping a load's staging", drop.bind("database", database_.text()).bind("table", staging.table.text())));
  return mark(load_id, "", "undone", 0);
}

Status Loader::mark(const std::string& load_id, const std::string& path, std::string_view state, std::uint64_t rows) {
  Statement statement(load_sql::mark_load(loads_));
  statement.bind("load", load_id).bind("path", path).bind("state", state).bind("rows", rows);
  return run("recording a load", statement);
}

Result<LoadReport> Loader::load(const std::string& path, LoadFormat format, const ReadOptions& options) {
  const std::lock_guard lock(loading_);
  const std::string load_id = new_load_id();
  GAPLESS_TRY(mark(load_id, path, "begun", 0));
  auto report = fill(load_id, path, format, options);
  if (report) return report;
  // What cannot be undone now is undone when the data directory is next opened.
  if (auto undone = undo(load_id); !undone)
    report.error().message +=
        fmt::format(" (and what it left is removed at the next start: {})", undone.error().message);
  return report;
}

Result<LoadReport> Loader::fill(const std::string& load_id, const std::string& path, LoadFormat format,
                                const ReadOptions& options) {
  const TableName staging = staging_of(database_, load_id);
  GAPLESS_TRY(run("creating a load's staging", Statement(load_sql::create_load_staging(staging))));
  LoadReport report;
  GAPLESS_ASSIGN(report.file, stage(staging, path, format, options));
  GAPLESS_TRY(merge_days(load_id, staging, options.stop));
  Statement count(load_sql::count_load(events_));
  GAPLESS_ASSIGN(const Rows rows,
                 ask("how many events were loaded", count.bind("load", load_id), {"rows"}, options.stop));
  GAPLESS_ASSIGN(report.loaded, rows.u64(0, 0));
  report.duplicates = report.file.events - report.loaded;
  Statement drop("DROP TABLE IF EXISTS {database:Identifier}.{table:Identifier} SYNC");
  GAPLESS_TRY(
      run("dropping a load's staging", drop.bind("database", database_.text()).bind("table", staging.table.text())));
  GAPLESS_TRY(mark(load_id, path, "committed", report.loaded));
  return report;
}

Result<FileReport> Loader::stage(const TableName& staging, const std::string& path, LoadFormat format,
                                 const ReadOptions& options) {
  GAPLESS_ASSIGN(const auto stream,
                 engine_.insert(Statement(load_sql::insert_staging(staging)), "Native", options_of(options.stop)));
  GAPLESS_ASSIGN(FileReport report, read_events(path, format, options, [&stream](const EventBlock& block) {
                   return stream->append(block.bytes);
                 }));
  GAPLESS_TRY(stream->finish());
  return report;
}

Status Loader::merge_days(const std::string& load_id, const TableName& staging, const std::stop_token& stop) {
  GAPLESS_ASSIGN(const Rows days,
                 ask("which days were loaded", Statement(load_sql::staged_days(staging)), {"day"}, stop));
  for (std::size_t i = 0; i < days.size(); ++i) {
    GAPLESS_ASSIGN(const Day day, days.day(i, 0));
    Statement merge(load_sql::merge_day(events_, staging));
    GAPLESS_TRY(run("adding the events of " + day.to_string(), merge.bind("day", day).bind("load", load_id), stop));
  }
  return {};
}

}  // namespace gapless
