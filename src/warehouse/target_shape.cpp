#include "warehouse/target_shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "engine/ask.h"
#include "sql/columns.h"
#include "sql/table_shape.h"
#include "sql/targets.h"
#include "warehouse/partitioning.h"
#include "warehouse/statement_options.h"

namespace gapless {
namespace {

constexpr std::string_view kLowCardinalityText = "LowCardinality(String)";
constexpr std::string_view kText = "String";

std::string without(std::string text, std::string_view characters) {
  std::erase_if(text, [&](char c) { return characters.find(c) != std::string_view::npos; });
  return text;
}

bool is_utc(std::string_view zone) { return zone == "UTC" || zone == "Etc/UTC"; }

/// What a type is where it is not NULL; none where it cannot be.
std::optional<std::string> without_null(std::string type) {
  const std::size_t at = type.find("Nullable(");
  if (at == std::string::npos) return std::nullopt;
  type.erase(at, std::string_view("Nullable(").size());
  type.erase(type.find(')', at), 1);
  return type;
}

bool is_text(std::string_view type) { return type == kText || type == kLowCardinalityText; }

bool fits(std::string_view wanted, std::string_view found, const TableShape& shape) {
  if (is_text(wanted)) return is_text(found);
  if (wanted == "DateTime('UTC')")
    return found == wanted || found == "DateTime('Etc/UTC')" || (found == "DateTime" && is_utc(shape.server_zone));
  return without(std::string(found), " ") == without(std::string(wanted), " ");
}

std::vector<sql::Column> columns_of(Target target) {
  std::vector<sql::Column> columns = {{"team_id", "UInt64"}, {"period_bucket", "DateTime('UTC')"}};
  for (const auto& some : {sql::dimensions(target), sql::states(target)})
    columns.insert(columns.end(), some.begin(), some.end());
  return columns;
}

/// The columns of a key; an expression stands as a whole.
std::set<std::string, std::less<>> parts_of(const std::string& key) {
  std::set<std::string, std::less<>> parts;
  std::string part;
  int depth = 0;
  for (const char c : key + ",") {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0)
      parts.insert(std::exchange(part, {}));
    else if (c != ' ' && c != '`')
      part += c;
  }
  return parts;
}

class Comparison {
 public:
  Comparison(Target target, const TableName& table, const TableShape& shape)
      : target_(target), table_(table), shape_(shape) {}

  std::vector<ShapeProblem> problems() {
    if (!check_engine()) return std::move(problems_);
    if (!parse_partition_key(shape_.partition_key))
      add(fmt::format("is partitioned by {}, not by {} alone or with a team_id % N beside it: a day is published as one"
                      " partition, or as N",
                      shape_.partition_key.empty() ? "nothing" : shape_.partition_key,
                      sql::partition_key(TeamBuckets())),
          anew());
    check_columns();
    check_nullable();
    return std::move(problems_);
  }

 private:
  void add(std::string what, std::string remedy) { problems_.push_back({std::move(what), std::move(remedy)}); }
  std::string away() const { return table_.table.text() + "_before_gapless"; }
  /// gapless makes what is not there.
  std::string anew() const {
    return fmt::format("RENAME TABLE {0} TO {1}; gapless makes one of its own, and gapless backfill fills it",
                       table_.quoted(), TableName::own(table_.database, away()).quoted());
  }
  /// Names are words: they need no quotes, which a shell might take for its own.
  std::string in_database(const std::string& table) const { return table_.database.text() + "." + table; }
  std::string bring_along(const std::string& from, const std::string& into) const {
    std::set<std::string, std::less<>> there, nullable;
    for (const TableShape::Column& column : shape_.columns) {
      there.insert(column.name);
      if (without_null(column.type)) nullable.insert(column.name);
    }
    return sql::bring_along(target_, from, into, there, nullable);
  }

  /// False where there is no use in looking further.
  bool check_engine() {
    const std::string& engine = shape_.engine;
    if (engine == "MergeTree") return true;
    if (engine.starts_with("Replicated") || engine.starts_with("Shared")) {
      add(fmt::format("is a {}: replicated targets are not supported yet", engine),
          fmt::format("name a database without such tables in engine.database; gapless doctor makes plain ones there, "
                      "and this brings the rows along: gapless sql --write \"{}\"; gapless adopt then proves what is "
                      "right",
                      bring_along(in_database(table_.table.text()), table_.table.text())));
      return false;
    }
    if (engine != "AggregatingMergeTree" && engine != "ReplacingMergeTree") {
      add(fmt::format("is a {}: days are published by replacing partitions, which takes a MergeTree", engine), anew());
      return false;
    }
    const auto sorted_by = parts_of(shape_.sorting_key);
    std::vector<std::string_view> left_out = {"team_id", "period_bucket"};
    for (const sql::Column& column : sql::dimensions(target_)) left_out.push_back(column.name);
    std::erase_if(left_out, [&](std::string_view column) { return sorted_by.contains(column); });
    if (!left_out.empty())
      add(fmt::format("is a {} whose sorting key lacks {}: it would merge different groups into one", engine,
                      fmt::join(left_out, ", ")),
          anew());
    return true;
  }

