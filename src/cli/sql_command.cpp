#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <iterator>

#include "cli/commands.h"
#include "core/shards.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

Result<std::string> read_query(const std::string& argument) {
  std::string query = argument;
  if (argument == "-") query.assign(std::istreambuf_iterator<char>(std::cin), {});
  if (query.find_first_not_of(" \t\r\n") == std::string::npos) return fail(Fault::kInvalidInput, "the query is empty");
  return query;
}

Result<std::uint32_t> read_shard(const Given& given) {
  const auto text = given.value("--shard");
  if (!text) return 0;
  const auto shard = parse_number<std::uint32_t>(*text);
  if (!shard || *shard >= Shards::kMost)
    return fail(
        Fault::kInvalidInput,
        fmt::format("--shard must be the number of a server of engine.shards, the first is 0, not '{}'", *text));
  return *shard;
}

std::string format_of(const Invocation& call) {
  if (const auto format = call.given.value("--format")) return *format;
  if (call.output.is_json()) return "JSON";
  if (isatty(STDOUT_FILENO) == 0) return "TabSeparated";  // for programs, as ClickHouse's own client has it
  return call.output.style().is_coloured() ? "PrettyCompact" : "PrettyCompactNoEscapes";
}

Result<ExitCode> run_sql(Invocation& call) {
  GAPLESS_ASSIGN(const std::string query, read_query(call.given.arguments().front()));
  GAPLESS_ASSIGN(const std::uint32_t shard, read_shard(call.given));
  // What a run that died left half published must not be read. A warehouse that another store keeps may be looked at.
  if (auto settled = call.services.settle(); !settled) {
    if (settled.error().fault != Fault::kConflict || call.given.has("--write")) return fail(std::move(settled.error()));
    GAPLESS_TRY(call.services.engine());
    call.output.warning(settled.error().message);
  }
  GAPLESS_ASSIGN(Engine * engine, call.services.engine(shard));
  StatementOptions options;
  options.deadline = call.services.limits().deadline;
  options.memory_limit_bytes = call.services.limits().memory_limit_bytes;
  options.stop = call.services.stop();
  options.database = call.services.settings().database.text();
  options.read_only = !call.given.has("--write");
  auto done = engine->stream(Statement(query), format_of(call), options,
                             [&](std::string_view bytes) { return call.output.raw(bytes); });
  if (done) return ExitCode::kDone;
  Error& error = done.error();
  constexpr int kReadOnly = 164;
  if (error.code == kReadOnly) error.message += "; sql is read-only unless --write is given";
  return fail(std::move(error));
}

}  // namespace

CommandSpec sql_command() {
  return {
      .name = "sql",
      .group = CommandGroup::kFigures,
      .summary = "SQL on the engine, read-only unless --write",
      .details =
          "ClickHouse's SQL, with engine.database as the current database: events, web_pre_aggregated_stats,"
          " web_pre_aggregated_bounces, web_pre_aggregated_breakdowns, gapless_ledger.",
      .arguments = {{.name = "QUERY", .help = "one statement; - reads it from standard input", .least = 1, .most = 1}},
      .options = {{.name = "--format",
                   .value = "NAME",
                   .help = "an output format of ClickHouse, such as CSVWithNames, JSONEachRow or Vertical"},
                  {.name = "--write", .help = "also statements that change something"},
                  {.name = "--shard",
                   .value = "N",
                   .help = "on which server of engine.shards; without it 0, the first"}},
      .examples = {{"gapless sql \"SELECT toDate(period_bucket) AS day, sumMerge(pageviews_count_state) AS views"
                    " FROM web_pre_aggregated_stats GROUP BY day ORDER BY day\"",
                    "page views by day"},
                   {"gapless sql 'SHOW TABLES' --format CSV", "what there is"}},
      .needs = Needs::kConfiguration,
      .run = run_sql};
}

}  // namespace gapless
