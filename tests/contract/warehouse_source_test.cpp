// How often a source is looked at: each command sees a table that changed, and a process asks no more than that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_engine.h"
#include "warehouse/source_mapping.h"

namespace gapless {
namespace {

using testing::HasSubstr;
using testing_support::FakeEngine;

SourceSpec posthog_source() {
  const Identifier database = *Identifier::parse("posthog", "test");
  SourceSpec spec{TableName::own(database, "events")};
  spec.mapping.preset = sql::Preset::kPosthog;
  spec.mapping.persons = sql::Persons::kAtBuild;
  spec.person_overrides = TableName::own(database, "person_distinct_id_overrides");
  return spec;
}

/// What system.columns says: of the persons, then of the events.
std::string columns(std::string_view more) {
  std::string rows = "is_source\tname\ttype\thas_parts\nUInt8\tString\tString\tUInt64\n0\tdistinct_id\tString\t1\n";
  for (const char* column : {"team_id\tInt64", "event\tString", "timestamp\tDateTime64(6, 'UTC')", "uuid\tUUID",
                             "person_id\tUUID", "distinct_id\tString", "properties\tString"})
    rows += std::string("1\t") + column + "\t1\n";
  return rows + std::string(more);
}

/// The answer to a probe: the types of its expressions, in their order.
std::string types_of(const SourceSpec& spec) {
  std::string names, types;
  for (const std::string& field : [&] {
         std::set<std::string> fields;
         for (const sql::Field& one : sql::fields_of(spec.mapping.persons)) fields.insert(one.name);
         return fields;
       }()) {
    const char* const type = field == "team_id"                                              ? "Int64"
                             : field == "timestamp"                                          ? "DateTime64(6, 'UTC')"
                             : field == "uuid" || field == "person_id"                       ? "UUID"
                             : field.starts_with("viewport_")                                ? "Int64"
                             : field.starts_with("has_") || field == "mat_metadata_loggedIn" ? "Bool"
                                                                                             : "String";
    names += (names.empty() ? "" : "\t") + field;
    types += (types.empty() ? "" : "\t") + std::string(type);
  }
  return names + "\n" + types + "\n";
}

TEST(SourceLook, TakesOneStatementWhereNothingChanged) {
  const SourceSpec spec = posthog_source();
  FakeEngine engine;
  engine.on("FROM system.columns").rows(columns("")).times(2);
  engine.on("FROM system.columns").rows(columns("1\tmat_$host\tString\t1\n"));
  engine.on("is_deleted FROM").always();
  engine.on("gapless_mapped_").rows(types_of(spec)).always();
  SourceMemory memory;
  const auto looked = [&] {
    const std::size_t before = engine.calls().size();
    const auto source = resolve_source(engine, spec, {}, memory);
    EXPECT_TRUE(source) << source.error().message;
    return std::pair(engine.calls().size() - before, source ? source->relation : std::string());
  };
  const auto [first, relation] = looked();
  EXPECT_EQ(first, 3U) << "columns, types of expressions, persons";
  EXPECT_EQ(looked(), std::pair(std::size_t{1}, relation));
  const auto [changed, with_host] = looked();
  EXPECT_EQ(changed, 3U) << "a column came";
  EXPECT_THAT(with_host, HasSubstr("mat_$host"));
}

TEST(SourceLook, KeepsNoError) {
  const SourceSpec spec = posthog_source();
  FakeEngine engine;
  engine.on("FROM system.columns").rows(columns("")).always();
  engine.on("gapless_mapped_").rows(types_of(spec)).always();
  engine.on("is_deleted FROM").error({Fault::kBadQuery, 60, "there is no such table"});
  engine.on("is_deleted FROM").always();
  SourceMemory memory;
  EXPECT_THAT(resolve_source(engine, spec, {}, memory).error().message, HasSubstr("persons cannot be looked up"));
  EXPECT_TRUE(resolve_source(engine, spec, {}, memory));
}

}  // namespace
}  // namespace gapless
