#include "warehouse/source_mapping.h"

#include <fmt/format.h>

#include "engine/ask.h"
#include "warehouse/statement_options.h"

namespace gapless {
namespace {

/// The request with its `from` filled in.
sql::MappingRequest request_of(const SourceSpec& spec) {
  sql::MappingRequest request = spec.mapping;
  request.from = spec.query.empty() ? spec.table.quoted() : "(" + spec.query + ")";
  return request;
}

bool may_be_the_statement(const Error& error) {
  return error.fault == Fault::kBadQuery || error.fault == Fault::kInvalidInput;
}

StatementOptions looking(const Limits& limits) {
  StatementOptions options = options_of(limits);
  options.read_only = true;
  return options;
}

/// The types of the columns that a query gives, in their order; nothing of the table is read.
Result<std::vector<std::string>> types_given_by(Engine& engine, const std::string& query, const Limits& limits) {
  GAPLESS_ASSIGN(const Rows rows, engine.select(Statement("SELECT * FROM (" + query + ") LIMIT 0"), looking(limits)));
  return rows.types();
}

/// What the engine says of each expression. Errors: kInvalidInput, naming the first that it refuses.
Result<sql::FieldExpressions> types_of(Engine& engine, const sql::MappingRequest& request,
                                       const sql::FieldExpressions& chosen, const Limits& limits) {
  const auto described = [&](const sql::FieldExpressions& some) -> Result<sql::FieldExpressions> {
    GAPLESS_ASSIGN(const auto given, types_given_by(engine, sql::probe(request, some), limits));
    if (given.size() != some.size()) return fail(Fault::kInvalidInput, "it is not one expression");
    sql::FieldExpressions types;
    auto type = given.begin();
    for (const auto& [field, expression] : some) types.emplace(field, *type++);
    return types;
  };
  auto types = described(chosen);
  if (types || !may_be_the_statement(types.error())) return types;
  for (const auto& one : chosen)
    if (const auto alone = described({one}); !alone && may_be_the_statement(alone.error()))
      return fail(Fault::kInvalidInput,
                  fmt::format("source.columns.{} = {}: {}", one.first, one.second, alone.error().message));
  return fail(Fault::kInvalidInput, fmt::format("the source cannot be read: {}", types.error().message));
}

/// The columns that expressions may name.
struct SourceColumns {
  std::set<std::string> names;
  bool has_parts = false;
  std::string described;  ///< every one with its type, and those of the table of merged persons
};

Result<SourceColumns> columns_of_query(Engine& engine, const SourceSpec& spec, const Limits& limits) {
  const auto rows = engine.select(Statement("SELECT * FROM (" + spec.query + ") LIMIT 0"), looking(limits));
  if (!rows && may_be_the_statement(rows.error()))
    return fail(Fault::kInvalidInput, fmt::format("source.query cannot be read: {}", rows.error().message));
  if (!rows) return fail(rows.error());
  SourceColumns columns;
  columns.names = {rows->names().begin(), rows->names().end()};
  for (std::size_t i = 0; i < rows->columns(); ++i)
    columns.described += fmt::format("{} {}\n", rows->names()[i], rows->types()[i]);
  return columns;
}

Result<SourceColumns> columns_of_table(Engine& engine, const SourceSpec& spec, const Limits& limits) {
  const TableName& persons = spec.mapping.persons == sql::Persons::kAtBuild ? spec.person_overrides : spec.table;
  Statement statement(sql::source_columns());
  statement.bind("database", spec.table.database.text())
      .bind("table", spec.table.table.text())
      .bind("persons_database", persons.database.text())
      .bind("persons", persons.table.text());
  GAPLESS_ASSIGN(const Rows rows, ask(engine, "which columns the source has", statement,
                                      {"is_source", "name", "type", "has_parts"}, looking(limits)));
  SourceColumns columns;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    GAPLESS_ASSIGN(const std::uint64_t is_source, rows.u64(i, 0));
    GAPLESS_ASSIGN(const std::uint64_t parts, rows.u64(i, 3));
    if (is_source != 0) columns.names.insert(rows.text(i, 1));
    columns.has_parts = parts != 0;
    columns.described += fmt::format("{} {} {}\n", is_source, rows.text(i, 1), rows.text(i, 2));
  }
  if (columns.names.empty())
    return fail(Fault::kInvalidInput, fmt::format("the source {} does not exist, or may not be seen; source.table says"
                                                  " where events are",
                                                  spec.table.quoted()));
  return columns;
}

Status check_overrides(Engine& engine, const TableName& overrides, const Limits& limits) {
  const std::string query = "SELECT team_id, distinct_id, person_id, version, is_deleted FROM " + overrides.quoted();
  const auto given = types_given_by(engine, query, limits);
  if (given) return {};
  if (!may_be_the_statement(given.error())) return fail(given.error());
  return fail(Fault::kInvalidInput,
              fmt::format("persons cannot be looked up in {} (source.person_overrides): {}; with source.persons ="
                          " \"as_read\" they are not",
                          overrides.quoted(), given.error().message));
}

/// As a question to a memory: that the persons can be looked up answers it.
SourceMemory::Look look_at_overrides(Engine& engine, const TableName& overrides, const Limits& limits) {
  return [&engine, overrides, limits]() -> Result<sql::FieldExpressions> {
    GAPLESS_TRY(check_overrides(engine, overrides, limits));
    return sql::FieldExpressions{};
  };
}

}  // namespace

