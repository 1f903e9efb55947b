#include "warehouse/ledger_rows.h"

#include <fmt/format.h>

#include <iterator>

namespace gapless {
namespace {

Result<LedgerRow> parse_row(const Rows& rows, std::size_t i, std::uint32_t shard) {
  GAPLESS_ASSIGN(const TeamId team, rows.team(i, 0));
  GAPLESS_ASSIGN(const Day day, rows.day(i, 1));
  LedgerRow row{{team, day, shard}, Target::kStats, rows.text(i, 3), {}, {}, {}, rows.text(i, 14), 0, 0, {}};
  const auto target = parse_target(rows.text(i, 2));
  if (!target) return fail(Fault::kCorrupt, fmt::format("the ledger names an unknown target '{}'", rows.text(i, 2)));
  row.target = *target;
  GAPLESS_ASSIGN(row.window.events, rows.u64(i, 4));
  GAPLESS_ASSIGN(row.window.hash, rows.u64(i, 5));
  GAPLESS_ASSIGN(row.owned.events, rows.u64(i, 6));
  GAPLESS_ASSIGN(row.owned.hash, rows.u64(i, 7));
  GAPLESS_ASSIGN(row.content.measures.view_events, rows.u64(i, 8));
  GAPLESS_ASSIGN(row.content.measures.sessions, rows.u64(i, 9));
  GAPLESS_ASSIGN(row.content.measures.bounces, rows.u64(i, 10));
  GAPLESS_ASSIGN(row.content.measures.duration_seconds, rows.i64(i, 11));
  GAPLESS_ASSIGN(row.content.keys, rows.u64(i, 12));
  GAPLESS_ASSIGN(row.content.key_hash, rows.u64(i, 13));
  row.content.rows = row.content.keys;
  GAPLESS_ASSIGN(row.fence, rows.u64(i, 15));
  GAPLESS_ASSIGN(row.sequence, rows.u64(i, 16));
  GAPLESS_ASSIGN(const std::int64_t micros, rows.i64(i, 17));
  row.published_at = Instant(std::chrono::microseconds(micros));
  return row;
}

/// With all digits of the fraction, as DateTime64(6) reads it.
std::string timestamp_text(Instant instant) {
  const std::int64_t micros = instant.time_since_epoch().count();
  return fmt::format("{}.{:06}", micros / 1'000'000, micros % 1'000'000);
}

}  // namespace

const std::vector<std::string_view>& ledger_row_columns() {
  static const std::vector<std::string_view> columns = {
      "team_id",      "day",        "target",      "definition", "window_events", "window_hash",
      "owned_events", "owned_hash", "view_events", "sessions",   "bounces",       "duration",
      "keys",         "key_hash",   "run_id",      "fence",      "sequence",      "published_at"};
  return columns;
}

Result<std::vector<LedgerRow>> parse_ledger_rows(const Rows& rows, std::uint32_t shard) {
  std::vector<LedgerRow> parsed;
  parsed.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(LedgerRow row, parse_row(rows, i, shard));
    parsed.push_back(std::move(row));
  }
  return parsed;
}

std::string format_ledger_rows(const std::vector<LedgerRow>& rows) {
  std::string text;
  for (const LedgerRow& row : rows) {
    const Measures& measures = row.content.measures;
    fmt::format_to(std::back_inserter(text),
                   "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", kRollup,
                   row.cell.team.value(), row.cell.day.to_string(), name(row.target), row.definition, row.window.events,
                   row.window.hash, row.owned.events, row.owned.hash, measures.view_events, measures.sessions,
                   measures.bounces, measures.duration_seconds, row.content.keys, row.content.key_hash, row.run_id,
                   row.fence, row.sequence, timestamp_text(row.published_at));
  }
  return text;
}

}  // namespace gapless
