#include "sql/mapping.h"

#include <algorithm>

#include "sql/columns.h"
#include "sql/template.h"

namespace gapless::sql {
namespace {

/// Not the name of any column: an alias hides a column of its name from every expression beside it.
constexpr std::string_view kAlias = "gapless_mapped_";

FieldKind kind_of(std::string_view type) {
  if (type == "Bool") return FieldKind::kFlag;
  return type == "Int64" ? FieldKind::kInteger : FieldKind::kText;
}

std::string quoted_text(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

/// A property of PostHog's events: its materialised column where there is one, which is cheap, else out of the JSON. A
/// materialised column holds the JSON text without its quotes, and so the word null where there is none.
std::string property(std::string_view name, std::string_view column, const std::set<std::string>& columns) {
  if (columns.contains(std::string(column)))
    return "ifNull(nullIf(toString(`" + std::string(column) + "`), 'null'), '')";
  return expand(
      "multiIf(JSONType(properties, $name) = 'String', JSONExtractString(properties, $name),"
      " JSONType(properties, $name) = 'Null', '', JSONExtractRaw(properties, $name))",
      {{"name", quoted_text(name)}});
}

FieldExpressions posthog(const std::set<std::string>& columns) {
  const auto of = [&](std::string_view name) { return property(name, "mat_" + std::string(name), columns); };
  FieldExpressions fields = {
      {"session_id", property("$session_id", "$session_id", columns)},
      {"host", of("$host")},
      {"pathname", of("$pathname")},
      {"device_type", of("$device_type")},
      {"browser", of("$browser")},
      {"os", of("$os")},
      {"viewport_width", "toInt64OrZero(" + of("$viewport_width") + ")"},
      {"viewport_height", "toInt64OrZero(" + of("$viewport_height") + ")"},
      {"referring_domain", of("$referring_domain")},
      {"country_code", of("$geoip_country_code")},
      {"city_name", of("$geoip_city_name")},
      {"region_code", of("$geoip_subdivision_1_code")},
      {"region_name", of("$geoip_subdivision_1_name")},
      {"has_gclid", "notEmpty(" + of("gclid") + ")"},
      {"has_gad_source_paid_search", of("gad_source") + " = '1'"},
      {"has_fbclid", "notEmpty(" + of("fbclid") + ")"},
      {"mat_metadata_loggedIn", property("metadata.loggedIn", "mat_metadata_loggedIn", columns) + " = 'true'"},
      {"mat_metadata_backend", property("metadata.backend", "mat_metadata_backend", columns)}};
  for (const char* utm : {"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"})
    fields.emplace(utm, of(utm));
  return fields;
}

struct Type {
  std::string name;  ///< without LowCardinality and Nullable
  bool is_nullable = false;
};

Type parse_type(std::string text) {
  Type type;
  for (const std::string_view wrapper : {"LowCardinality(", "Nullable("})
    if (text.starts_with(wrapper)) {
      type.is_nullable = type.is_nullable || wrapper == "Nullable(";
      text = text.substr(wrapper.size(), text.size() - wrapper.size() - 1);
    }
  type.name = std::move(text);
  return type;
}

bool is_integer(std::string_view type) {
  if (type.starts_with("U")) type.remove_prefix(1);
  return type == "Int8" || type == "Int16" || type == "Int32" || type == "Int64";
}

bool is_utc(std::string_view type) {
  return type.ends_with("'UTC')") || type.ends_with("'Etc/UTC')") || type.ends_with("'GMT')");
}

tl::unexpected<Error> wrong_type(const Field& field, const std::string& type, std::string_view what) {
  return fail(Fault::kInvalidInput, "source.columns." + field.name + " gives " + type + ": " + std::string(what));
}

/// The expression `of` a field's alias, made what the field is. Types that already are stay bare, so that conditions reach
/// the table's sorting key.
Result<std::string> converted(const Field& field, const std::string& type_text, const std::string& of) {
  const Type type = parse_type(type_text);
  const auto or_else = [&](std::string_view fallback, const std::string& value) {
    return type.is_nullable ? "ifNull(" + value + ", " + std::string(fallback) + ")" : value;
  };
  const std::string bare = type.is_nullable ? "assumeNotNull(" + of + ")" : of;  // rows without one are left out
  switch (field.kind) {
    case FieldKind::kTeam:
      if (is_integer(type.name)) return bare;
      return wrong_type(field, type_text, "a team id must be an integer; convert it, as in toUInt64OrZero(…)");
    case FieldKind::kTime:
      if (type.name.starts_with("DateTime") && !is_utc(type.name))
        return wrong_type(field, type_text,
                          "a timestamp without the time zone UTC in its type; write toTimeZone(…, 'UTC') where it is an"
                          " instant, or convert it where it is not");
      if (type.name.starts_with("DateTime64(") && type.name[11] <= '6') return bare;
      if (type.name.starts_with("DateTime")) return "toDateTime64(" + bare + ", 6, 'UTC')";
      return wrong_type(field, type_text, "a timestamp must be DateTime64(6, 'UTC'); convert it");
    case FieldKind::kUuid:
      if (type.name == "UUID") return bare;
      return wrong_type(field, type_text, "it must be a UUID; convert it, as in toUUIDOrZero(…)");
    case FieldKind::kPerson:
      if (type.name == "UUID") return or_else("toUUID('00000000-0000-0000-0000-000000000000')", of);
      return wrong_type(field, type_text,
                        "it must be a UUID; convert it, as in toUUIDOrZero(…), or of any text"
                        " reinterpretAsUUID(MD5(…))");
    case FieldKind::kText:
      if (type.name == "String") return or_else("''", of);
      if (type.name.starts_with("FixedString(") || type.name.starts_with("Enum"))
        return or_else("''", "toString(" + of + ")");
      return wrong_type(field, type_text, "it must be a text; convert it, as in toString(…)");
    case FieldKind::kInteger:
      if (type_text == "Int64") return of;
      if (is_integer(type.name)) return "toInt64(" + or_else("0", of) + ")";
      return wrong_type(field, type_text, "it must be an integer; convert it, as in toInt64OrZero(…)");
    case FieldKind::kFlag:
      if (type_text == "Bool") return of;
      if (type.name == "Bool" || is_integer(type.name)) return or_else("0", of) + " != 0";
      return wrong_type(field, type_text, "it must be a boolean; compare it, as in … = 'true'");
  }
  return wrong_type(field, type_text, "no such kind of field");
}

std::string_view nothing_of(FieldKind kind) {
  if (kind == FieldKind::kInteger) return "toInt64(0)";
  return kind == FieldKind::kFlag ? "false" : "''";
}

bool is_needed(FieldKind kind) {
  return kind == FieldKind::kTeam || kind == FieldKind::kTime || kind == FieldKind::kUuid;
}

}  // namespace

std::string_view name(Preset preset) { return preset == Preset::kPosthog ? "posthog" : "gapless"; }

std::vector<Field> fields_of(Persons persons) {
  std::vector<Field> fields = {{"team_id", FieldKind::kTeam, true},     {"event", FieldKind::kText, true},
                               {"timestamp", FieldKind::kTime, true},   {"uuid", FieldKind::kUuid, true},
                               {"person_id", FieldKind::kPerson, true}, {"session_id", FieldKind::kText, false},
                               {"pathname", FieldKind::kText, false}};
  for (const Column& column : kEntryColumns) fields.push_back({std::string(column.name), kind_of(column.type), false});
  if (persons == Persons::kAtBuild) fields.push_back({"distinct_id", FieldKind::kText, true});
  return fields;
}

Result<FieldExpressions> choose_expressions(const MappingRequest& request, const std::set<std::string>& columns) {
  const FieldExpressions preset = request.preset == Preset::kPosthog ? posthog(columns) : FieldExpressions{};
  FieldExpressions chosen;
  for (const Field& field : fields_of(request.persons)) {
    if (const auto given = request.expressions.find(field.name); given != request.expressions.end())
      chosen.emplace(field.name, given->second);
    else if (const auto ready = preset.find(field.name); ready != preset.end())
      chosen.emplace(field.name, ready->second);
    else if (columns.contains(field.name))
      chosen.emplace(field.name, "`" + field.name + "`");
    else if (field.is_required)
      return fail(Fault::kInvalidInput, "the source " + request.from + " has no column " + field.name +
                                            ": say what it is with source.columns." + field.name);
  }
  for (const auto& [field, expression] : request.expressions)
    if (!chosen.contains(field))
      return fail(Fault::kInvalidInput, "source.columns." + field + ": an event has no such field");
  return chosen;
}

std::string source_columns() {
  return R"(SELECT database = {database:String} AND table = {table:String} AS is_source, name, type,
      (SELECT count() FROM system.tables WHERE database = {database:String} AND name = {table:String}
        AND endsWith(engine, 'MergeTree')) AS has_parts
    FROM system.columns
    WHERE (database = {database:String} AND table = {table:String})
      OR (database = {persons_database:String} AND table = {persons:String})
    ORDER BY is_source, position)";
}

std::string probe(const MappingRequest& request, const FieldExpressions& chosen) {
  std::string text;
  for (const auto& [field, expression] : chosen)
    text.append(text.empty() ? "SELECT (" : ", (")
        .append(expression)
        .append(") AS `")
        .append(kAlias)
        .append(field)
        .append("`");
  return text + " FROM " + request.from + (request.final_rows ? " FINAL" : "");
}

Result<std::string> canonical_relation(const MappingRequest& request, const FieldExpressions& chosen,
                                       const FieldExpressions& types, bool has_parts) {
  std::string canonical, conditions;
  bool is_table = !request.from.starts_with('(');  // until something in it is not as it should be
  for (const Field& field : fields_of(request.persons)) {
    canonical += canonical.empty() ? "" : ", ";
    if (!chosen.contains(field.name)) {
      is_table = false;
      canonical += std::string(nothing_of(field.kind)) + " AS " + field.name;
      continue;
    }
    const auto type = types.find(field.name);
    if (type == types.end())
      return fail(Fault::kCorrupt, "the engine does not say what source.columns." + field.name + " gives");
    const std::string alias = std::string(kAlias) + field.name;
    GAPLESS_ASSIGN(const std::string value, converted(field, type->second, alias));
    canonical += value + " AS " + field.name;
    is_table = is_table && value == alias && chosen.find(field.name)->second == "`" + field.name + "`";
    if (is_needed(field.kind) && parse_type(type->second).is_nullable)
      conditions += (conditions.empty() ? " WHERE " : " AND ") + alias + " IS NOT NULL";
  }
  if (is_table) return std::string();
  std::string inner = probe(request, chosen);
  if (has_parts) {
    inner.insert(std::string_view("SELECT").size(), " _partition_id AS " + std::string(kAlias) + "partition,");
    canonical += ", " + std::string(kAlias) + "partition AS _partition_id";
  }
  return "(SELECT " + canonical + " FROM (" + inner + ")" + conditions + ")";
}

std::map<std::string, std::string> definition_lines(const MappingRequest& request) {
  std::map<std::string, std::string> lines;
  if (request.preset != Preset::kGapless) lines["source.preset"] = std::string(name(request.preset)) + " 1";
  for (const auto& [field, expression] : request.expressions) lines["source.columns." + field] = expression;
  if (request.persons == Persons::kAtBuild) lines["source.persons"] = "at_build";
  return lines;
}

}  // namespace gapless::sql
