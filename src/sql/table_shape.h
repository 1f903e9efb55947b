#pragma once

#include <string>

namespace gapless::sql {

/// name, engine, partition_key, sorting_key, and the server's zone, of {tables:Array(String)} in {database:String}.
std::string table_shapes();
/// table_name, name, type, default_kind of the columns of these tables, in their order.
std::string table_columns();

}  // namespace gapless::sql
