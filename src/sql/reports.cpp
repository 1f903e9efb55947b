#include "sql/reports.h"

#include "sql/template.h"

namespace gapless::sql {
namespace {

constexpr std::string_view kInRange =
    "period_bucket >= {from:DateTime('UTC')} AND period_bucket < {until:DateTime('UTC')}";

/// Of views, rows are by day: a session counts once a day for what it viewed.
std::string group_by(const ReportText& text) {
  return text.counted == Counted::kViews ? "GROUP BY group_value, toDate(period_bucket)" : "GROUP BY group_value";
}

/// One part is all, and has each group once: there is nothing to merge.
bool is_one(const ReportText& text) {
  const int parts = text.narrow.has_value() + text.reads_rollup + text.reads_raw;
  return parts == 1 && (text.narrow || text.counted == Counted::kSessions);
}

/// Persons as a number or, to be merged, as a state.
std::string persons(const ReportText& text, std::string_view function, std::string_view column) {
  return std::string(function) + (is_one(text) ? "(" : "State(") + std::string(column) + ") AS persons";
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
        persons(text, "uniqMerge", "persons_uniq_state") + ", sumMerge(pageviews_count_state) AS views_part," +
            (views ? " uniqMerge(sessions_uniq_state) AS sessions_part, toUInt64(0) AS bounces_part, toInt64(0) AS"
                     " duration_part"
                   : " sumMerge(total_session_count_state) AS sessions_part, sumMerge(bounces_count_state) AS"
                     " bounces_part, sumMerge(total_session_duration_state) AS duration_part")},
       {"table", (views ? tables.stats : tables.bounces).quoted()},
       {"in_range", std::string(kInRange)},
       {"raw", text.reads_raw || text.narrow ? " AND toDate(period_bucket) NOT IN ({elsewhere:Array(Date)})" : ""},
       {"condition", and_condition(text)},
       {"group_by", group_by(text)}});
}

/// Whole days of a dimension's values, or hours of the totals. A session counts once a day for each value in it already.
std::string from_narrow(const ReportText& text, const ReportTables& tables) {
  const bool is_all = !text.reads_rollup && !text.reads_raw;
  return expand(
      R"(
  SELECT $value AS group_value, $persons,
    sumMerge(pageviews_count_state) AS views_part, sumMerge(sessions_count_state) AS sessions_part, $of_sessions
  FROM $table
  WHERE team_id IN ({teams:Array(UInt64)}) AND dimension = {dimension:String} AND $in_range$days$condition
  GROUP BY group_value)",
      {{"value", text.by_value ? "value" : text.value},
       {"persons", persons(text, "uniqMerge", "persons_uniq_state")},
       {"of_sessions",  // where views are counted there is nothing in them, and they are as long as the others
        text.counted == Counted::kViews
            ? "toUInt64(0) AS bounces_part, toInt64(0) AS duration_part"
            : "sumMerge(bounces_count_state) AS bounces_part, sumMerge(total_session_duration_state) AS duration_part"},
       {"table", tables.breakdowns.quoted()},
       {"in_range", std::string(kInRange)},
       {"days", is_all ? "" : "\n    AND toDate(period_bucket) IN ({narrow:Array(Date)})"},
       {"condition", text.only_values ? " AND value IN ({values:Array(String)})" : ""}});
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
       {"states", persons(text, "uniq", "person") +
                      (views ? ", count() AS views_part, uniq(session) AS sessions_part, toUInt64(0) AS bounces_part,"
                               " toInt64(0) AS duration_part"
                             : ", sum(view_events) AS views_part, count() AS sessions_part,"
                               " sum(toUInt64(bounce)) AS bounces_part, sum(duration) AS duration_part")},
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
  const std::string figures =
      is_one(text) ? "persons AS visitors, views_part AS views, sessions_part AS sessions, bounces_part AS bounces,"
                     " duration_part AS duration"
                   : "uniqMerge(persons) AS visitors, sum(views_part) AS views, sum(sessions_part) AS sessions,"
                     " sum(bounces_part) AS bounces, sum(duration_part) AS duration";
  return expand(R"(SELECT group_value AS value, $figures
FROM ($parts)$groups
ORDER BY $ordervalue
LIMIT {limit:UInt64} OFFSET {offset:UInt64})",
                {{"figures", figures},
                 {"parts", parts},
                 {"groups", is_one(text) ? "" : "\nGROUP BY group_value"},
                 {"ordervalue", text.order.empty() ? "value" : text.order + ", value"}});
}

}  // namespace gapless::sql
