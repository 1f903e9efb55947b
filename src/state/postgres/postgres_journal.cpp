#include "state/postgres/postgres_session.h"
#include "state/postgres/postgres_store.h"

namespace gapless {

namespace {
using Kind = PostgresSession::Kind;
}  // namespace

Status PostgresStateStore::write_journal(const JournalEntry& entry) {
  return calls_->run(Kind::kWrite, "writing the journal", [&](PostgresTransaction& transaction) -> Status {
    transaction.exec(
        "INSERT INTO journal (run_id, rollup, shard, day, bucket, fence, phase, warehouse, payload)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (run_id, rollup, shard, day, bucket) DO UPDATE"
        " SET fence = excluded.fence, phase = excluded.phase, warehouse = excluded.warehouse,"
        " payload = excluded.payload",
        entry.run_id, entry.rollup, entry.partition.shard, entry.partition.day, entry.partition.bucket, entry.fence,
        std::string_view(name(entry.phase)), entry.warehouse, entry.payload);
    return {};
  });
}

Status PostgresStateStore::erase_journal(std::string_view run_id, std::string_view rollup, const Partition& partition) {
  return calls_->run(Kind::kWrite, "erasing from the journal", [&](PostgresTransaction& transaction) -> Status {
    transaction.exec(
        "DELETE FROM journal WHERE run_id = $1 AND rollup = $2 AND shard = $3 AND day = $4 AND bucket = $5", run_id,
        rollup, partition.shard, partition.day, partition.bucket);
    return {};
  });
}

Result<std::vector<JournalEntry>> PostgresStateStore::journal() {
  using Entries = std::vector<JournalEntry>;
  return calls_->run(Kind::kRead, "reading the journal", [&](PostgresTransaction& transaction) -> Result<Entries> {
    Entries entries;
    for (const pqxx::row row :
         transaction.exec("SELECT run_id, rollup, shard, day, bucket, fence, phase, warehouse, payload FROM journal"
                          " ORDER BY fence, run_id, rollup, shard, day, bucket")) {
      GAPLESS_ASSIGN(const Partition partition, read_partition(row, 2));
      GAPLESS_ASSIGN(const JournalPhase phase, read_phase(read_raw(row, 6)));
      entries.push_back({read_text(row, 0), read_text(row, 1), partition, read_count(row, 5), phase, read_text(row, 7),
                         read_text(row, 8)});
    }
    return entries;
  });
}

}  // namespace gapless
