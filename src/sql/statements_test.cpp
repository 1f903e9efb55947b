#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "sql/channels.h"
#include "sql/columns.h"
#include "sql/ledger.h"
#include "sql/mapping.h"
#include "sql/rebuild.h"
#include "sql/reports.h"
#include "sql/sessions.h"
#include "sql/staging.h"
#include "sql/table_shape.h"
#include "sql/targets.h"
#include "sql/template.h"
#include "sql/verification.h"

namespace gapless::sql {
namespace {

TableName table(std::string_view name) { return TableName::own(*Identifier::parse("db", "test"), name); }
Source source() { return {table("events")}; }

Source content_source() {
  Source made = source();
  made.hash_content = made.final_rows = true;
  made.sessionize_nameless = false;
  return made;
}

Source merged_source() {
  Source made = source();
  made.person_overrides = table("overrides");
  return made;
}

TeamBuckets eight_buckets() { return TeamBuckets::of(8, "test").value(); }

struct StatementCase {
  const char* name;
  std::string text;
  std::set<std::string> placeholders;
};

std::set<std::string> placeholders_of(const std::string& text) {
  static const std::regex pattern(R"(\{([a-z_0-9]+:[A-Za-z0-9]+(\([A-Za-z0-9']+\))?)\})");
  std::set<std::string> found;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), pattern); match != std::sregex_iterator(); ++match)
    found.insert((*match)[1]);
  return found;
}

ReportTables report_tables(const Source& source) {
  return {table("stats"), table("bounces"), table("breakdowns"), source};
}

ReportText pages(bool rollup, bool raw) {
  return {Counted::kViews, "pathname", "host IN ({filter_0:Array(String)})", {"pathname", "host"}, "views DESC",
          rollup,          raw};
}

ReportText narrow_pages(bool rollup, bool only_values) {
  ReportText text{Counted::kViews, "pathname", "", {"pathname"}, "views DESC", rollup, false};
  text.narrow = "pathname";
  text.by_value = true;
  text.only_values = only_values;
  if (only_values) text.condition = "pathname IN ({values:Array(String)})";
  return text;
}

ReportText channels_report() {
  ReportText text{Counted::kSessions, channel(), "", {}, "visitors DESC", true, true};
  text.columns.insert(kChannelColumns.begin(), kChannelColumns.end());
  return text;
}

std::set<std::string> with(std::set<std::string> some, const std::set<std::string>& more) {
  some.insert(more.begin(), more.end());
  return some;
}

const std::set<std::string> kReport = {"teams:Array(UInt64)", "from:DateTime('UTC')", "until:DateTime('UTC')",
                                       "limit:UInt64", "offset:UInt64"};
const std::set<std::string> kRawDays = {"owned:Array(Date)", "seen:Array(Date)", "around:Array(Date)"};
const std::set<std::string> kChannels = {
    "channel_search:String", "channel_search_sources:String", "channel_social:String", "channel_social_sources:String",
    "channel_video:String",  "channel_video_sources:String",  "channel_email:String",  "channel_email_sources:String",
    "channel_ai:String",     "channel_ai_sources:String"};

class Statements : public testing::TestWithParam<StatementCase> {};

/// What a caller binds is what the header says; nothing of a template is left; brackets close.
TEST_P(Statements, BindExactlyWhatIsSaid) {
  const StatementCase& one = GetParam();
  EXPECT_EQ(placeholders_of(one.text), one.placeholders);
  EXPECT_EQ(one.text.find_first_of("$", 0) == std::string::npos ||
                std::regex_search(one.text, std::regex(R"(\$(pageview|screen|autocapture|direct))")),
            true)
      << one.text;
  EXPECT_FALSE(std::regex_search(one.text, std::regex(R"(\$(?!pageview|screen|autocapture|direct)[a-z])"))) << one.text;
  EXPECT_EQ(std::count(one.text.begin(), one.text.end(), '('), std::count(one.text.begin(), one.text.end(), ')'))
      << one.text;
  EXPECT_EQ(std::count(one.text.begin(), one.text.end(), '\'') % 2, 0) << one.text;
}