  void check_columns() {
    std::map<std::string_view, const TableShape::Column*> found;
    for (const TableShape::Column& column : shape_.columns) found.emplace(column.name, &column);
    for (const sql::Column& wanted : columns_of(target_)) {
      const auto there = found.find(wanted.name);
      if (there == found.end()) {
        add(fmt::format("has no column {} ({})", wanted.name, wanted.type),
            fmt::format("ALTER TABLE {} ADD COLUMN {} {}", table_.quoted(), wanted.name, wanted.type));
        continue;
      }
      check_column(wanted, *there->second);
      found.erase(there);
    }
    for (const TableShape::Column& column : shape_.columns)
      if (found.contains(column.name) && (column.default_kind.empty() || column.default_kind == "DEFAULT"))
        add(fmt::format("has a column {} that is not gapless's: what stands in it would be lost with the next build of "
                        "its day",
                        column.name),
            fmt::format("ALTER TABLE {} DROP COLUMN {}, or make it MATERIALIZED or an ALIAS", table_.quoted(),
                        column.name));
  }

  void check_column(const sql::Column& wanted, const TableShape::Column& column) {
    const bool is_stored = column.default_kind.empty() || column.default_kind == "DEFAULT";
    if (!is_stored)
      add(fmt::format("has a column {} that is {}: no value can be written to it", column.name, column.default_kind),
          anew());
    else if (const auto bare = without_null(column.type); bare && fits(wanted.type, *bare, shape_))
      nullable_.push_back(column.name);
    else if (!fits(wanted.type, column.type, shape_))
      add(fmt::format("has a column {} of the type {}{}, not {}", column.name, column.type,
                      column.type == "DateTime" ? fmt::format(" in the server's zone, {}", shape_.server_zone) : "",
                      wanted.type),
          anew());
  }

  /// No ALTER will do: what a group with NULL and one without a value hold is one group's.
  void check_nullable() {
    if (nullable_.empty()) return;
    const std::string table = in_database(table_.table.text()), renamed = in_database(away());
    add(fmt::format("has {} that may be NULL, {}: a NULL in a key is a group that no hash tells",
                    nullable_.size() == 1 ? "a column" : "columns", fmt::join(nullable_, ", ")),
        fmt::format("RENAME TABLE {} TO {}; gapless doctor makes one of its own; {}; gapless adopt then proves what is "
                    "right",
                    table, renamed, bring_along(renamed, table)));
  }

  const Target target_;
  const TableName& table_;
  const TableShape& shape_;
  std::vector<std::string> nullable_;
  std::vector<ShapeProblem> problems_;
};

}  // namespace

std::vector<ShapeProblem> shape_problems(Target target, const TableName& table, const TableShape& shape) {
  return Comparison(target, table, shape).problems();
}

Result<std::vector<TargetLook>> look_at_targets(Engine& engine, const Identifier& database, const Targets& targets,
                                                const Limits& limits) {
  StatementOptions options = options_of(limits);
  options.read_only = true;
  std::vector<std::string> names;
  for (const Target target : targets) names.emplace_back(table_name(target));
  const auto ask = [&](std::string text, const std::vector<std::string_view>& columns) -> Result<Rows> {
    Statement statement(std::move(text));
    statement.bind("database", database.text()).bind("tables", names);
    return gapless::ask(engine, "how the target tables are made", statement, columns, options);
  };
  GAPLESS_ASSIGN(const Rows tables,
                 ask(sql::table_shapes(), {"name", "engine", "partition_key", "sorting_key", "zone"}));
  GAPLESS_ASSIGN(const Rows columns, ask(sql::table_columns(), {"table_name", "name", "type", "default_kind"}));
  std::map<std::string, TableShape> shapes;
  for (std::size_t i = 0; i < tables.size(); ++i)
    shapes[tables.text(i, 0)] = {tables.text(i, 1), tables.text(i, 2), tables.text(i, 3), tables.text(i, 4), {}};
  for (std::size_t i = 0; i < columns.size(); ++i)
    shapes[columns.text(i, 0)].columns.push_back({columns.text(i, 1), columns.text(i, 2), columns.text(i, 3)});
  std::vector<TargetLook> looks;
  for (const Target target : targets)
    if (const auto found = shapes.find(std::string(table_name(target))); found != shapes.end())
      looks.push_back({target, found->second.engine,
                       shape_problems(target, TableName::own(database, table_name(target)), found->second),
                       parse_partition_key(found->second.partition_key)});
  return looks;
}

Status check_targets(const std::vector<TargetLook>& looks, const Identifier& database) {
  for (const TargetLook& look : looks)
    if (!look.problems.empty())
      return fail(Fault::kInvalidInput,
                  fmt::format("{}.{} cannot take what gapless publishes: it {}{}. gapless doctor says what to do",
                              database.text(), table_name(look.target), look.problems.front().what,
                              look.problems.size() > 1 ? fmt::format(" (and {} more)", look.problems.size() - 1) : ""));
  return {};
}

}  // namespace gapless
