#include <fmt/format.h>

#include <limits>

#include "state/sqlite/connection.h"
#include "state/sqlite/sqlite_store.h"
#include "state/sqlite/statement.h"
#include "state/stored_values.h"

namespace gapless {
namespace {

/// More than any partition has teams and days; SQLite counts in int.
constexpr std::size_t kMostBytes = std::numeric_limits<int>::max() / 4;

}  // namespace

Result<std::vector<CachedPartition>> SqliteStateStore::cached_partitions(std::string_view table) {
  using Partitions = std::vector<CachedPartition>;
  return connection_->read("reading what is known of a table", [&](SQLite::Database& database) -> Result<Partitions> {
    auto query = statement(
        database, "SELECT partition, version, content FROM cached_partitions WHERE table_name = ? ORDER BY partition",
        table);
    Partitions partitions;
    while (query.executeStep())
      partitions.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(), read_blob(query, 2)});
    return partitions;
  });
}

Result<std::optional<CachedPartition>> SqliteStateStore::cached_partition(std::string_view table,
                                                                          std::string_view partition) {
  using Found = std::optional<CachedPartition>;
  return connection_->read("reading what is known of a partition", [&](SQLite::Database& database) -> Result<Found> {
    auto query =
        statement(database, "SELECT version, content FROM cached_partitions WHERE table_name = ? AND partition = ?",
                  table, partition);
    if (!query.executeStep()) return std::nullopt;
    return CachedPartition{std::string(partition), query.getColumn(0).getString(), read_blob(query, 1)};
  });
}

Status SqliteStateStore::cache_partitions(std::string_view table, const std::vector<CachedPartition>& read,
                                          const std::vector<std::string>& gone) {
  for (const CachedPartition& partition : read)
    if (partition.content.size() > kMostBytes)
      return fail(Fault::kInternal, fmt::format("what is known of partition {} does not fit", partition.partition));
  return connection_->write("keeping what is known of a table", [&](SQLite::Database& database) -> Status {
    for (const std::string& name : gone)
      statement(database, "DELETE FROM cached_partitions WHERE table_name = ? AND partition = ?", table, name).exec();
    for (const CachedPartition& partition : read)
      statement(database,
                "INSERT OR REPLACE INTO cached_partitions (table_name, partition, version, content)"
                " VALUES (?, ?, ?, ?)",
                table, partition.partition, partition.version, Blob{partition.content})
          .exec();
    return {};
  });
}

Result<std::vector<Confirmation>> SqliteStateStore::confirmations(std::string_view rollup) {
  using Confirmations = std::vector<Confirmation>;
  return connection_->read("reading confirmations", [&](SQLite::Database& database) -> Result<Confirmations> {
    auto query = statement(database,
                           "SELECT team_id, day, fence, sequence, window_events, window_hash FROM confirmations"
                           " WHERE rollup = ? ORDER BY team_id, day",
                           rollup);
    Confirmations confirmations;
    while (query.executeStep()) {
      GAPLESS_ASSIGN(const Confirmation one,
                     read_confirmation(read_count(query, 0), query.getColumn(1).getString(), read_count(query, 2),
                                       read_count(query, 3), {read_count(query, 4), read_count(query, 5)}));
      confirmations.push_back(one);
    }
    return confirmations;
  });
}

Status SqliteStateStore::confirm(std::string_view rollup, const std::vector<Confirmation>& cells) {
  return connection_->write("confirming cells", [&](SQLite::Database& database) -> Status {
    for (const Confirmation& one : cells)
      statement(database,
                "INSERT OR REPLACE INTO confirmations"
                " (rollup, team_id, day, fence, sequence, window_events, window_hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                rollup, one.cell.team.value(), one.cell.day, one.fence, one.sequence, one.window.events,
                one.window.hash)
          .exec();
    return {};
  });
}

}  // namespace gapless
