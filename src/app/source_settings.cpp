#include "app/source_settings.h"

#include <algorithm>

#include "app/set_value.h"
#include "app/setting_values.h"
#include "util/ascii.h"

namespace gapless {
namespace {

using Kind = SettingInfo::Kind;

/// "source.columns.host" is the expression of the field host.
Status set_expression(const GivenValue& value, Settings& settings) {
  const std::string field = value.key.substr(value.key.rfind('.') + 1);
  const auto fields = sql::fields_of(sql::Persons::kAtBuild);
  if (std::ranges::find(fields, field, &sql::Field::name) == fields.end()) {
    std::vector<std::string_view> names;
    for (const sql::Field& one : fields) names.push_back(one.name);
    const auto meant = nearest(field, names);
    return fail(Fault::kInvalidInput, fmt::format("an event has no field '{}' (from {}){}", field, value.origin,
                                                  meant ? fmt::format("; did you mean {}?", *meant) : ""));
  }
  if (value.text.empty()) return must_be(value, "an expression of ClickHouse's SQL");
  settings.source_columns[field] = value.text;
  return {};
}

Status set_tables(const GivenValue& value, Settings& settings) {
  std::vector<SourceTable> tables;
  Status good;
  for_each_part(value.text, ',', [&](std::string_view part) {
    if (trimmed(part).empty()) return;
    SourceTable table;
    const Status read = set(table, read_source_table(trimmed(part)), value);
    if (!read && good) good = read;
    tables.push_back(std::move(table));
  });
  if (good) settings.source_tables = std::move(tables);
  return good;
}

TableName in_database(const SourceTable& table, const Identifier& database) {
  return TableName::own(table.database.value_or(database), table.table.text());
}

}  // namespace

std::vector<Setting> source_settings() {
  return {
      {{"source.preset",
        Kind::kText,
        {"GAPLESS_SOURCE_PRESET"},
        "gapless",
        "what its columns are called: gapless has the names of SEMANTICS.md, posthog those of PostHog's events"},
       [](const GivenValue& value, Settings& settings) {
         return choose<sql::Preset>(settings.source_preset, value,
                                    {{"gapless", sql::Preset::kGapless}, {"posthog", sql::Preset::kPosthog}});
       }},
      {{"source.table",
        Kind::kText,
        {"GAPLESS_SOURCE_TABLE"},
        "events",
        "table of the raw events, as table or database.table"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.source, read_source_table(value.text), value);
       }},
      {{"source.query",
        Kind::kText,
        {"GAPLESS_SOURCE_QUERY"},
        "",
        "a SELECT that gives the events, instead of a table"},
       [](const GivenValue& value, Settings& settings) -> Status {
         settings.source_query = value.text;
         return {};
       }},
      {{"source.columns",
        Kind::kTable,
        {"GAPLESS_SOURCE_COLUMNS"},
        "",
        "what a field of an event is where it is not the column of that name, nor as in the preset: an expression of "
        "ClickHouse's SQL, as in { host = \"domain(url)\" }; in the variable as host=domain(url),… without commas in "
        "them"},
       set_expression},
      {{"source.sessionize",
        Kind::kText,
        {"GAPLESS_SOURCE_SESSIONIZE"},
        "",
        "events without a session id: all makes sessions of them after 30 minutes' rest, named leaves them out; "
        "without it all, and named with the preset posthog"},
       [](const GivenValue& value, Settings& settings) {
         return choose<std::optional<bool>>(settings.sessionize_nameless, value, {{"all", true}, {"named", false}});
       }},
      {{"source.persons",
        Kind::kText,
        {"GAPLESS_SOURCE_PERSONS"},
        "",
        "who the visitor of a session is: as_read the person of its last event, at_build whoever that person was "
        "merged into by then, by its distinct_id; later merges change nothing. Without it as_read, and at_build with "
        "the preset posthog"},
       [](const GivenValue& value, Settings& settings) {
         return choose<std::optional<sql::Persons>>(
             settings.source_persons, value,
             {{"as_read", sql::Persons::kAsRead}, {"at_build", sql::Persons::kAtBuild}});
       }},
      {{"source.person_overrides",
        Kind::kText,
        {"GAPLESS_SOURCE_PERSON_OVERRIDES"},
        "person_distinct_id_overrides",
        "table where persons are looked up at build, with team_id, distinct_id, person_id, version and is_deleted; in "
        "the database of source.table unless it names one"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.person_overrides, read_source_table(value.text), value);
       }},
      {{"source.final",
        Kind::kBoolean,
        {"GAPLESS_SOURCE_FINAL"},
        "false",
        "read the source with FINAL, for tables that replace rows"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.source_final, read_boolean(value.text), value);
       }},
      {{"source.fingerprint",
        Kind::kText,
        {"GAPLESS_SOURCE_FINGERPRINT"},
        "identity",
        "what a rewritten event is noticed by: identity (its ids and times) or content (every field that figures come "
        "from)"},
       [](const GivenValue& value, Settings& settings) {
         return choose<bool>(settings.hash_content, value, {{"identity", false}, {"content", true}});
       }},
      {{"source.inventory",
        Kind::kText,
        {"GAPLESS_SOURCE_INVENTORY"},
        "parts",
        "how a plan is told what changed: parts looks at the parts of MergeTree tables and reads those that changed, "
        "scan reads the window each time, as happens by itself where there are no parts"},
       [](const GivenValue& value, Settings& settings) {
         using Inventory = sql::Source::Inventory;
         return choose<Inventory>(settings.source_inventory, value,
                                  {{"parts", Inventory::kParts}, {"scan", Inventory::kScan}});
       }},
      {{"source.tables",
        Kind::kTexts,
        {"GAPLESS_SOURCE_TABLES"},
        "",
        "the MergeTree tables whose parts tell what changed, where the source is a query, a view or Distributed"},
       set_tables},
      {{"source.max_lag",
        Kind::kText,
        {"GAPLESS_SOURCE_MAX_LAG"},
        "0s",
        "a replica that is further behind is not read; 0s is no limit"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.source_max_lag, read_span(value.text), value);
       }},
      {{"source.retention_days",
        Kind::kNumber,
        {"GAPLESS_SOURCE_RETENTION_DAYS"},
        "",
        "days that the source keeps; older ones are never recomputed. Without it everything is kept"},
       [](const GivenValue& value, Settings& settings) {
         return set(settings.retention_days, read_whole_number(value.text, 1, 36'500), value);
       }},
  };
}

SourceSpec source_spec(const Settings& settings) {
  const bool is_posthog = settings.source_preset == sql::Preset::kPosthog;
  const TableName table = in_database(settings.source, settings.database);
  SourceSpec spec{table};
  spec.query = settings.source_query;
  spec.mapping.preset = settings.source_preset;
  spec.mapping.expressions = settings.source_columns;
  spec.mapping.final_rows = settings.source_final;
  spec.mapping.persons = settings.source_persons.value_or(is_posthog ? sql::Persons::kAtBuild : sql::Persons::kAsRead);
  spec.person_overrides = in_database(settings.person_overrides, table.database);
  spec.inventory = settings.source_inventory;
  for (const SourceTable& one : settings.source_tables) spec.tables.push_back(in_database(one, table.database));
  spec.sessionize_nameless = settings.sessionize_nameless.value_or(!is_posthog);
  spec.hash_content = settings.hash_content;
  spec.max_lag = std::chrono::ceil<std::chrono::seconds>(settings.source_max_lag);
  spec.is_own = settings.servers().empty() && spec.query.empty() &&
                table.quoted() == TableName::own(settings.database, "events").quoted();
  return spec;
}

}  // namespace gapless
