// The contract over SqlWarehouse and engines: the statements, the tables and the swap as they really are.
#include <fmt/format.h>

#include "contract/warehouse_contract.h"
#include "core/uuid.h"
#include "sql/columns.h"
#include "support/case_name.h"
#include "support/chdb_environment.h"
#include "support/stand_in_environment.h"
#include "warehouse/sql_warehouse.h"

namespace gapless::contract {
namespace {

/// A database of its own in an engine of the program's, and a source beside it.
class SqlFixture final : public WarehouseFixture {
 public:
  SqlFixture(Engine& engine, TeamBuckets buckets)
      : engine_(engine),
        buckets_(buckets),
        warehouse_(engine, {database_, database_, {events_}, all_targets(), buckets}) {
    run(fmt::format("CREATE DATABASE {} ENGINE = Atomic", source_.text()));
    run(
        fmt::format("CREATE TABLE {} (team_id UInt64, event String, timestamp DateTime64(6, 'UTC'), inserted_at"
                    " DateTime64(6, 'UTC'), uuid UUID, person_id UUID, session_id String, pathname String, {})"
                    " ENGINE = MergeTree PARTITION BY toYYYYMMDD(timestamp) ORDER BY (team_id, session_id, timestamp)",
                    events_.quoted(), sql::declarations(sql::kEntryColumns)));
  }
  ~SqlFixture() override {
    for (const Identifier& database : {source_, database_})
      run(fmt::format("DROP DATABASE IF EXISTS {} SYNC", database.text()));
  }

  Warehouse& warehouse() override { return warehouse_; }

  void put(const std::vector<ModelEvent>& events) override {
    const Statement insert(fmt::format(
        "INSERT INTO {} (team_id, event, timestamp, uuid, person_id, session_id, pathname)", events_.quoted()));
    std::string lines;
    for (const ModelEvent& event : events) {
      const auto seconds = std::chrono::floor<std::chrono::seconds>(event.at);
      lines += fmt::format("{}\t{}\t{}.{:06}\t{}\t{}\t{}\t{}\n", event.team.value(), name(event.kind),
                           seconds.time_since_epoch().count(), (event.at - seconds).count(),
                           Uuid(0, event.number).to_string(), Uuid(1, event.person).to_string(), event.session,
                           event.pathname);
    }
    auto stream = engine_.insert(insert, "TabSeparated", {});
    ASSERT_TRUE(stream) << stream.error().message;
    ASSERT_TRUE((*stream)->append(lines));
    const auto written = (*stream)->finish();
    ASSERT_TRUE(written) << written.error().message;
    ASSERT_EQ(written->rows_written, events.size());
  }

  void drop_rows(Target target, Day day) override {
    for (const Partition& partition : buckets_.partitions_of(day))
      run(fmt::format("ALTER TABLE {} DROP PARTITION ID '{}'", table(target), buckets_.partition_id(partition)));
  }
  void delete_rows(Target target, Cell cell) override {
    run(fmt::format("ALTER TABLE {} DELETE WHERE {} SETTINGS mutations_sync = 2", table(target), is(cell)));
  }
  void double_rows(Target target, Cell cell) override {
    run(fmt::format("INSERT INTO {0} SELECT * FROM {0} WHERE {1}", table(target), is(cell)));
  }
  void delete_events(TeamId team) override {
    run(fmt::format("ALTER TABLE {} DELETE WHERE team_id = {} SETTINGS mutations_sync = 2", events_.quoted(),
                    team.value()));
  }
  void merge_parts() override {
    run(fmt::format("OPTIMIZE TABLE {} FINAL", events_.quoted()));
    for (const Target target : kTargets) run(fmt::format("OPTIMIZE TABLE {} FINAL", table(target)));
  }

 private:
  static Identifier unique(std::string_view prefix) {
    static std::uint64_t number = 0;
    return Identifier::parse(fmt::format("{}_{}", prefix, ++number), "test").value();
  }
  static std::string is(Cell cell) {
    return fmt::format("team_id = {} AND toDate(period_bucket) = '{}'", cell.team.value(), cell.day.to_string());
  }
  std::string table(Target target) const { return TableName::own(database_, table_name(target)).quoted(); }
  void run(const std::string& statement) {
    const auto done = engine_.execute(Statement(statement), {});
    ASSERT_TRUE(done) << statement << ": " << done.error().message;
  }

  Engine& engine_;
  const TeamBuckets buckets_;
  const Identifier source_ = unique("source");
  const Identifier database_ = unique("warehouse");
  const TableName events_ = TableName::own(source_, "events");
  SqlWarehouse warehouse_;
};

template <Engine& (*engine)(), std::uint64_t buckets>
std::unique_ptr<WarehouseFixture> over() {
  return std::make_unique<SqlFixture>(engine(), TeamBuckets::of(buckets, "test").value());
}

const WarehouseKind kEmbedded{"sql", over<testing_support::shared_chdb_engine, 1>};
// Buckets and protocol have nothing to do with each other: one warehouse has both.
const WarehouseKind kServer{"sql_over_http_in_3_buckets", over<testing_support::shared_http_engine, 3>};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Warehouses, WarehouseContract, testing::Values(kEmbedded, kServer), kCaseName);

}  // namespace gapless::contract