Result<sql::FieldExpressions> SourceMemory::recall(const std::string& question, const Look& look) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = answers_.find(question); found != answers_.end()) return found->second;
  }
  GAPLESS_ASSIGN(sql::FieldExpressions answer, look());
  constexpr std::size_t kMost = 16;  // of as many configurations as there may be in a process
  const std::lock_guard lock(mutex_);
  if (answers_.size() >= kMost) answers_.clear();
  answers_.insert_or_assign(question, answer);
  return answer;
}

sql::Source described(const SourceSpec& spec) {
  sql::Source source{spec.table};
  source.sessionize_nameless = spec.sessionize_nameless;
  source.final_rows = spec.mapping.final_rows;
  source.hash_content = spec.hash_content;
  source.inventory = spec.inventory;
  source.inventory_tables = spec.tables;
  source.is_query = !spec.query.empty();
  source.max_lag = spec.max_lag;
  source.mapping = sql::definition_lines(spec.mapping);
  if (source.is_query) source.mapping["source"] = spec.query;
  return source;
}

Result<sql::Source> resolve_source(Engine& engine, const SourceSpec& spec, const Limits& limits, SourceMemory& memory) {
  sql::Source source = described(spec);
  if (spec.is_own && source.mapping.empty()) return source;
  const sql::MappingRequest request = request_of(spec);
  GAPLESS_ASSIGN(const SourceColumns columns,
                 source.is_query ? columns_of_query(engine, spec, limits) : columns_of_table(engine, spec, limits));
  GAPLESS_ASSIGN(const auto chosen, sql::choose_expressions(request, columns.names));
  GAPLESS_ASSIGN(const auto types, memory.recall(columns.described + sql::probe(request, chosen),
                                                 [&] { return types_of(engine, request, chosen, limits); }));
  GAPLESS_ASSIGN(source.relation, sql::canonical_relation(request, chosen, types, columns.has_parts));
  if (spec.mapping.persons == sql::Persons::kAtBuild) {
    const auto look = look_at_overrides(engine, spec.person_overrides, limits);
    // Of a query's columns those of the persons' table are none.
    GAPLESS_TRY(source.is_query ? look() : memory.recall(columns.described + spec.person_overrides.quoted(), look));
    source.person_overrides = spec.person_overrides;
  }
  return source;
}

}  // namespace gapless