const std::set<std::string> kDayTeams = {"day:Date", "teams:Array(UInt64)"};
const std::set<std::string> kRange = {"first:Date", "last:Date"};
const std::set<std::string> kRangeTeams = {"first:Date", "last:Date", "teams:Array(UInt64)"};

INSTANTIATE_TEST_SUITE_P(
    All, Statements,
    testing::ValuesIn<StatementCase>({
        {"create_straddlers", create_straddlers(table("t")), {}},
        {"fill_straddlers", fill_straddlers(table("t"), source()), kDayTeams},
        {"create_sessions", create_sessions(table("t")), {}},
        {"fill_sessions", fill_sessions(table("s"), table("t"), source()), kDayTeams},
        {"fill_sessions_content", fill_sessions(table("s"), table("t"), content_source()), kDayTeams},
        {"cells_of_sessions", cells_of_sessions(table("s")), {"teams:Array(UInt64)"}},
        {"owned_cells", owned_cells(source()), kDayTeams},
        {"owned_cells_content", owned_cells(content_source()), kDayTeams},
        {"source_counts_all", source_counts(source(), TeamFilter::kAll), kRange},
        {"source_counts_given", source_counts(content_source(), TeamFilter::kGiven), kRangeTeams},
        {"source_extent", source_extent(source()), {}},
        {"unusable_events", unusable_events(source()), {}},
        {"fill_sessions_persons", fill_sessions(table("s"), table("t"), merged_source()), kDayTeams},
        {"create_target", create_target(Target::kStats, table("t"), {}), {}},
        {"create_like", create_like(table("t"), table("u")), {}},
        {"drop_table", drop_table(table("t")), {}},
        {"stage_stats", stage_cells(Target::kStats, table("t"), table("s")), {"teams:Array(UInt64)"}},
        {"stage_bounces", stage_cells(Target::kBounces, table("t"), table("s")), {"teams:Array(UInt64)"}},
        {"create_breakdowns", create_target(Target::kBreakdowns, table("t"), eight_buckets()), {}},
        {"stage_breakdowns", stage_cells(Target::kBreakdowns, table("t"), table("s")), kDayTeams},
        {"stage_stats_and_others",
         stage_cells_and_others(Target::kStats, table("t"), table("s"), table("u")),
         {"teams:Array(UInt64)", "partition:String", "but:Array(UInt64)"}},
        {"stage_breakdowns_and_others",
         stage_cells_and_others(Target::kBreakdowns, table("t"), table("s"), table("u")),
         {"day:Date", "teams:Array(UInt64)", "partition:String", "but:Array(UInt64)"}},
        {"stage_from_wide",
         stage_from_wide(table("t"), table("b")),
         {"day:Date", "teams:Array(UInt64)", "partition:String"}},
        {"stage_from_wide_and_others",
         stage_from_wide_and_others(table("t"), table("b"), table("u")),
         {"day:Date", "teams:Array(UInt64)", "partition:String", "but:Array(UInt64)"}},
        {"create_partitioned",
         create_partitioned(table("t"), table("u"), "MergeTree PARTITION BY toYYYYMMDD(period_bucket) ORDER BY team_id",
                            "toYYYYMMDD(period_bucket)", eight_buckets())
             .value(),
         {}},
        {"copy_day", copy_day(Target::kStats, table("t"), table("u")), {"day:Date"}},
        {"exchange_tables", exchange_tables(table("t"), table("u")), {}},
        {"table_engines", table_engines(), {"database:String", "tables:Array(String)"}},
        {"content_partition", content(Target::kStats, table("t"), ContentScope::kPartition), {"partition:String"}},
        {"content_days", content(Target::kStats, table("t"), ContentScope::kDays), kRange},
        {"content_teams", content(Target::kBounces, table("t"), ContentScope::kDaysAndTeams), kRangeTeams},
        {"content_all", content(Target::kBounces, table("t"), ContentScope::kAll), {}},
        {"content_breakdowns", content(Target::kBreakdowns, table("t"), ContentScope::kAll), {}},
        {"content_by_key_teams", content_by_key(Target::kStats, table("t"), ContentScope::kDaysAndTeams), kRangeTeams},
        {"content_by_key_breakdowns", content_by_key(Target::kBreakdowns, table("t"), ContentScope::kAll), {}},
        {"target_extent", target_extent(table("t")), {}},
        {"replace_partition", replace_partition(table("t"), table("u")), {"partition:String"}},
        {"move_partition", move_partition(table("t"), table("u")), {"partition:String"}},
        {"counts_by_partition", counts_by_partition(source()), {"partitions:Array(String)"}},
        {"source_columns",
         source_columns(),
         {"database:String", "table:String", "persons_database:String", "persons:String"}},
        {"table_kind", table_kind(), {"database:String", "table:String"}},
        {"replica_lag", replica_lag(), {"database:String", "table:String"}},
        {"inventory", inventory(), {"database:String", "table:String"}},
        {"table_versions", table_versions(), {"databases:Array(String)", "tables:Array(String)"}},
        {"free_bytes", free_bytes(), {"database:String", "tables:Array(String)"}},
        {"partition_state", partition_state(), {"database:String", "tables:Array(String)", "partition:String"}},
        {"create_ledger", create_ledger(table("t")), {}},
        {"create_definitions", create_definitions(table("t")), {}},
        {"create_meta", create_meta(table("t")), {}},
        {"read_ledger_all",
         read_ledger(table("t"), TeamFilter::kAll),
         {"rollup:String", "forgotten:String", "first:Date", "last:Date"}},
        {"read_ledger_teams",
         read_ledger(table("t"), TeamFilter::kGiven),
         {"rollup:String", "forgotten:String", "first:Date", "last:Date", "teams:Array(UInt64)"}},
        {"ledger_extent", ledger_extent(table("t")), {"rollup:String", "forgotten:String"}},
        {"read_definition", read_definition(table("t")), {"hash:String"}},
        {"write_definition", write_definition(table("t")), {"hash:String", "text:String"}},
        {"read_meta", read_meta(table("t")), {"database:String", "table:String"}},
        {"write_meta", write_meta(table("t")), {"store_id:String", "host:String", "layout_version:UInt64"}},
        {"write_meta_of_shard",
         write_meta_of_shard(table("t")),
         {"store_id:String", "host:String", "layout_version:UInt64", "shard:UInt64", "shards:UInt64"}},
        {"add_shards_to_meta", add_shards_to_meta(table("t")), {}},
        {"tables_of", tables_of(), {"database:String"}},
        {"database_named", database_named(), {"database:String"}},
        {"bring_along", bring_along(Target::kStats, "t", "u", {"host", "os", "persons_uniq_state"}, {"os"}), {}},
        {"table_shapes", table_shapes(), {"database:String", "tables:Array(String)"}},
        {"table_columns", table_columns(), {"database:String", "tables:Array(String)"}},
        {"verification_stats",
         verification(Target::kStats, table("t"), source(), UniqExact::kNo),
         {"day:Date", "teams:Array(UInt64)", "most:UInt64"}},
        {"verification_persons",
         verification(Target::kStats, table("t"), merged_source(), UniqExact::kNo),
         {"day:Date", "teams:Array(UInt64)", "most:UInt64"}},
        {"verification_breakdowns",
         verification(Target::kBreakdowns, table("t"), source(), UniqExact::kNo),
         {"day:Date", "teams:Array(UInt64)", "most:UInt64"}},
        {"verification_bounces_exact",
         verification(Target::kBounces, table("t"), content_source(), UniqExact::kYes),
         {"day:Date", "teams:Array(UInt64)", "most:UInt64", "tolerance:Float64"}},
        {"report_overview", report({Counted::kSessions, "''"}, report_tables(source())), kReport},
        {"report_pages", report(pages(true, false), report_tables(source())),
         with(kReport, {"filter_0:Array(String)"})},
        {"report_pages_raw", report(pages(false, true), report_tables(content_source())),
         with(with(kReport, kRawDays), {"filter_0:Array(String)"})},
        {"report_pages_narrow", report(narrow_pages(false, true), report_tables(source())),
         with(kReport, {"dimension:String", "values:Array(String)"})},
        {"report_pages_narrow_and_wide", report(narrow_pages(true, false), report_tables(source())),
         with(kReport, {"dimension:String", "narrow:Array(Date)", "elsewhere:Array(Date)"})},
        {"report_channels", report(channels_report(), report_tables(merged_source())),
         with(with(with(kReport, kRawDays), kChannels), {"elsewhere:Array(Date)"})},
        {"tables_like", tables_like(), {"database:String", "prefix:String"}},
    }),
    [](const auto& test) { return test.param.name; });

