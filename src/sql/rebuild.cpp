#include "sql/rebuild.h"

#include "sql/columns.h"
#include "sql/targets.h"
#include "sql/template.h"

namespace gapless::sql {

std::optional<std::string> create_partitioned(const TableName& table, const TableName& like, std::string_view engine,
                                              std::string_view key, TeamBuckets buckets) {
  const std::string clause = " PARTITION BY " + std::string(key) + " ";
  const std::size_t at = engine.find(clause);
  if (at == std::string_view::npos) return std::nullopt;
  return "CREATE TABLE " + table.quoted() + " AS " + like.quoted() + " ENGINE = " + std::string(engine.substr(0, at)) +
         " PARTITION BY " + partition_key(buckets) + " " + std::string(engine.substr(at + clause.size()));
}

std::string copy_day(Target target, const TableName& to, const TableName& from) {
  return expand(R"(INSERT INTO $to ($columns) SELECT $columns FROM $from
    WHERE toYYYYMMDD(period_bucket) = toYYYYMMDD({day:Date}))",
                {{"to", to.quoted()}, {"columns", target_columns(target)}, {"from", from.quoted()}});
}

std::map<std::string, std::string> copy_settings() { return {{"max_partitions_per_insert_block", "0"}}; }

std::string exchange_tables(const TableName& one, const TableName& other) {
  return "EXCHANGE TABLES " + one.quoted() + " AND " + other.quoted();
}

}  // namespace gapless::sql
