#include "state/sqlite/connection.h"
#include "state/sqlite/sqlite_store.h"
#include "state/sqlite/statement.h"
#include "state/store_errors.h"
#include "state/stored_values.h"

namespace gapless {
namespace {

constexpr const char* kRunById =
    "SELECT id, job, \"trigger\", host, pid, status, \"window\", teams, cells_planned, cells_recomputed,"
    " started_at_micros, finished_at_micros, error, cells_by_state, reason FROM runs WHERE id = ?";
constexpr const char* kNewestRuns =
    "SELECT id, job, \"trigger\", host, pid, status, \"window\", teams, cells_planned, cells_recomputed,"
    " started_at_micros, finished_at_micros, error, cells_by_state, reason FROM runs ORDER BY started_at_micros DESC, "
    "seq DESC LIMIT ?";

Result<RunRecord> read_run(SQLite::Statement& row) {
  RunRecord run;
  run.id = row.getColumn(0).getString();
  run.job = row.getColumn(1).getString();
  run.trigger = row.getColumn(2).getString();
  run.host = row.getColumn(3).getString();
  run.pid = row.getColumn(4).getInt64();
  const std::string word = row.getColumn(5).getString();
  GAPLESS_ASSIGN(run.status, read_status(run.id, word));
  run.window = row.getColumn(6).getString();
  run.teams = read_count(row, 7);
  run.cells_planned = read_count(row, 8);
  run.cells_recomputed = read_count(row, 9);
  run.started_at = from_micros(row.getColumn(10).getInt64());
  if (!row.isColumnNull(11)) run.finished_at = from_micros(row.getColumn(11).getInt64());
  run.error = row.getColumn(12).getString();
  run.cells_by_state = parse_counts(row.getColumn(13).getString());
  run.reason = row.getColumn(14).getString();
  return run;
}

Result<StepRecord> read_step(SQLite::Statement& row) {
  GAPLESS_ASSIGN(const Partition partition, read_partition(row, 1));
  GAPLESS_ASSIGN(Teams teams, read_teams(row.getColumn(11).getString()));
  return StepRecord{row.getColumn(0).getString(),
                    partition,
                    row.getColumn(4).getString(),
                    row.getColumn(5).getString(),
                    from_micros(row.getColumn(6).getInt64()),
                    row.getColumn(7).getDouble(),
                    read_count(row, 8),
                    row.getColumn(9).getUInt(),
                    row.getColumn(10).getString(),
                    std::move(teams)};
}

Result<std::vector<StepRecord>> read_steps(SQLite::Statement query) {
  std::vector<StepRecord> steps;
  while (query.executeStep()) {
    GAPLESS_ASSIGN(StepRecord step, read_step(query));
    steps.push_back(std::move(step));
  }
  return steps;
}

bool has_run(SQLite::Database& database, std::string_view id) {
  return statement(database, "SELECT 1 FROM runs WHERE id = ?", id).executeStep();
}

}  // namespace

Status SqliteStateStore::begin_run(const RunRecord& run) {
  return connection_->write("beginning a run", [&](SQLite::Database& database) -> Status {
    if (has_run(database, run.id)) return fail_run_exists(run.id);
    statement(database,
              "INSERT INTO runs (id, job, \"trigger\", host, pid, status, \"window\", teams, cells_planned,"
              " cells_recomputed, started_at_micros, finished_at_micros, error, cells_by_state, reason)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              run.id, run.job, run.trigger, run.host, run.pid, name(run.status), run.window, run.teams,
              run.cells_planned, run.cells_recomputed, run.started_at, run.finished_at, run.error,
              format_counts(run.cells_by_state), run.reason)
        .exec();
    return {};
  });
}

Status SqliteStateStore::update_run(const RunRecord& run) {
  return connection_->write("updating a run", [&](SQLite::Database& database) -> Status {
    const int changed = statement(database,
                                  "UPDATE runs SET status = ?, teams = ?, cells_planned = ?, cells_recomputed = ?,"
                                  " finished_at_micros = ?, error = ?, cells_by_state = ?, reason = ? WHERE id = ?",
                                  name(run.status), run.teams, run.cells_planned, run.cells_recomputed, run.finished_at,
                                  run.error, format_counts(run.cells_by_state), run.reason, run.id)
                            .exec();
    if (changed == 0) return fail_unknown_run(run.id);
    return {};
  });
}

Result<std::optional<RunRecord>> SqliteStateStore::run(std::string_view id) {
  return connection_->read("reading a run", [&](SQLite::Database& database) -> Result<std::optional<RunRecord>> {
    auto query = statement(database, kRunById, id);
    if (!query.executeStep()) return std::nullopt;
    return read_run(query);
  });
}

Result<std::vector<RunRecord>> SqliteStateStore::runs(std::size_t limit) {
  return connection_->read("reading the runs", [&](SQLite::Database& database) -> Result<std::vector<RunRecord>> {
    // SQLite takes a negative limit for none, which is what a limit beyond its integers means.
    auto query = statement(database, kNewestRuns, static_cast<std::int64_t>(limit));
    std::vector<RunRecord> runs;
    while (query.executeStep()) {
      GAPLESS_ASSIGN(RunRecord run, read_run(query));
      runs.push_back(std::move(run));
    }
    return runs;
  });
}

Status SqliteStateStore::record_step(const StepRecord& step) {
  return connection_->write("recording a step", [&](SQLite::Database& database) -> Status {
    if (!has_run(database, step.run_id)) return fail_unknown_run(step.run_id);
    // An update in place, not INSERT OR REPLACE: the step keeps its seq, and so its place among those of its instant.
    statement(
        database,
        "INSERT INTO steps (run_id, shard, day, bucket, name, status, started_at_micros, seconds, rows, retries,"
        " error, teams) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, shard, day, bucket, name)"
        " DO UPDATE SET status = excluded.status, started_at_micros = excluded.started_at_micros,"
        " seconds = excluded.seconds, rows = excluded.rows, retries = excluded.retries, error = excluded.error,"
        " teams = excluded.teams",
        step.run_id, step.partition.shard, step.partition.day, step.partition.bucket, step.name, step.status,
        step.started_at, step.seconds, step.rows, step.retries, step.error, format_teams(step.teams))
        .exec();
    return {};
  });
}

Result<std::vector<StepRecord>> SqliteStateStore::steps(std::string_view run_id) {
  return connection_->read("reading steps", [&](SQLite::Database& database) {
    return read_steps(statement(database,
                                "SELECT run_id, shard, day, bucket, name, status, started_at_micros, seconds, rows,"
                                " retries, error, teams FROM steps WHERE run_id = ? ORDER BY started_at_micros, seq",
                                run_id));
  });
}

Result<std::vector<StepRecord>> SqliteStateStore::steps_on(const Cell& cell) {
  return connection_->read("reading steps of a day", [&](SQLite::Database& database) {
    return read_steps(statement(database,
                                "SELECT run_id, shard, day, bucket, name, steps.status, steps.started_at_micros,"
                                " seconds, rows, retries, steps.error, steps.teams"
                                " FROM steps JOIN runs ON runs.id = steps.run_id WHERE day = ?1 AND run_id IN"
                                " (SELECT run_id FROM steps WHERE day = ?1 AND instr(steps.teams, ?2) > 0)"
                                " ORDER BY runs.started_at_micros, runs.seq, steps.started_at_micros, steps.seq",
                                cell.day, format_teams({cell.team})));
  });
}

Result<std::vector<FailingPartition>> SqliteStateStore::failing_partitions() {
  using Partitions = std::vector<FailingPartition>;
  return connection_->read("reading which days failed", [&](SQLite::Database& database) -> Result<Partitions> {
    auto query = statement(database, R"sql(
      WITH attempts AS (
        SELECT shard, day, bucket, runs.seq AS run, max(steps.status = 'failed') AS failed,
          min(steps.status = 'done') AS good, max(CASE WHEN steps.status = 'failed' THEN steps.started_at_micros END) AS at
        FROM steps JOIN runs ON runs.id = steps.run_id
        GROUP BY shard, day, bucket, runs.seq),
      good AS (SELECT shard, day, bucket, max(run) AS run FROM attempts WHERE good GROUP BY shard, day, bucket)
      SELECT shard, day, bucket, count(*), max(at)
      FROM attempts LEFT JOIN good USING (shard, day, bucket)
      WHERE failed AND attempts.run > coalesce(good.run, 0)
      GROUP BY shard, day, bucket ORDER BY shard, day, bucket)sql");
    Partitions partitions;
    while (query.executeStep()) {
      GAPLESS_ASSIGN(const Partition partition, read_partition(query, 0));
      partitions.push_back({partition, query.getColumn(3).getUInt(), from_micros(query.getColumn(4).getInt64())});
    }
    return partitions;
  });
}

Result<std::vector<PartitionCost>> SqliteStateStore::partition_costs(std::size_t limit) {
  using Costs = std::vector<PartitionCost>;
  return connection_->read("reading how long days took", [&](SQLite::Database& database) -> Result<Costs> {
    auto query = statement(database, R"sql(
      SELECT max(CASE WHEN steps.name = 'publish' AND steps.status = 'done' THEN steps.rows ELSE 0 END) AS cells,
        sum(steps.seconds)
      FROM steps JOIN runs ON runs.id = steps.run_id
      GROUP BY runs.seq, shard, day, bucket HAVING cells > 0
      ORDER BY runs.seq DESC, day DESC, shard DESC, bucket DESC LIMIT ?)sql",
                           static_cast<std::int64_t>(limit));
    Costs costs;
    while (query.executeStep()) costs.push_back({read_count(query, 0), query.getColumn(1).getDouble()});
    return costs;
  });
}

Result<std::uint64_t> SqliteStateStore::prune_runs(Instant before) {
  return connection_->write("pruning the history", [&](SQLite::Database& database) -> Result<std::uint64_t> {
    const int runs = statement(database, "DELETE FROM runs WHERE status <> ? AND started_at_micros < ?",
                               name(RunStatus::kRunning), before)
                         .exec();  // their steps go with them, by the foreign key
    return static_cast<std::uint64_t>(runs);
  });
}

Result<bool> SqliteStateStore::request_cancel(std::string_view run_id) {
  return connection_->write("asking a run to stop", [&](SQLite::Database& database) -> Result<bool> {
    return statement(database, "UPDATE runs SET cancel_requested = 1 WHERE id = ? AND status = ?", run_id,
                     name(RunStatus::kRunning))
               .exec() == 1;
  });
}

Result<bool> SqliteStateStore::heartbeat(std::string_view run_id) {
  return connection_->read("looking for a request to stop", [&](SQLite::Database& database) -> Result<bool> {
    return statement(database, "SELECT 1 FROM runs WHERE id = ? AND cancel_requested = 1", run_id).executeStep();
  });
}

}  // namespace gapless
