#include "sql/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless::sql {
namespace {

using testing::HasSubstr;
using testing::Not;

std::set<std::string> canonical_columns() {
  std::set<std::string> names;
  for (const Field& field : fields_of(Persons::kAsRead)) names.insert(field.name);
  return names;
}

/// The types of canonical columns.
FieldExpressions canonical_types() {
  FieldExpressions types;
  for (const Field& field : fields_of(Persons::kAsRead)) {
    const char* type = "String";
    if (field.kind == FieldKind::kTeam) type = "UInt64";
    if (field.kind == FieldKind::kTime) type = "DateTime64(6, 'UTC')";
    if (field.kind == FieldKind::kUuid || field.kind == FieldKind::kPerson) type = "UUID";
    if (field.kind == FieldKind::kInteger) type = "Int64";
    if (field.kind == FieldKind::kFlag) type = "Bool";
    types.emplace(field.name, type);
  }
  return types;
}

MappingRequest over_table() { return {.from = "`db`.`hits`", .expressions = {}}; }

/// What a column of that type becomes.
Result<std::string> relation_with(std::string_view field, const char* type) {
  const MappingRequest request = over_table();
  FieldExpressions types = canonical_types();
  types.find(field)->second = type;
  return canonical_relation(request, choose_expressions(request, canonical_columns()).value(), types, false);
}

TEST(Mapping, OfACanonicalTableIsTheTableItself) {
  const MappingRequest request = over_table();
  const auto chosen = choose_expressions(request, canonical_columns()).value();
  FieldExpressions types = canonical_types();
  EXPECT_EQ(canonical_relation(request, chosen, types, true).value(), "");
  types["team_id"] = "Int64";
  types["timestamp"] = "DateTime64(3, 'Etc/UTC')";
  types["browser"] = "LowCardinality(String)";
  EXPECT_EQ(canonical_relation(request, chosen, types, true).value(), "") << "good enough as they are";
}

TEST(Mapping, MakesEachFieldWhatItIs) {
  const struct {
    const char* field;
    const char* type;
    const char* becomes;
  } cases[] = {
      {"team_id", "Nullable(Int64)", "assumeNotNull(gapless_mapped_team_id) AS team_id"},
      {"team_id", "Nullable(Int64)", "WHERE gapless_mapped_team_id IS NOT NULL"},
      {"timestamp", "DateTime('UTC')", "toDateTime64(gapless_mapped_timestamp, 6, 'UTC') AS timestamp"},
      {"timestamp", "DateTime64(9, 'UTC')", "toDateTime64(gapless_mapped_timestamp, 6, 'UTC') AS timestamp"},
      {"uuid", "Nullable(UUID)", "WHERE gapless_mapped_uuid IS NOT NULL"},
      {"person_id", "Nullable(UUID)", "ifNull(gapless_mapped_person_id, toUUID('00000000"},
      {"session_id", "Nullable(String)", "ifNull(gapless_mapped_session_id, '') AS session_id"},
      {"browser", "LowCardinality(Nullable(String))", "ifNull(gapless_mapped_browser, '') AS browser"},
      {"browser", "Enum8('a' = 1)", "toString(gapless_mapped_browser) AS browser"},
      {"viewport_width", "Nullable(UInt32)", "toInt64(ifNull(gapless_mapped_viewport_width, 0)) AS viewport_width"},
      {"has_gclid", "Nullable(UInt8)", "ifNull(gapless_mapped_has_gclid, 0) != 0 AS has_gclid"},
  };
  for (const auto& one : cases) {
    const auto relation = relation_with(one.field, one.type);
    ASSERT_TRUE(relation) << one.type;
    EXPECT_THAT(*relation, HasSubstr(one.becomes)) << one.type;
  }
}

TEST(Mapping, RefusesTypesThatAFieldCannotBe) {
  const struct {
    const char* field;
    const char* type;
    const char* says;
  } cases[] = {
      {"team_id", "String", "source.columns.team_id gives String: a team id must be an integer"},
      {"timestamp", "DateTime64(6)",
       "source.columns.timestamp gives DateTime64(6): a timestamp without the time zone UTC"},
      {"timestamp", "DateTime64(6, 'Europe/Berlin')", "write toTimeZone(…, 'UTC')"},
      {"timestamp", "Nullable(DateTime)", "without the time zone UTC"},
      {"timestamp", "String", "must be DateTime64(6, 'UTC')"},
      {"uuid", "String", "toUUIDOrZero"},
      {"person_id", "String", "reinterpretAsUUID"},
      {"host", "UInt64", "must be a text"},
      {"viewport_width", "Float64", "must be an integer"},
      {"has_fbclid", "String", "must be a boolean"},
  };
  for (const auto& one : cases) {
    const auto relation = relation_with(one.field, one.type);
    ASSERT_FALSE(relation) << one.type;
    EXPECT_EQ(relation.error().fault, Fault::kInvalidInput);
    EXPECT_THAT(relation.error().message, HasSubstr(one.says));
  }
}

TEST(Mapping, NeedsWhatAnEventIs) {
  std::set<std::string> columns = canonical_columns();
  columns.erase("uuid");
  const auto chosen = choose_expressions(over_table(), columns);
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().message,
            "the source `db`.`hits` has no column uuid: say what it is with source.columns.uuid");
  MappingRequest request = over_table();
  request.expressions["uuid"] = "toUUID(id)";
  EXPECT_EQ(choose_expressions(request, columns).value().at("uuid"), "toUUID(id)");
}

