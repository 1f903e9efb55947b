#include "warehouse/rights.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/ledger.h"
#include "sql/targets.h"
#include "warehouse/statement_options.h"

namespace gapless {
namespace {

constexpr int kAccessDenied = 497;
constexpr int kUnknownTable = 60;

/// No partition key that a target may have makes such an id: what is done to this partition is done to nothing.
constexpr std::string_view kNoPartition = "'gapless-probe'";

/// Tables of the server's own that statements and the HTTP engine read.
constexpr std::array kSystemTables = {"databases", "tables",    "columns",   "parts",    "disks",   "storage_policies",
                                      "replicas",  "processes", "query_log", "settings", "metrics", "events"};

std::string select_nothing(const std::string& table) { return "SELECT 1 FROM " + table + " LIMIT 0"; }

std::string insert_nothing(const TableName& table, std::string_view column) {
  const std::string_view value = column == "team_id" ? "1" : "''";
  return fmt::format("INSERT INTO {} ({}) SELECT {} WHERE 0", table.quoted(), column, value);
}

std::string plain_or_quoted(const std::string& user) {
  if (Identifier::parse(user, "engine.user")) return user;
  std::string quoted = "`";
  for (const char c : user) {
    if (c == '`' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "`";
}

/// Of the database with targets and ledger.
std::vector<Right> rights_on_rollup(const RightsScope& scope) {
  const std::string object = scope.database.text() + ".*";
  const auto ledger = sql::LedgerTables::in(scope.database);
  Right create{"CREATE TABLE", object, {}}, select{"SELECT", object, {}}, insert{"INSERT", object, {}},
      alter_delete{"ALTER DELETE", object, {}}, move{"ALTER MOVE PARTITION", object, {}};
  for (const Target target : scope.targets) {
    const TableName table = TableName::own(scope.database, table_name(target));
    create.probes.push_back(sql::create_target(target, table, TeamBuckets()));
    select.probes.push_back(select_nothing(table.quoted()));
    insert.probes.push_back(insert_nothing(table, "team_id"));
    alter_delete.probes.push_back(fmt::format("ALTER TABLE {} DROP PARTITION ID {}", table.quoted(), kNoPartition));
  }
  // The others have other columns, and could not be moved there if there were anything to move.
  move.probes.push_back(fmt::format("ALTER TABLE {} MOVE PARTITION ID {} TO TABLE {}",
                                    TableName::own(scope.database, table_name(Target::kStats)).quoted(), kNoPartition,
                                    probe_table(scope).quoted()));
  create.probes.push_back(sql::create_ledger(ledger.ledger));
  create.probes.push_back(sql::create_definitions(ledger.definitions));
  create.probes.push_back(sql::create_meta(ledger.meta));
  for (const TableName& table : {ledger.ledger, ledger.definitions, ledger.meta})
    select.probes.push_back(select_nothing(table.quoted()));
  insert.probes.push_back(insert_nothing(ledger.ledger, "team_id"));
  insert.probes.push_back(insert_nothing(ledger.definitions, "hash"));
  insert.probes.push_back(insert_nothing(ledger.meta, "store_id"));
  return {create, select, insert, alter_delete, move};
}

/// Those on the staging database as one, which is tried without making anything: RENAME takes all four, and what would be
/// renamed is not there. Without them all no probe table is made, since it might have to stay.
Right all_on_staging(const RightsScope& scope) {
  const auto table = [&](const char* name) { return TableName::own(scope.staging_database, name).quoted(); };
  return {"SELECT, INSERT, CREATE TABLE, DROP TABLE",
          scope.staging_database.text() + ".*",
          {"RENAME TABLE " + table("gapless_no_probe") + " TO " + table("gapless_no_other_probe")},
          Right::Subject::kMayBeAbsent};
}

/// CREATE TABLE first, and DROP TABLE last.
std::vector<Right> rights_on_staging(const RightsScope& scope) {
  const std::string object = scope.staging_database.text() + ".*";
  const TableName probe = probe_table(scope);
  const TableName stats = TableName::own(scope.database, table_name(Target::kStats));
  return {{"CREATE TABLE", object, {"CREATE TABLE IF NOT EXISTS " + probe.quoted() + " AS " + stats.quoted()}},
          {"SELECT", object, {select_nothing(probe.quoted())}},
          {"INSERT", object, {insert_nothing(probe, "team_id")}},
          // Not IF EXISTS: of a table that is not there no right is asked for.
          {"DROP TABLE", object, {"DROP TABLE " + probe.quoted() + " SYNC"}}};
}

Status try_statement(Engine& engine, const std::string& text, const Limits& limits) {
  if (text.starts_with("SELECT")) return engine.select(Statement(text), options_of(limits)).map([](const Rows&) {});
  return engine.execute(Statement(text), options_of(limits)).map([](const Stats&) {});
}

/// The names of tables that are there already: whoever made them need not have given us the right to.
Result<std::vector<std::string>> tables_there(Engine& engine, const Identifier& database, const Limits& limits) {
  Statement statement(sql::tables_of());
  auto rows = engine.select(statement.bind("database", database.text()), options_of(limits));
  std::vector<std::string> names;
  if (!rows && rows.error().code == kAccessDenied) return names;
  if (!rows) return fail(std::move(rows.error()));
  for (std::size_t i = 0; i < rows->size(); ++i) names.push_back(rows->text(i, 0));
  return names;
}

/// Where one of its statements fails for another reason, nothing is known of the right.
Status try_right(Engine& engine, const Right& right, const std::string& user, const Limits& limits, RightsLook& look) {
  std::optional<Error> other;
  for (const std::string& probe : right.probes) {
    Status done = try_statement(engine, probe, limits);
    const bool is_absent = !done && done.error().code == kUnknownTable;
    if (done || (is_absent && right.subject == Right::Subject::kMayBeAbsent)) continue;
    if (done.error().code == kAccessDenied) {
      const MissingRight missing{right.grant(user), done.error().message};
      if (std::ranges::find(look.missing, missing.grant, &MissingRight::grant) == look.missing.end())
        look.missing.push_back(missing);
      return {};
    }
    if (done.error().retryable() || done.error().fault == Fault::kCancelled) return done;
    other = done.error();
  }
  if (!other)
    ++look.tried;
  else
    look.not_tried.push_back({right.name(), other->message});
  return {};
}

bool takes_probe_table(const Right& right, const RightsScope& scope) {
  const std::string table = probe_table(scope).quoted();
  return std::ranges::any_of(right.probes,
                             [&](const std::string& probe) { return probe.find(table) != std::string::npos; });
}

Status try_all(Engine& engine, const RightsScope& scope, const Limits& limits, RightsLook& look) {
  GAPLESS_ASSIGN(const auto there, tables_there(engine, scope.database, limits));
  const std::string rollup = scope.database.text() + ".*";
  RightsLook staging;
  GAPLESS_TRY(try_right(engine, all_on_staging(scope), scope.user, limits, staging));
  for (Right right : rights_needed(scope)) {
    if (right.privilege == "CREATE TABLE" && right.object == rollup)
      std::erase_if(right.probes, [&](const std::string& probe) {
        return std::ranges::any_of(there, [&](const std::string& table) {
          return probe.find("IF NOT EXISTS `" + scope.database.text() + "`.`" + table + "`") != std::string::npos;
        });
      });
    if (staging.tried > 0 || !takes_probe_table(right, scope))
      GAPLESS_TRY(try_right(engine, right, scope.user, limits, look));
    else if (right.object == rollup && right.privilege == "ALTER MOVE PARTITION")
      look.not_tried.push_back({right.name(), "it takes a table in the staging database"});
  }
  std::ranges::move(staging.missing, std::back_inserter(look.missing));
  std::ranges::move(staging.not_tried, std::back_inserter(look.not_tried));
  return {};
}

}  // namespace

std::string Right::name() const { return fmt::format("{} ON {}", privilege, object); }

std::string Right::grant(const std::string& user) const {
  return fmt::format("GRANT {} ON {} TO {}", privilege, object, plain_or_quoted(user));
}

Right rebuild_right(const Identifier& database) { return {"DROP TABLE", database.text() + ".*", {}}; }

TableName probe_table(const RightsScope& scope) { return TableName::own(scope.staging_database, "gapless_probe"); }

std::vector<Right> rights_needed(const RightsScope& scope) {
  std::vector<Right> rights;
  for (const char* table : kSystemTables) {
    const std::string name = std::string("system.") + table;
    // A server may have no query log; who may read it is asked when there is one.
    rights.push_back({"SELECT", name, {select_nothing(name)}, Right::Subject::kMayBeAbsent});
  }
  for (const TableName& table : scope.source)
    rights.push_back({"SELECT", table.database.text() + "." + table.table.text(), {select_nothing(table.quoted())}});
  std::vector<Right> staging = rights_on_staging(scope);
  std::vector<Right> rollup = rights_on_rollup(scope);
  rights.insert(rights.end(), rollup.begin(), rollup.end() - 1);
  rights.insert(rights.end(), staging.begin(), staging.end() - 1);
  rights.push_back(rollup.back());  // moves into the probe table
  rights.push_back(staging.back());
  return rights;
}

Result<RightsLook> look_at_rights(Engine& engine, const RightsScope& scope, const Limits& limits) {
  RightsLook look;
  if (auto tried = try_all(engine, scope, limits, look); !tried) {
    // Its own failure adds nothing to the one that is told.
    (void)try_statement(engine, sql::drop_table(probe_table(scope)), limits);
    return fail(with_context("trying the rights of the server's user", std::move(tried.error())));
  }
  return look;
}

std::vector<TableName> tables_read(const SourceSpec& spec) {
  std::vector<TableName> tables = spec.tables;
  if (spec.query.empty()) tables.insert(tables.begin(), spec.table);
  if (spec.mapping.persons == sql::Persons::kAtBuild) tables.push_back(spec.person_overrides);
  return tables;
}

}  // namespace gapless
