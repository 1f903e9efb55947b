#pragma once

#include <string>

#include "core/table_name.h"
#include "sql/sessions.h"

namespace gapless::sql {

/// What is known about the data, beside the data: `gapless_ledger`, `gapless_definitions`, `gapless_meta`.
struct LedgerTables {
  TableName ledger;
  TableName definitions;
  TableName meta;
  static LedgerTables in(const Identifier& database);
};

std::string create_ledger(const TableName& ledger);
std::string create_definitions(const TableName& definitions);
std::string create_meta(const TableName& meta);

/// The columns of the ledger, in the order in which rows are inserted and read.
extern const char* const kLedgerColumns;
/// The rows that count, of {rollup:String} and {first:Date} … {last:Date}: for each (team, day, target) the one with the
/// highest (fence, sequence).
std::string read_ledger(const TableName& ledger, TeamFilter filter);
/// rows, fence, first_day, last_day of {rollup:String}.
std::string ledger_extent(const TableName& ledger);
/// text of {hash:String}.
std::string read_definition(const TableName& definitions);
/// Binds {hash:String}, {text:String}; writes nothing where the hash is known.
std::string write_definition(const TableName& definitions);
/// store_id, host, layout_version, shard, shards, uuid of the newest row. An older table has no shards: 0 of 0.
std::string read_meta(const TableName& meta);
/// Binds {store_id:String}, {host:String}, {layout_version:UInt64}.
std::string write_meta(const TableName& meta);
/// Also {shard:UInt64}, {shards:UInt64}.
std::string write_meta_of_shard(const TableName& meta);
/// Gives an older table the columns for them.
std::string add_shards_to_meta(const TableName& meta);
/// name of each table of {database:String} whose name starts with {prefix:String}.
std::string tables_like();
/// name of the tables of {database:String}, and of that database.
std::string tables_of();
std::string database_named();

}  // namespace gapless::sql
