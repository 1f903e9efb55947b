#include "sql/table_shape.h"

namespace gapless::sql {

std::string table_shapes() {
  return "SELECT name, engine, partition_key, sorting_key, serverTimeZone() AS zone FROM system.tables WHERE database ="
         " {database:String} AND name IN ({tables:Array(String)}) ORDER BY name";
}

std::string table_columns() {
  return "SELECT table AS table_name, name, type, default_kind FROM system.columns WHERE database = {database:String} "
         "AND"
         " table IN ({tables:Array(String)}) ORDER BY table, position";
}

std::string table_versions() {
  // A path holds the table's UUID and the part's name, which no table gives twice. A mutated part has another name.
  return "SELECT concat(database, '.', table) AS name, hex(sipHash128(arraySort(groupArray((path, rows,"
         " modification_time))))) AS version FROM system.parts WHERE active AND database IN ({databases:Array(String)})"
         " AND concat(database, '.', table) IN ({tables:Array(String)}) GROUP BY name ORDER BY name";
}

}  // namespace gapless::sql