TEST(Columns, AreThoseOfTheOriginalTablesInTheirOrder) {
  EXPECT_EQ(
      names(dimensions(Target::kBounces)),
      "host, device_type, entry_pathname, end_pathname, browser, os, viewport_width, viewport_height, referring_domain,"
      " utm_source, utm_medium, utm_campaign, utm_term, utm_content, country_code, city_name, region_code, region_name,"
      " has_gclid, has_gad_source_paid_search, has_fbclid, mat_metadata_loggedIn, mat_metadata_backend");
  EXPECT_NE(names(dimensions(Target::kStats)).find("entry_pathname, pathname, end_pathname"), std::string::npos);
  EXPECT_EQ(states(Target::kStats).size(), 3u);
  EXPECT_EQ(states(Target::kBounces).size(), 6u);
  EXPECT_EQ(names(dimensions(Target::kBreakdowns)), "dimension, value");
  EXPECT_EQ(session_dimensions().size() + 1, dimensions(Target::kBounces).size());
}

TEST(WebDefinition, ChangesWithWhatDecidesTheFiguresAndNothingElse) {
  EXPECT_EQ(web_definition(source()).hash(), web_definition(source()).hash());
  const std::vector<std::string> changed = {"fingerprint", "sessionize", "source.final"};
  EXPECT_EQ(Definition::changed_keys(web_definition(source()).text(), web_definition(content_source()).text()),
            changed);
}

