#include "sql/reports.h"

#include "sql/template.h"

namespace gapless::sql {
namespace {

constexpr std::string_view kInRange =
    "period_bucket >= {from:DateTime('UTC')} AND period_bucket < {until:DateTime('UTC')}";

/// Of views, rows are by day: a session counts once a day for what it viewed.
std::string group_by(const ReportText& text) {
  return text.counted == Counted::kViews ? "GROUP BY group_value, day" : "GROUP BY group_value";
}

std::string and_condition(const ReportText& text) {
  return text.condition.empty() ? "" : " AND (" + text.condition + ")";
}

/// Of the days that are not answered otherwise.
std::string from_target(const ReportText& text, const ReportTables& tables) {
  const bool views = text.counted == Counted::kViews;
  return expand(
      R"(
  SELECT $value AS group_value, $states
  FROM $table
  WHERE team_id IN ({teams:Array(UInt64)}) AND $in_range$raw$condition
  $group_by)",
      {{"value", text.value},
       {"states",
        views ? "toDate(period_bucket) AS day, uniqMergeState(persons_uniq_state) AS persons,"
                " sumMerge(pageviews_count_state) AS views_part, uniqMerge(sessions_uniq_state) AS sessions_part,"
                " toUInt64(0) AS bounces_part, toInt64(0) AS duration_part"
              : "uniqMergeState(persons_uniq_state) AS persons, sumMerge(pageviews_count_state) AS views_part,"
                " sumMerge(total_session_count_state) AS sessions_part, sumMerge(bounces_count_state) AS"
                " bounces_part, sumMerge(total_session_duration_state) AS duration_part"},
       {"table", (views ? tables.stats : tables.bounces).quoted()},
       {"in_range", std::string(kInRange)},
       {"raw", text.reads_raw || text.narrow ? " AND toDate(period_bucket) NOT IN ({elsewhere:Array(Date)})" : ""},
       {"condition", and_condition(text)},
       {"group_by", group_by(text)}});
}

/// Whole days of a dimension's values, or hours of the totals.
std::string from_narrow(const ReportText& text, const ReportTables& tables) {
  return expand(
      R"(
  SELECT $value AS group_value,$day uniqMergeState(persons_uniq_state) AS persons,
    sumMerge(pageviews_count_state) AS views_part, sumMerge(sessions_count_state) AS sessions_part,
    sumMerge(bounces_count_state) AS bounces_part, sumMerge(total_session_duration_state) AS duration_part
  FROM $table
  WHERE team_id IN ({teams:Array(UInt64)}) AND dimension = {dimension:String} AND $in_range
    AND toDate(period_bucket) IN ({narrow:Array(Date)})$condition
  $group_by)",
      {{"value", text.narrow->empty() ? text.value : "value"},
       {"day", text.counted == Counted::kViews ? " toDate(period_bucket) AS day," : ""},
       {"table", tables.breakdowns.quoted()},
       {"in_range", std::string(kInRange)},
       {"condition", text.only_values ? " AND value IN ({values:Array(String)})" : ""},
       {"group_by", group_by(text)}});
}

std::string from_raw(const ReportText& text, const ReportTables& tables) {
  const bool views = text.counted == Counted::kViews;
  return expand(
      R"(
  SELECT $value AS group_value, $states
  FROM ($sessions)
  WHERE $in_range$condition
  $group_by)",
      {{"value", text.value},
       {"states", views ? "toDate(period_bucket) AS day, uniqState(person) AS persons, count() AS views_part,"
                          " uniq(session) AS sessions_part, toUInt64(0) AS bounces_part, toInt64(0) AS duration_part"
                        : "uniqState(person) AS persons, sum(view_events) AS views_part, count() AS sessions_part,"
                          " sum(toUInt64(bounce)) AS bounces_part, sum(duration) AS duration_part"},
       {"sessions", raw_sessions(tables.source, text.counted, text.columns)},
       {"in_range", std::string(kInRange)},
       {"condition", and_condition(text)},
       {"group_by", group_by(text)}});
}

}  // namespace

ReportTables ReportTables::in(const Identifier& database, const Source& source) {
  return {TableName::own(database, table_name(Target::kStats)), TableName::own(database, table_name(Target::kBounces)),
          TableName::own(database, table_name(Target::kBreakdowns)), source};
}

std::string report(const ReportText& text, const ReportTables& tables) {
  std::string parts;
  const auto add = [&parts](const std::string& part) { parts += (parts.empty() ? "" : "\n  UNION ALL") + part; };
  if (text.narrow) add(from_narrow(text, tables));
  if (text.reads_rollup) add(from_target(text, tables));
  if (text.reads_raw) add(from_raw(text, tables));
  return expand(R"(SELECT group_value AS value, uniqMerge(persons) AS visitors, sum(views_part) AS views,
  sum(sessions_part) AS sessions, sum(bounces_part) AS bounces, sum(duration_part) AS duration
FROM ($parts)
GROUP BY group_value
ORDER BY $ordervalue
LIMIT {limit:UInt64} OFFSET {offset:UInt64})",
                {{"parts", parts}, {"ordervalue", text.order.empty() ? "value" : text.order + ", value"}});
}

}  // namespace gapless::sql