TEST(Mapping, ReadsWhatATableHasNothingForAsNothing) {
  const MappingRequest request = over_table();
  std::set<std::string> columns = canonical_columns();
  for (const char* field : {"host", "viewport_width", "has_gclid"}) columns.erase(field);
  const auto relation =
      canonical_relation(request, choose_expressions(request, columns).value(), canonical_types(), true).value();
  for (const char* part : {"'' AS host", "toInt64(0) AS viewport_width", "false AS has_gclid",
                           "gapless_mapped_partition AS _partition_id", "_partition_id AS gapless_mapped_partition"})
    EXPECT_THAT(relation, HasSubstr(part));
}

TEST(Mapping, OfAQueryHasNoPartitions) {
  MappingRequest request = over_table();
  request.from = "(SELECT * FROM hits)";
  const auto chosen = choose_expressions(request, canonical_columns()).value();
  EXPECT_THAT(canonical_relation(request, chosen, canonical_types(), false).value(),
              AllOf(HasSubstr("FROM (SELECT * FROM hits)"), Not(HasSubstr("_partition_id"))));
}

TEST(PosthogPreset, TakesMaterialisedColumnsWhereThereAreAny) {
  MappingRequest request = over_table();
  request.preset = Preset::kPosthog;
  const std::set<std::string> plain = {"team_id",   "event",       "timestamp", "uuid",
                                       "person_id", "distinct_id", "properties"};
  const auto json = choose_expressions(request, plain).value();
  EXPECT_THAT(json.at("host"), HasSubstr("JSONExtractString(properties, '$host')"));
  EXPECT_THAT(json.at("session_id"), HasSubstr("JSONExtractString(properties, '$session_id')"));
  std::set<std::string> columns = plain;
  columns.insert({"mat_$host", "$session_id", "mat_metadata_backend"});
  const auto found = choose_expressions(request, columns).value();
  EXPECT_EQ(found.at("host"), "ifNull(nullIf(toString(`mat_$host`), 'null'), '')");
  EXPECT_THAT(found.at("session_id"), HasSubstr("`$session_id`"));
  EXPECT_THAT(found.at("mat_metadata_backend"), HasSubstr("`mat_metadata_backend`"));
  EXPECT_EQ(found.at("browser"), json.at("browser"));
  request.expressions["host"] = "domain(url)";
  EXPECT_EQ(choose_expressions(request, columns).value().at("host"), "domain(url)") << "what is configured wins";
}

TEST(MappingDefinition, SaysWhatIsConfiguredAndNotWhatWasFound) {
  EXPECT_TRUE(definition_lines(over_table()).empty());
  MappingRequest request = over_table();
  request.preset = Preset::kPosthog;
  request.persons = Persons::kAtBuild;
  request.expressions["host"] = "domain(url)";
  using Lines = std::map<std::string, std::string>;
  EXPECT_EQ(
      definition_lines(request),
      (Lines{{"source.columns.host", "domain(url)"}, {"source.persons", "at_build"}, {"source.preset", "posthog 1"}}));
}

}  // namespace
}  // namespace gapless::sql
