#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

#include "state/postgres/postgres_session.h"
#include "state/postgres/postgres_store.h"

namespace gapless {
namespace {

using Kind = PostgresSession::Kind;

/// Rows of one statement: each costs placeholders, of which PostgreSQL takes 65,535.
constexpr std::size_t kRowsAtOnce = 500;
/// PostgreSQL takes a value of 1 GB, and libpq a message of that; in hexadecimal half of it.
constexpr std::size_t kMostBytesOfPartition = std::size_t{200} << 20U;

/// "($1::text, $2::bigint), ($3::text, $4::bigint)"
std::string placeholders(std::size_t rows, const std::vector<std::string_view>& types) {
  std::string text;
  std::size_t number = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < types.size(); ++i)
      text += fmt::format("{}${}::{}", i == 0 ? "" : ", ", ++number, types[i]);
    text += ")";
  }
  return text;
}

/// `before` VALUES … `after`, for so many rows at a time; `parameters(row)` appends a row's.
template <class Rows, class Parameters>
void insert_rows(PostgresTransaction& transaction, std::string_view before, const std::vector<std::string_view>& types,
                 std::string_view after, const Rows& rows, Parameters parameters) {
  for (std::span rest(rows); !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kRowsAtOnce));
    std::vector<std::string> values;
    for (const auto& row : some) parameters(row, values);
    transaction.exec_all(fmt::format("{} VALUES {} {}", before, placeholders(some.size(), types), after), values);
    rest = rest.subspan(some.size());
  }
}

}  // namespace

Result<std::vector<CachedPartition>> PostgresStateStore::cached_partitions(std::string_view table) {
  using Partitions = std::vector<CachedPartition>;
  return calls_->run(
      Kind::kRead, "reading what is known of a table", [&](PostgresTransaction& transaction) -> Result<Partitions> {
        Partitions partitions;
        for (const pqxx::row row : transaction.exec(
                 "SELECT partition, version, content FROM cached_partitions WHERE table_name = $1 ORDER BY partition",
                 table))
          partitions.push_back({read_text(row, 0), read_text(row, 1), from_bytea(read_raw(row, 2))});
        return partitions;
      });
}

Result<std::optional<CachedPartition>> PostgresStateStore::cached_partition(std::string_view table,
                                                                            std::string_view partition) {
  using Found = std::optional<CachedPartition>;
  return calls_->run(
      Kind::kRead, "reading what is known of a partition", [&](PostgresTransaction& transaction) -> Result<Found> {
        const auto rows =
            transaction.exec("SELECT version, content FROM cached_partitions WHERE table_name = $1 AND partition = $2",
                             table, partition);
        if (rows.empty()) return std::nullopt;
        return CachedPartition{std::string(partition), read_text(rows[0], 0), from_bytea(read_raw(rows[0], 1))};
      });
}

Status PostgresStateStore::cache_partitions(std::string_view table, const std::vector<CachedPartition>& read,
                                            const std::vector<std::string>& gone) {
  std::map<std::string_view, CachedPartition>
      newest;  // one statement writes a row once; in one order, so that none deadlocks
  for (const CachedPartition& partition : read) {
    if (partition.content.size() > kMostBytesOfPartition)
      return fail(Fault::kInternal, fmt::format("what is known of partition {} does not fit", partition.partition));
    newest.insert_or_assign(partition.partition, partition);
  }
  std::vector<CachedPartition> rows;
  for (auto& [partition, row] : newest) rows.push_back(std::move(row));
  return calls_->run(Kind::kWrite, "keeping what is known of a table", [&](PostgresTransaction& transaction) -> Status {
    for (std::span rest(gone); !rest.empty();) {
      const auto some = rest.first(std::min(rest.size(), kRowsAtOnce));
      std::vector<std::string> values{to_parameter(table)};
      std::string names;
      for (const std::string& one : some) {
        values.push_back(to_parameter(one));
        names += fmt::format("{}${}", names.empty() ? "" : ", ", values.size());
      }
      transaction.exec_all(
          fmt::format("DELETE FROM cached_partitions WHERE table_name = $1 AND partition IN ({})", names), values);
      rest = rest.subspan(some.size());
    }
    insert_rows(
        transaction, "INSERT INTO cached_partitions (table_name, partition, version, content)",
        {"text", "text", "text", "bytea"},
        "ON CONFLICT (table_name, partition) DO UPDATE SET version = excluded.version, content = excluded.content",
        rows, [&](const CachedPartition& row, std::vector<std::string>& values) {
          for (std::string value : {to_parameter(table), to_parameter(row.partition), to_parameter(row.version),
                                    to_parameter(Bytes{row.content})})
            values.push_back(std::move(value));
        });
    return {};
  });
}

Result<std::vector<Confirmation>> PostgresStateStore::confirmations(std::string_view rollup) {
  using Confirmations = std::vector<Confirmation>;
  return calls_->run(
      Kind::kRead, "reading confirmations", [&](PostgresTransaction& transaction) -> Result<Confirmations> {
        Confirmations confirmations;
        for (const pqxx::row row :
             transaction.exec("SELECT team_id, day, fence, sequence, window_events, window_hash FROM confirmations"
                              " WHERE rollup = $1 ORDER BY team_id, day",
                              rollup)) {
          GAPLESS_ASSIGN(const Confirmation one,
                         read_confirmation(read_count(row, 0), read_raw(row, 1), read_count(row, 2), read_count(row, 3),
                                           {read_count(row, 4), read_count(row, 5)}));
          confirmations.push_back(one);
        }
        return confirmations;
      });
}

Status PostgresStateStore::confirm(std::string_view rollup, const std::vector<Confirmation>& cells) {
  std::map<Cell, Confirmation> newest;
  for (const Confirmation& one : cells) newest.insert_or_assign(one.cell, one);
  std::vector<Confirmation> rows;
  for (const auto& [cell, one] : newest) rows.push_back(one);
  return calls_->run(Kind::kWrite, "confirming cells", [&](PostgresTransaction& transaction) -> Status {
    insert_rows(
        transaction, "INSERT INTO confirmations (rollup, team_id, day, fence, sequence, window_events, window_hash)",
        {"text", "bigint", "text", "bigint", "bigint", "bigint", "bigint"},
        "ON CONFLICT (rollup, team_id, day) DO UPDATE SET fence = excluded.fence, sequence = excluded.sequence,"
        " window_events = excluded.window_events, window_hash = excluded.window_hash",
        rows, [&](const Confirmation& one, std::vector<std::string>& values) {
          for (std::string value : {to_parameter(rollup), to_parameter(one.cell.team.value()),
                                    to_parameter(one.cell.day), to_parameter(one.fence), to_parameter(one.sequence),
                                    to_parameter(one.window.events), to_parameter(one.window.hash)})
            values.push_back(std::move(value));
        });
    return {};
  });
}

}  // namespace gapless
