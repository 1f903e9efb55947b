#include <fmt/format.h>

#include <limits>

#include "state/postgres/postgres_session.h"
#include "state/postgres/postgres_store.h"
#include "state/store_errors.h"

namespace gapless {
namespace {

using Kind = PostgresSession::Kind;

constexpr const char* kServerNow = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// Of a run; $1 is the clock's offset.
std::string select_runs(std::string_view rest) {
  return fmt::format(
      "SELECT id, job, \"trigger\", host, pid, status, \"window\", teams, cells_planned, cells_recomputed,"
      " started_at_micros, finished_at_micros, error, cells_by_state, reason,"
      " greatest(0, {} + $1::bigint - heard_at_millis) FROM runs {}",
      kServerNow, rest);
}

Result<RunRecord> read_run(const pqxx::row& row) {
  RunRecord run;
  run.id = read_text(row, 0);
  run.job = read_text(row, 1);
  run.trigger = read_text(row, 2);
  run.host = read_text(row, 3);
  run.pid = read_signed(row, 4);
  GAPLESS_ASSIGN(run.status, read_status(run.id, read_raw(row, 5)));
  run.window = read_text(row, 6);
  run.teams = read_count(row, 7);
  run.cells_planned = read_count(row, 8);
  run.cells_recomputed = read_count(row, 9);
  run.started_at = read_instant(row, 10);
  if (!row[11].is_null()) run.finished_at = read_instant(row, 11);
  run.error = read_text(row, 12);
  run.cells_by_state = parse_counts(read_text(row, 13));
  run.reason = read_text(row, 14);
  if (run.status == RunStatus::kRunning) run.silent_for = std::chrono::milliseconds(read_signed(row, 15));
  return run;
}

Result<std::vector<StepRecord>> read_steps(const pqxx::result& rows) {
  std::vector<StepRecord> steps;
  for (const pqxx::row row : rows) {
    GAPLESS_ASSIGN(const Partition partition, read_partition(row, 1));
    GAPLESS_ASSIGN(Teams teams, read_teams(read_raw(row, 11)));
    steps.push_back({read_text(row, 0), partition, read_text(row, 4), read_text(row, 5), read_instant(row, 6),
                     row[7].as<double>(), read_count(row, 8), static_cast<std::uint32_t>(read_count(row, 9)),
                     read_text(row, 10), std::move(teams)});
  }
  return steps;
}

/// PostgreSQL's LIMIT is signed.
std::int64_t limit_of(std::size_t limit) {
  return static_cast<std::int64_t>(std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

Status PostgresStateStore::begin_run(const RunRecord& run) {
  static const std::string kInsert = fmt::format(
      "INSERT INTO runs (id, job, \"trigger\", host, pid, status, \"window\", teams, cells_planned, cells_recomputed,"
      " started_at_micros, finished_at_micros, error, cells_by_state, reason, heard_at_millis)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULLIF($12, '')::bigint, $13, $14, $15, {} + $16::bigint)"
      " ON CONFLICT (id) DO NOTHING",
      kServerNow);
  return calls_->run(Kind::kWrite, "beginning a run", [&](PostgresTransaction& transaction) -> Status {
    const auto begun = transaction.exec(kInsert, run.id, run.job, run.trigger, run.host, run.pid,
                                        std::string_view(name(run.status)), run.window, run.teams, run.cells_planned,
                                        run.cells_recomputed, run.started_at, run.finished_at, run.error,
                                        format_counts(run.cells_by_state), run.reason, options_.clock_offset());
    if (begun.affected_rows() == 0 && !transaction.is_repeated()) return fail_run_exists(run.id);
    return {};
  });
}

Status PostgresStateStore::update_run(const RunRecord& run) {
  return calls_->run(Kind::kWrite, "updating a run", [&](PostgresTransaction& transaction) -> Status {
    const auto updated = transaction.exec(
        "UPDATE runs SET status = $2, teams = $3, cells_planned = $4, cells_recomputed = $5,"
        " finished_at_micros = NULLIF($6, '')::bigint, error = $7, cells_by_state = $8, reason = $9 WHERE id = $1",
        run.id, std::string_view(name(run.status)), run.teams, run.cells_planned, run.cells_recomputed, run.finished_at,
        run.error, format_counts(run.cells_by_state), run.reason);
    if (updated.affected_rows() == 0) return fail_unknown_run(run.id);
    return {};
  });
}

Result<std::optional<RunRecord>> PostgresStateStore::run(std::string_view id) {
  static const std::string kById = select_runs("WHERE id = $2");
  using Found = std::optional<RunRecord>;
  return calls_->run(Kind::kRead, "reading a run", [&](PostgresTransaction& transaction) -> Result<Found> {
    const auto rows = transaction.exec(kById, options_.clock_offset(), id);
    if (rows.empty()) return std::nullopt;
    return read_run(rows[0]);
  });
}

Result<std::vector<RunRecord>> PostgresStateStore::runs(std::size_t limit) {
  static const std::string kNewest = select_runs("ORDER BY started_at_micros DESC, seq DESC LIMIT $2");
  using Runs = std::vector<RunRecord>;
  return calls_->run(Kind::kRead, "reading the runs", [&](PostgresTransaction& transaction) -> Result<Runs> {
    Runs runs;
    for (const pqxx::row row : transaction.exec(kNewest, options_.clock_offset(), limit_of(limit))) {
      GAPLESS_ASSIGN(RunRecord run, read_run(row));
      runs.push_back(std::move(run));
    }
    return runs;
  });
}

Status PostgresStateStore::record_step(const StepRecord& step) {
  return calls_->run(Kind::kWrite, "recording a step", [&](PostgresTransaction& transaction) -> Status {
    // An update in place: the step keeps its seq, and so its place among those of its instant.
    const auto recorded = transaction.exec(
        "INSERT INTO steps (run_id, shard, day, bucket, name, status, started_at_micros, seconds, rows, retries, error,"
        " teams) SELECT id, $2::bigint, $3, $4::bigint, $5, $6, $7::bigint, $8::double precision, $9::bigint,"
        " $10::bigint, $11, $12 FROM runs WHERE id = $1 ON CONFLICT (run_id, shard, day, bucket, name) DO UPDATE SET"
        " status = excluded.status, started_at_micros = excluded.started_at_micros, seconds = excluded.seconds,"
        " rows = excluded.rows, retries = excluded.retries, error = excluded.error, teams = excluded.teams",
        step.run_id, step.partition.shard, step.partition.day, step.partition.bucket, step.name, step.status,
        step.started_at, step.seconds, step.rows, step.retries, step.error, format_teams(step.teams));
    if (recorded.affected_rows() == 0) return fail_unknown_run(step.run_id);
    return {};
  });
}

Result<std::vector<StepRecord>> PostgresStateStore::steps(std::string_view run_id) {
  using Steps = std::vector<StepRecord>;
  return calls_->run(Kind::kRead, "reading steps", [&](PostgresTransaction& transaction) -> Result<Steps> {
    return read_steps(transaction.exec(
        "SELECT run_id, shard, day, bucket, name, status, started_at_micros, seconds, rows, retries, error, teams"
        " FROM steps WHERE run_id = $1 ORDER BY started_at_micros, seq",
        run_id));
  });
}

Result<std::vector<StepRecord>> PostgresStateStore::steps_on(const Cell& cell) {
  using Steps = std::vector<StepRecord>;
  return calls_->run(Kind::kRead, "reading steps of a day", [&](PostgresTransaction& transaction) -> Result<Steps> {
    return read_steps(transaction.exec(
        "SELECT run_id, shard, day, bucket, name, steps.status, steps.started_at_micros, seconds, rows, retries,"
        " steps.error, steps.teams FROM steps JOIN runs ON runs.id = steps.run_id WHERE day = $1 AND run_id IN"
        " (SELECT run_id FROM steps WHERE day = $1 AND strpos(steps.teams, $2) > 0)"
        " ORDER BY runs.started_at_micros, runs.seq, steps.started_at_micros, steps.seq",
        cell.day, format_teams({cell.team})));
  });
}

Result<std::vector<FailingPartition>> PostgresStateStore::failing_partitions() {
  using Partitions = std::vector<FailingPartition>;
  return calls_->run(
      Kind::kRead, "reading which days failed", [&](PostgresTransaction& transaction) -> Result<Partitions> {
        Partitions partitions;
        for (const pqxx::row row : transaction.exec(R"sql(
      WITH attempts AS (
        SELECT shard, day, bucket, runs.seq AS run, bool_or(steps.status = 'failed') AS failed,
          bool_and(steps.status = 'done') AS good,
          max(CASE WHEN steps.status = 'failed' THEN steps.started_at_micros END) AS at
        FROM steps JOIN runs ON runs.id = steps.run_id
        GROUP BY shard, day, bucket, runs.seq),
      good AS (SELECT shard, day, bucket, max(run) AS run FROM attempts WHERE good GROUP BY shard, day, bucket)
      SELECT shard, day, bucket, count(*), max(at)
      FROM attempts LEFT JOIN good USING (shard, day, bucket)
      WHERE failed AND attempts.run > coalesce(good.run, 0)
      GROUP BY shard, day, bucket ORDER BY shard, day, bucket)sql")) {
          GAPLESS_ASSIGN(const Partition partition, read_partition(row, 0));
          partitions.push_back({partition, static_cast<std::uint32_t>(read_count(row, 3)), read_instant(row, 4)});
        }
        return partitions;
      });
}

Result<std::vector<PartitionCost>> PostgresStateStore::partition_costs(std::size_t limit) {
  using Costs = std::vector<PartitionCost>;
  return calls_->run(Kind::kRead, "reading how long days took", [&](PostgresTransaction& transaction) -> Result<Costs> {
    Costs costs;
    for (const pqxx::row row : transaction.exec(R"sql(
      SELECT cells, seconds FROM (
        SELECT runs.seq AS run, shard, day, bucket, sum(steps.seconds) AS seconds,
          max(CASE WHEN steps.name = 'publish' AND steps.status = 'done' THEN steps.rows ELSE 0 END) AS cells
        FROM steps JOIN runs ON runs.id = steps.run_id
        GROUP BY runs.seq, shard, day, bucket) AS attempts
      WHERE cells > 0 ORDER BY run DESC, day DESC, shard DESC, bucket DESC LIMIT $1)sql",
                                                limit_of(limit)))
      costs.push_back({read_count(row, 0), row[1].as<double>()});
    return costs;
  });
}

Result<std::uint64_t> PostgresStateStore::prune_runs(Instant before) {
  return calls_->run(
      Kind::kWrite, "pruning the history", [&](PostgresTransaction& transaction) -> Result<std::uint64_t> {
        const auto runs = transaction.exec("DELETE FROM runs WHERE status <> $1 AND started_at_micros < $2",
                                           std::string_view(name(RunStatus::kRunning)), before);
        return static_cast<std::uint64_t>(runs.affected_rows());  // their steps go with them, by the foreign key
      });
}

Result<bool> PostgresStateStore::request_cancel(std::string_view run_id) {
  return calls_->run(Kind::kWrite, "asking a run to stop", [&](PostgresTransaction& transaction) -> Result<bool> {
    const auto asked = transaction.exec("UPDATE runs SET cancel_requested = true WHERE id = $1 AND status = $2", run_id,
                                        std::string_view(name(RunStatus::kRunning)));
    return asked.affected_rows() == 1;
  });
}

}  // namespace gapless
