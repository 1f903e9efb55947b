#include "warehouse/target_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "sql/columns.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

const TableName kTable = TableName::own(*Identifier::parse("rollup", "test"), "web_pre_aggregated_bounces");

TableShape as_gapless_makes_it() {
  TableShape shape{"MergeTree", "toYYYYMMDD(period_bucket)", "team_id, period_bucket, host", "UTC", {}};
  shape.columns = {{"team_id", "UInt64", ""}, {"period_bucket", "DateTime('UTC')", ""}};
  for (const auto& columns : {sql::dimensions(Target::kBounces), sql::states(Target::kBounces)})
    for (const sql::Column& column : columns)
      shape.columns.push_back({std::string(column.name), std::string(column.type), ""});
  return shape;
}

TableShape::Column& column(TableShape& shape, std::string_view name) {
  return *std::ranges::find(shape.columns, name, &TableShape::Column::name);
}

/// team_id, period_bucket and every dimension.
std::string whole_key() {
  std::string key = "team_id, period_bucket";
  for (const sql::Column& one : sql::dimensions(Target::kBounces)) key += ", " + std::string(one.name);
  return key;
}

struct ShapeCase {
  const char* name;
  std::function<void(TableShape&)> change;
  const char* problem = nullptr;  ///< none: the table will do
  const char* remedy = "";
};

void PrintTo(const ShapeCase& one, std::ostream* out) { *out << one.name; }

class Shape : public testing::TestWithParam<ShapeCase> {};

TEST_P(Shape, IsJudged) {
  TableShape shape = as_gapless_makes_it();
  GetParam().change(shape);
  const auto problems = shape_problems(Target::kBounces, kTable, shape);
  if (GetParam().problem == nullptr) {
    EXPECT_THAT(problems, IsEmpty()) << problems.front().what;
    return;
  }
  EXPECT_THAT(problems, ElementsAre(AllOf(Field(&ShapeProblem::what, HasSubstr(GetParam().problem)),
                                          Field(&ShapeProblem::remedy, HasSubstr(GetParam().remedy)))));
}

const ShapeCase kShapes[] = {
    {"as_gapless_makes_it", [](TableShape&) {}},
    {"another_order_of_columns", [](TableShape& it) { std::ranges::reverse(it.columns); }},
    {"another_sorting_key", [](TableShape& it) { it.sorting_key = "period_bucket, team_id"; }},
    {"a_plain_text", [](TableShape& it) { column(it, "host").type = "String"; }},
    {"a_text_of_few_values", [](TableShape& it) { column(it, "entry_pathname").type = "LowCardinality(String)"; }},
    {"a_time_without_zone", [](TableShape& it) { column(it, "period_bucket").type = "DateTime"; }},
    {"spaces", [](TableShape& it) { it.partition_key = "toYYYYMMDD( `period_bucket` )"; }},
    {"a_default", [](TableShape& it) { column(it, "os").default_kind = "DEFAULT"; }},
    {"computed_columns_beside",
     [](TableShape& it) {
       it.columns.push_back({"updated_at", "DateTime", "MATERIALIZED"});
       it.columns.push_back({"short_host", "String", "ALIAS"});
     }},
    {"an_aggregating_engine_over_the_whole_key",
     [](TableShape& it) {
       it.engine = "AggregatingMergeTree";
       it.sorting_key = whole_key();
     }},
    {"an_aggregating_engine_over_a_part_of_it", [](TableShape& it) { it.engine = "AggregatingMergeTree"; },
     "AggregatingMergeTree whose sorting key lacks device_type", "RENAME TABLE `rollup`.`web_pre_aggregated_bounces`"},
    {"a_key_that_cuts_a_dimension",
     [](TableShape& it) {
       it.engine = "AggregatingMergeTree";
       it.sorting_key = whole_key() + ")";
       it.sorting_key.replace(it.sorting_key.find("host"), 4, "lower(host)").pop_back();
     },
     "lacks host:"},
    {"a_replica", [](TableShape& it) { it.engine = "ReplicatedMergeTree"; }, "replicated targets are not supported yet",
     "FROM rollup.web_pre_aggregated_bounces GROUP BY ALL"},
    {"a_distributed_table", [](TableShape& it) { it.engine = "Distributed"; }, "is a Distributed"},
    {"a_view", [](TableShape& it) { it.engine = "View"; }, "is a View"},
    {"a_summing_engine", [](TableShape& it) { it.engine = "SummingMergeTree"; }, "is a SummingMergeTree"},
    {"partitions_by_month", [](TableShape& it) { it.partition_key = "toYYYYMM(period_bucket)"; },
     "is partitioned by toYYYYMM(period_bucket), not by toYYYYMMDD(period_bucket)"},
    {"no_partitions", [](TableShape& it) { it.partition_key = ""; }, "is partitioned by nothing"},
    {"a_column_too_few",
     [](TableShape& it) { std::erase_if(it.columns, [](const auto& one) { return one.name == "os"; }); },
     "has no column os (LowCardinality(String))", "ADD COLUMN os LowCardinality(String)"},
    {"a_column_too_many",
     [](TableShape& it) {
       it.columns.push_back({"note", "String", "DEFAULT"});
     },
     "has a column note that is not gapless's", "DROP COLUMN note"},
    {"a_nullable_flag", [](TableShape& it) { column(it, "mat_metadata_loggedIn").type = "Nullable(Bool)"; },
     "has a column that may be NULL, mat_metadata_loggedIn:",
     "ifNull(mat_metadata_loggedIn, false), mat_metadata_backend,"},
    {"nullable_texts",
     [](TableShape& it) {
       column(it, "mat_metadata_backend").type = "LowCardinality(Nullable(String))";
       column(it, "os").type = "Nullable(String)";
     },
     "has columns that may be NULL, os, mat_metadata_backend:", "ifNull(mat_metadata_backend, ''), uniqMergeState("},
    {"a_nullable_column_of_another_type", [](TableShape& it) { column(it, "os").type = "Nullable(UInt8)"; },
     "of the type Nullable(UInt8), not LowCardinality(String)"},
    {"another_state",
     [](TableShape& it) { column(it, "persons_uniq_state").type = "AggregateFunction(uniqExact, UUID)"; },
     "not AggregateFunction(uniq, UUID)"},
    {"another_zone", [](TableShape& it) { column(it, "period_bucket").type = "DateTime('Europe/Berlin')"; },
     "of the type DateTime('Europe/Berlin')"},
    {"a_time_in_another_zone",
     [](TableShape& it) {
       column(it, "period_bucket").type = "DateTime";
       it.server_zone = "Europe/Berlin";
     },
     "in the server's zone, Europe/Berlin"},
    {"a_computed_dimension", [](TableShape& it) { column(it, "os").default_kind = "ALIAS"; },
     "no value can be written"},
};

INSTANTIATE_TEST_SUITE_P(Target, Shape, testing::ValuesIn(kShapes),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Shape, ThatWillNotDoKeepsFromBuilding) {
  TableShape shape = as_gapless_makes_it();
  const Identifier& database = kTable.database;
  EXPECT_TRUE(check_targets({{Target::kBounces, "MergeTree", {}}}, database));
  shape.partition_key = "";
  shape.columns.pop_back();
  const auto checked =
      check_targets({{Target::kBounces, "MergeTree", shape_problems(Target::kBounces, kTable, shape)}}, database);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(
      checked.error().message,
      AllOf(HasSubstr("rollup.web_pre_aggregated_bounces cannot take what gapless publishes: it is partitioned by"),
            HasSubstr("(and 1 more)"), HasSubstr("gapless doctor")));
}

}  // namespace
}  // namespace gapless
