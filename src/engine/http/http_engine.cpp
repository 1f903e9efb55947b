#include "engine/http/http_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/http/http_statement.h"
#include "engine/http/insert_stream.h"
#include "engine/statement_id.h"
#include "util/ascii.h"

namespace gapless {
namespace {

constexpr int kResultTooLong = 396;
constexpr std::string_view kDiscard = "Null";

/// Whether a statement only reads, by its first word. What is not known to is taken for one that writes, of which more
/// is asked when its reply is lost.
HttpStatement::Nature nature_of(std::string_view text) {
  constexpr std::array<std::string_view, 7> kReading = {"select", "with",    "show",  "describe",
                                                        "desc",   "explain", "exists"};
  text = trimmed(text, " \t\r\n(");
  const auto end = std::ranges::find_if_not(text, is_letter);
  const std::string word = ascii_lowered({text.begin(), end});
  const bool reads = std::ranges::find(kReading, word) != kReading.end();
  return reads ? HttpStatement::Nature::kReads : HttpStatement::Nature::kWrites;
}

HttpExchange exchange_of(const Statement& statement, const HttpSettings& settings) {
  StatementForm form = statement_form(statement, settings);
  HttpExchange exchange;
  exchange.query = form.query.text();
  exchange.content_type = std::move(form.content_type);
  exchange.body = std::move(form.body);
  return exchange;
}

}  // namespace

Result<std::unique_ptr<HttpEngine>> HttpEngine::open(const HttpEngineOptions& options) {
  GAPLESS_ASSIGN(auto link, ServerLink::open(options));
  return std::unique_ptr<HttpEngine>(new HttpEngine(std::move(link)));
}

Result<Stats> HttpEngine::execute(const Statement& statement, const StatementOptions& options) {
  GAPLESS_ASSIGN(const auto running, HttpStatement::begin(link_, options, nature_of(statement.text())));
  HttpSettings settings = running->settings();
  settings["wait_end_of_query"] = "1";
  settings["default_format"] = kDiscard;
  GAPLESS_TRY(running->send(exchange_of(statement, settings), [](std::string_view) { return Status(); }));
  GAPLESS_TRY(running->finish());
  return running->stats();
}

// The whole result is made before the server says 200, so that what fails fails with a status that says so.
Result<Rows> HttpEngine::select(const Statement& statement, const StatementOptions& options) {
  GAPLESS_ASSIGN(const auto running, HttpStatement::begin(link_, options, HttpStatement::Nature::kReads));
  HttpSettings settings = running->settings();
  settings["wait_end_of_query"] = "1";
  settings["default_format"] = kHttpRowsFormat;
  settings["max_result_rows"] = std::to_string(options.max_result_rows);
  settings["result_overflow_mode"] = "throw";
  // What Rows reads must not depend on the user's profile.
  settings["output_format_tsv_crlf_end_of_line"] = "0";
  settings["format_tsv_null_representation"] = "\\N";
  settings["date_time_output_format"] = "simple";
  std::string body;
  GAPLESS_TRY(running->send(exchange_of(statement, settings), [&body](std::string_view bytes) {
    body += bytes;
    return Status();
  }));
  GAPLESS_TRY(running->finish());
  const std::string& format = running->head().format();
  if (!format.empty() && format != kHttpRowsFormat)
    return fail(Fault::kBadQuery, "a query whose rows are read has a FORMAT clause; leave it out");
  GAPLESS_ASSIGN(Rows rows, Rows::parse_tsv(body));
  rows.set_rows_read(running->stats().rows_read);
  if (rows.size() <= options.max_result_rows) return rows;
  // The statement has settings of its own, or may have no rows at all: ClickHouse takes 0 for no limit.
  return fail(Fault::kOverload,
              fmt::format("a result has {} rows, more than the {} allowed", rows.size(), options.max_result_rows),
              kResultTooLong);
}

Result<Stats> HttpEngine::stream(const Statement& statement, std::string_view format, const StatementOptions& options,
                                 const std::function<Status(std::string_view)>& sink) {
  GAPLESS_ASSIGN(const auto running, HttpStatement::begin(link_, options, nature_of(statement.text())));
  HttpSettings settings = running->settings();
  settings["default_format"] = format;
  GAPLESS_TRY(running->send(exchange_of(statement, settings), sink));
  GAPLESS_TRY(running->finish());
  return running->stats();
}

Result<std::unique_ptr<InsertStream>> HttpEngine::insert(const Statement& statement, std::string_view format,
                                                         const StatementOptions& options) {
  if (format.empty() || !std::ranges::all_of(format, is_alphanumeric))
    return fail(Fault::kBadQuery, fmt::format("'{}' is no name of a format", in_one_line(format)));
  return HttpInsertStream::open(link_, statement, format, options);
}

Status HttpEngine::cancel(std::string_view statement_id) {
  GAPLESS_TRY(check_statement_id(statement_id));
  link_->running().cancel(statement_id);
  return link_->kill_statement(std::string(statement_id));
}

Result<std::string> HttpEngine::version() {
  auto rows = link_->ask(Statement("SELECT version() AS version"), link_->patience().question);
  if (!rows) return fail(link_->located(std::move(rows.error())));
  GAPLESS_TRY(rows->expect({"version"}));
  if (rows->size() != 1) return fail(Fault::kCorrupt, fmt::format("version() has {} rows", rows->size()));
  return "ClickHouse " + rows->text(0, 0);
}

}  // namespace gapless
