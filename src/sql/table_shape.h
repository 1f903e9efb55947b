#pragma once

#include <string>

namespace gapless::sql {

/// name, engine, partition_key, sorting_key, and the server's zone, of {tables:Array(String)} in {database:String}.
std::string table_shapes();
/// table_name, name, type, default_kind of the columns of these tables, in their order.
std::string table_columns();

/// name ("database.table"), version: of those of {tables:Array(String)} in {databases:Array(String)} that have parts. After
/// any change the version is another one, also after a merge.
std::string table_versions();

}  // namespace gapless::sql
