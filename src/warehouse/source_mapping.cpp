#include "warehouse/source_mapping.h"

#include <fmt/format.h>

#include "sql/targets.h"
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
Result<std::set<std::string>> columns_of(Engine& engine, const SourceSpec& spec, const Limits& limits) {
  if (!spec.query.empty()) {
    const auto rows = engine.select(Statement("SELECT * FROM (" + spec.query + ") LIMIT 0"), looking(limits));
    if (!rows && may_be_the_statement(rows.error()))
      return fail(Fault::kInvalidInput, fmt::format("source.query cannot be read: {}", rows.error().message));
    if (!rows) return fail(rows.error());
    return std::set<std::string>(rows->names().begin(), rows->names().end());
  }
  Statement statement("SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String}");
  statement.bind("database", spec.table.database.text()).bind("table", spec.table.table.text());
  GAPLESS_ASSIGN(const Rows rows, engine.select(statement, looking(limits)));
  if (rows.size() == 0)
    return fail(Fault::kInvalidInput, fmt::format("the source {} does not exist, or may not be seen; source.table says"
                                                  " where events are",
                                                  spec.table.quoted()));
  std::set<std::string> names;
  for (std::size_t i = 0; i < rows.size(); ++i) names.insert(rows.text(i, 0));
  return names;
}

Result<bool> has_parts(Engine& engine, const TableName& table, const Limits& limits) {
  Statement statement(sql::table_kind());
  statement.bind("database", table.database.text()).bind("table", table.table.text());
  GAPLESS_ASSIGN(const Rows kind, engine.select(statement, looking(limits)));
  if (kind.size() == 0) return false;
  GAPLESS_ASSIGN(const std::uint64_t parts, kind.u64(0, 0));
  return parts != 0;
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

}  // namespace

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

Result<sql::Source> resolve_source(Engine& engine, const SourceSpec& spec, const Limits& limits) {
  sql::Source source = described(spec);
  if (spec.is_own && source.mapping.empty()) return source;
  const sql::MappingRequest request = request_of(spec);
  GAPLESS_ASSIGN(const auto columns, columns_of(engine, spec, limits));
  GAPLESS_ASSIGN(const auto chosen, sql::choose_expressions(request, columns));
  GAPLESS_ASSIGN(const auto types, types_of(engine, request, chosen, limits));
  bool parts = false;
  if (!source.is_query) {
    GAPLESS_ASSIGN(parts, has_parts(engine, spec.table, limits));
  }
  GAPLESS_ASSIGN(source.relation, sql::canonical_relation(request, chosen, types, parts));
  if (spec.mapping.persons == sql::Persons::kAtBuild) {
    GAPLESS_TRY(check_overrides(engine, spec.person_overrides, limits));
    source.person_overrides = spec.person_overrides;
  }
  return source;
}

}  // namespace gapless
