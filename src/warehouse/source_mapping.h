#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "sql/mapping.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// Where events come from, as configured.
struct SourceSpec {
  TableName table;         ///< of the events, unless there is a query
  std::string query = {};  ///< a SELECT that gives them; empty: the table
  sql::MappingRequest mapping = {};
  TableName person_overrides = table;  ///< where persons are looked up at build
  sql::Source::Inventory inventory = sql::Source::Inventory::kParts;
  std::vector<TableName> tables = {};  ///< whose parts tell what changed; none: the table's
  bool sessionize_nameless = true;
  bool hash_content = false;
  std::chrono::seconds max_lag{0};  ///< of a replica; 0: whatever it is
  bool is_own = false;              ///< the table is the one that gapless loads into, canonical by making
};

/// What its figures mean, without a look at it: good for web_definition(), not for reading.
sql::Source described(const SourceSpec& spec);

/// The source as statements read it, after a look at its columns and their types. Errors: kInvalidInput for a table or a
/// column that is not there, an expression that the engine refuses, or one of a type that cannot be, naming the setting;
/// those of the engine.
Result<sql::Source> resolve_source(Engine& engine, const SourceSpec& spec, const Limits& limits);

}  // namespace gapless
