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

}  // namespace gapless::sql
