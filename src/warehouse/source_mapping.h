#pragma once

#include <functional>
#include <map>
#include <mutex>
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

/// What was found out about sources, for a process that looks at them again and again: the types of expressions stay the
/// same as long as the columns do that they are made of. Thread-safe.
class SourceMemory {
 public:
  using Look = std::function<Result<sql::FieldExpressions>()>;
  /// What was found for this question before, or else is now. Errors: those of `look`, which are not kept.
  Result<sql::FieldExpressions> recall(const std::string& question, const Look& look);

 private:
  std::mutex mutex_;
  std::map<std::string, sql::FieldExpressions> answers_;
};

/// The source as statements read it, after a look at its columns and their types; columns that are as they were when
/// `memory` was filled cost one statement. Errors: kInvalidInput for a table or a column that is not there, an expression
/// that the engine refuses, or one of a type that cannot be, naming the setting; those of the engine.
Result<sql::Source> resolve_source(Engine& engine, const SourceSpec& spec, const Limits& limits, SourceMemory& memory);

}  // namespace gapless
