#pragma once

#include <functional>
#include <set>
#include <string>

#include "core/target.h"

namespace gapless::sql {

/// name, engine, partition_key, sorting_key, and the server's zone, of {tables:Array(String)} in {database:String}.
std::string table_shapes();
/// name, partition_key, engine_full of {tables:Array(String)} in {database:String}.
std::string table_engines();
/// table_name, name, type, default_kind of the columns of these tables, in their order.
std::string table_columns();

/// name ("database.table"), version: of those of {tables:Array(String)} in {databases:Array(String)} that have parts. After
/// any change the version is another one, also after a merge.
std::string table_versions();
/// For a person to type: brings the groups of a table along into one that gapless has made. `there` are the columns that
/// it has, and `nullable` those of them where NULL stands for what is not known; groups that are the same without it
/// become one.
std::string bring_along(Target target, const std::string& from, const std::string& into,
                        const std::set<std::string, std::less<>>& there,
                        const std::set<std::string, std::less<>>& nullable);

}  // namespace gapless::sql
