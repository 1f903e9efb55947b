#include "engine/chdb/chdb_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/chdb/insert_stream.h"
#include "engine/chdb/running.h"
#include "engine/chdb/statement_shape.h"
#include "engine/statement_id.h"

namespace gapless {
namespace {

constexpr std::string_view kNoFormat = "Null";
constexpr int kBadArguments = 36;
constexpr int kTooManyRows = 396;

// chDB writes each piece as a document of its own, headers and brackets included: of these formats alone, the pieces are
// together what the whole would be.
constexpr std::array<std::string_view, 12> kSeamlessFormats = {"TabSeparated",
                                                               "TSV",
                                                               "TabSeparatedRaw",
                                                               "TSVRaw",
                                                               "CSV",
                                                               "JSONEachRow",
                                                               "JSONLines",
                                                               "NDJSON",
                                                               "JSONCompactEachRow",
                                                               "JSONStringsEachRow",
                                                               "RowBinary",
                                                               "Native"};

Result<StatementShape> checked_shape(const Statement& statement) {
  const StatementShape shape = StatementShape::of(statement.text());
  if (shape.several) {
    return fail(Fault::kBadQuery, "there is more than one statement in the text; chDB takes one at a time");
  }
  if (shape.rows_in_text) {
    return fail(
        Fault::kBadQuery,
        "an INSERT with its rows in the text would read standard input as well; use INSERT … SELECT, for example "
        "from values('a UInt64', (1), (2))");
  }
  return shape;
}

/// The whole output, in one result.
Result<ChdbResult> run(RunningStatement& running, const Statement& statement, std::string_view format) {
  ChdbResult result = running.connection().query(statement, format);
  if (const Status status = result.status(); !status) return fail(running.instance().located(status.error()));
  return result;
}

Result<Stats> stream_whole(RunningStatement& running, const Statement& statement, std::string_view format,
                           const std::function<Status(std::string_view)>& sink) {
  GAPLESS_ASSIGN(const ChdbResult result, run(running, statement, format));
  if (!result.bytes().empty()) GAPLESS_TRY(sink(result.bytes()));
  Stats stats;
  result.add_to(stats);
  stats.elapsed = running.elapsed();
  return stats;
}

/// None where chDB cannot run it piece by piece; it has not begun then.
Result<std::optional<Stats>> stream_pieces(RunningStatement& running, const Statement& statement,
                                           std::string_view format,
                                           const std::function<Status(std::string_view)>& sink) {
  ChdbConnection& connection = running.connection();
  const ChdbResult stream = connection.stream(statement, format);
  if (const Status status = stream.status(); !status) {
    const Error& error = status.error();
    // SHOW, EXPLAIN, DESCRIBE, and everything that is run for its effect.
    const bool unsupported =
        error.code == kBadArguments && error.message.starts_with("Streaming query is not supported");
    if (unsupported) return std::nullopt;
    return fail(running.instance().located(error));
  }
  Stats stats;
  for (;;) {
    const ChdbResult piece = connection.fetch(stream);
    if (const Status status = piece.status(); !status) return fail(running.instance().located(status.error()));
    piece.add_to(stats);
    if (piece.bytes().empty() && piece.rows() == 0) break;
    if (Status taken = sink(piece.bytes()); !taken) {
      connection.cancel(stream);
      return fail(std::move(taken.error()));
    }
  }
  GAPLESS_TRY(running.interrupted());  // chDB ends a stream whose time is over as if it were whole
  stats.elapsed = running.elapsed();
  return stats;
}

}  // namespace

Result<std::unique_ptr<ChdbEngine>> ChdbEngine::open(const ChdbOptions& options) {
  GAPLESS_ASSIGN(auto instance, ChdbInstance::open(options));
  return std::unique_ptr<ChdbEngine>(new ChdbEngine(std::move(instance)));
}

Result<Stats> ChdbEngine::execute(const Statement& statement, const StatementOptions& options) {
  GAPLESS_TRY(checked_shape(statement));
  GAPLESS_ASSIGN(RunningStatement running, RunningStatement::begin(instance_, options, {}));
  return stream_whole(running, statement, kNoFormat, [](std::string_view) { return Status(); });
}

Result<Rows> ChdbEngine::select(const Statement& statement, const StatementOptions& options) {
  GAPLESS_ASSIGN(const StatementShape shape, checked_shape(statement));
  if (shape.has_format) return fail(Fault::kBadQuery, "a query whose rows are read has a FORMAT clause; leave it out");
  const ChdbSettings bounds = {{"max_result_rows", std::to_string(options.max_result_rows)},
                               {"result_overflow_mode", "throw"}};
  GAPLESS_ASSIGN(RunningStatement running, RunningStatement::begin(instance_, options, bounds));
  GAPLESS_ASSIGN(const ChdbResult result, run(running, statement, kRowsFormat));
  GAPLESS_ASSIGN(Rows rows, Rows::parse_tsv(result.bytes()));
  Stats stats;
  result.add_to(stats);
  rows.set_rows_read(stats.rows_read);
  if (rows.size() <= options.max_result_rows) return rows;
  // The statement has settings of its own, or may have no rows at all: chDB takes 0 for no limit.
  return fail(Fault::kOverload,
              fmt::format("a result has {} rows, more than the {} allowed", rows.size(), options.max_result_rows),
              kTooManyRows);
}

Result<Stats> ChdbEngine::stream(const Statement& statement, std::string_view format, const StatementOptions& options,
                                 const std::function<Status(std::string_view)>& sink) {
  GAPLESS_ASSIGN(const StatementShape shape, checked_shape(statement));
  GAPLESS_ASSIGN(RunningStatement running, RunningStatement::begin(instance_, options, {}));
  if (!shape.has_format && std::ranges::find(kSeamlessFormats, format) != kSeamlessFormats.end()) {
    GAPLESS_ASSIGN(const auto stats, stream_pieces(running, statement, format, sink));
    if (stats) return *stats;
  }
  return stream_whole(running, statement, format, sink);
}

Result<std::unique_ptr<InsertStream>> ChdbEngine::insert(const Statement& statement, std::string_view format,
                                                         const StatementOptions& options) {
  GAPLESS_ASSIGN(RunningStatement running, RunningStatement::begin(instance_, options, {}));
  return ChdbInsertStream::open(std::move(running), statement, format);
}

Status ChdbEngine::cancel(std::string_view statement_id) {
  GAPLESS_TRY(check_statement_id(statement_id));
  return instance_->kill(std::string(statement_id));
}

Result<std::string> ChdbEngine::version() {
  GAPLESS_ASSIGN(const Rows rows, instance_->ask(Statement("SELECT version() AS version")));
  GAPLESS_TRY(rows.expect({"version"}));
  if (rows.size() != 1) return fail(Fault::kCorrupt, fmt::format("version() has {} rows", rows.size()));
  return "chDB " + rows.text(0, 0);
}

}  // namespace gapless
