#include "sql/table_shape.h"

#include "sql/columns.h"
#include "sql/template.h"

namespace gapless::sql {
namespace {

std::string_view value_of_nothing(const Column& column) {
  if (column.type == "Bool") return "false";
  return column.type == "Int64" ? "0" : "''";
}

/// "AggregateFunction(uniq, UUID)": uniqMergeState.
std::string merged(const Column& state) {
  const std::string_view function = state.type.substr(std::string_view("AggregateFunction(").size());
  return std::string(function.substr(0, function.find(','))) + "MergeState(" + std::string(state.name) + ")";
}

}  // namespace

std::string table_shapes() {
  return "SELECT name, engine, partition_key, sorting_key, serverTimeZone() AS zone FROM system.tables WHERE database ="
         " {database:String} AND name IN ({tables:Array(String)}) ORDER BY name";
}

std::string table_engines() {
  return "SELECT name, partition_key, engine_full FROM system.tables WHERE database = {database:String} AND name IN"
         " ({tables:Array(String)}) ORDER BY name";
}

std::string table_columns() {
  return "SELECT table AS table_name, name, type, default_kind FROM system.columns WHERE database = {database:String} "
         "AND"
         " table IN ({tables:Array(String)}) ORDER BY table, position";
}

std::string table_versions() {
  // A path holds the table's UUID and the part's name. A mutated part has another name, and one that was given again after
  // a partition was dropped another time.
  return "SELECT concat(database, '.', table) AS name, hex(sipHash128(arraySort(groupArray((path, rows,"
         " modification_time))))) AS version FROM system.parts WHERE active AND database IN ({databases:Array(String)})"
         " AND concat(database, '.', table) IN ({tables:Array(String)}) GROUP BY name ORDER BY name";
}

std::string bring_along(Target target, const std::string& from, const std::string& into,
                        const std::set<std::string, std::less<>>& there,
                        const std::set<std::string, std::less<>>& nullable) {
  std::string columns = "team_id, period_bucket", values = columns;
  const auto add = [&](const Column& column, const std::string& value) {
    if (!there.contains(column.name)) return;
    columns.append(", ").append(column.name);
    values.append(", ").append(value);
  };
  for (const Column& column : dimensions(target)) {
    const std::string name(column.name);
    add(column, nullable.contains(name) ? "ifNull(" + name + ", " + std::string(value_of_nothing(column)) + ")" : name);
  }
  for (const Column& state : states(target)) add(state, merged(state));
  return expand(
      "INSERT INTO $into ($columns) SELECT $values FROM $from GROUP BY ALL SETTINGS max_partitions_per_insert_block = "
      "0",
      {{"into", into}, {"columns", columns}, {"values", values}, {"from", from}});
}

}  // namespace gapless::sql
