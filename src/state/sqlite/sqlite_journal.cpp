#include "state/sqlite/connection.h"
#include "state/sqlite/sqlite_store.h"
#include "state/sqlite/statement.h"
#include "state/stored_values.h"

namespace gapless {
Status SqliteStateStore::write_journal(const JournalEntry& entry) {
  return connection_->write("writing the journal", [&](SQLite::Database& database) -> Status {
    statement(database,
              "INSERT OR REPLACE INTO journal (run_id, rollup, shard, day, bucket, fence, phase, warehouse, payload)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
              entry.run_id, entry.rollup, entry.partition.shard, entry.partition.day, entry.partition.bucket,
              entry.fence, name(entry.phase), entry.warehouse, entry.payload)
        .exec();
    return {};
  });
}

Status SqliteStateStore::erase_journal(std::string_view run_id, std::string_view rollup, const Partition& partition) {
  return connection_->write("erasing from the journal", [&](SQLite::Database& database) -> Status {
    statement(database, "DELETE FROM journal WHERE run_id = ? AND rollup = ? AND shard = ? AND day = ? AND bucket = ?",
              run_id, rollup, partition.shard, partition.day, partition.bucket)
        .exec();
    return {};
  });
}

Result<std::vector<JournalEntry>> SqliteStateStore::journal() {
  using Entries = std::vector<JournalEntry>;
  return connection_->read("reading the journal", [&](SQLite::Database& database) -> Result<Entries> {
    auto query = statement(database,
                           "SELECT run_id, rollup, shard, day, bucket, fence, phase, warehouse, payload FROM journal"
                           " ORDER BY fence, run_id, rollup, shard, day, bucket");
    Entries entries;
    while (query.executeStep()) {
      GAPLESS_ASSIGN(const Partition partition, read_partition(query, 2));
      GAPLESS_ASSIGN(const JournalPhase phase, read_phase(query.getColumn(6).getString()));
      entries.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(), partition,
                         static_cast<std::uint64_t>(query.getColumn(5).getInt64()), phase,
                         query.getColumn(7).getString(), query.getColumn(8).getString()});
    }
    return entries;
  });
}

}  // namespace gapless