TEST(Expand, ReplacesKnownNamesOnly) {
  EXPECT_EQ(expand("a $x $unknown '$pageview' {d:Date}", {{"x", "1"}}), "a 1 $unknown '$pageview' {d:Date}");
  EXPECT_EQ(expand("$x$x", {{"x", "$x"}}), "$x$x");
}

TEST(CreatePartitioned, KeepsAllButThePartitionKey) {
  EXPECT_EQ(
      create_partitioned(table("t"), table("u"),
                         "ReplacingMergeTree(v) PARTITION BY toYYYYMMDD(period_bucket) ORDER BY (team_id, host) TTL"
                         " period_bucket + toIntervalYear(2) SETTINGS index_granularity = 256",
                         "toYYYYMMDD(period_bucket)", eight_buckets()),
      "CREATE TABLE `db`.`t` AS `db`.`u` ENGINE = ReplacingMergeTree(v) PARTITION BY (toYYYYMMDD(period_bucket),"
      " team_id % 8) ORDER BY (team_id, host) TTL period_bucket + toIntervalYear(2) SETTINGS index_granularity = 256");
  EXPECT_FALSE(create_partitioned(table("t"), table("u"), "MergeTree ORDER BY team_id", "toYYYYMMDD(period_bucket)",
                                  eight_buckets()));
}

}  // namespace
}  // namespace gapless::sql
