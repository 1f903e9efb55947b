#include "engine/ask.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace gapless {
namespace {

void log_statement(std::string_view what, std::chrono::steady_clock::time_point started, std::uint64_t rows,
                   std::uint64_t read) {
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
  spdlog::debug("{}: {} rows in {:.1f} ms, {} rows read", what, rows, took.count(), read);
}

}  // namespace

Result<Rows> ask(Engine& engine, std::string_view question, const Statement& statement,
                 const std::vector<std::string_view>& columns, const StatementOptions& options) {
  const auto started = std::chrono::steady_clock::now();
  auto rows = engine.select(statement, options);
  log_statement(question, started, rows ? rows->size() : 0, rows ? rows->rows_read() : 0);
  if (!rows) return fail(with_context(question, std::move(rows.error())));
  if (auto good = rows->expect(columns); !good) return fail(with_context(question, std::move(good.error())));
  return rows;
}

Status run(Engine& engine, std::string_view what, const Statement& statement, const StatementOptions& options) {
  const auto started = std::chrono::steady_clock::now();
  auto done = engine.execute(statement, options);
  log_statement(what, started, done ? done->rows_written : 0, done ? done->rows_read : 0);
  if (!done) return fail(with_context(what, std::move(done.error())));
  return {};
}

}  // namespace gapless
