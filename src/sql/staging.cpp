#include "sql/staging.h"

#include "sql/columns.h"
#include "sql/template.h"

namespace gapless::sql {
namespace {

/// Whether no other session has this one's hour and dimensions, the host apart: its groups are then nobody else's, and what
/// would group them need not. Other keys with the same hash are grouped for nothing.
std::string is_alone(const std::string& sessions) {
  return "key_hash NOT IN (SELECT key_hash FROM " + sessions +
         " WHERE team_id IN ({teams:Array(UInt64)}) GROUP BY key_hash HAVING count() > 1)";
}

/// A wide target's groups: most hold one session, whose states are made without a group; the others are grouped.
struct WideGroups {
  std::string alone;    ///< the rows of sessions that are alone, one for each group
  std::string others;   ///< the rows of the others
  std::string of_one;   ///< the states of a row that is a group
  std::string of_many;  ///< of the rows of a group
};

WideGroups stats_groups(const std::string& sessions) {
  // Which views of a session are alike is looked for pair by pair: of very many, grouping is quicker.
  const std::string alone = "length(views) <= 100 AND " + is_alone(sessions);
  const auto rows = [&](std::string_view views, const std::string& condition) {
    return expand(
        R"((SELECT * EXCEPT (host), tupleElement(view, 'host') AS host, tupleElement(view, 'pathname') AS pathname,
        countEqual(views, view) AS alike
      FROM $sessions ARRAY JOIN $views AS view
      WHERE team_id IN ({teams:Array(UInt64)}) AND $condition))",
        {{"sessions", sessions}, {"views", std::string(views)}, {"condition", condition}});
  };
  return {rows("arrayDistinct(views)", alone), rows("views", "NOT (" + alone + ")"),
          "initializeAggregation('uniqState', person_id), initializeAggregation('uniqState', session_id),"
          " initializeAggregation('sumState', toUInt64(alike))",
          "uniqState(person_id), uniqState(session_id), sumState(toUInt64(1))"};
}

WideGroups bounces_groups(const std::string& sessions) {
  const auto rows = [&](const std::string& condition) {
    return expand(
        "(SELECT * FROM $sessions WHERE team_id IN ({teams:Array(UInt64)}) AND view_events > 0 AND $condition)",
        {{"sessions", sessions}, {"condition", condition}});
  };
  std::string of_one = "initializeAggregation('uniqState', person_id), initializeAggregation('uniqState', session_id)";
  std::string of_many = "uniqState(person_id), uniqState(session_id)";
  for (const std::string_view value : {"view_events", "toUInt64(bounce)", "duration", "toUInt64(1)"}) {
    of_one.append(", initializeAggregation('sumState', ").append(value).append(")");
    of_many.append(", sumState(").append(value).append(")");
  }
  return {rows(is_alone(sessions)), rows("NOT (" + is_alone(sessions) + ")"), of_one, of_many};
}

std::string wide_groups(Target target, const TableName& sessions) {
  const WideGroups groups =
      target == Target::kStats ? stats_groups(sessions.quoted()) : bounces_groups(sessions.quoted());
  return expand(R"(
    SELECT $keys, $of_one FROM $alone
    UNION ALL
    SELECT $keys, $of_many FROM $others
    GROUP BY $keys)",
                {{"keys", target_keys(target)},
                 {"of_one", groups.of_one},
                 {"alone", groups.alone},
                 {"of_many", groups.of_many},
                 {"others", groups.others}});
}

std::string text_of(const Column& column) {
  const std::string name(column.name);
  if (column.type == "Bool") return "toString(toUInt8(" + name + "))";
  return column.type == "Int64" ? "toString(" + name + ")" : "CAST(" + name + ", 'String')";
}

/// Of whole sessions, or of groups of them: the totals by the hour and each dimension of a session by the day, in one pass.
std::string breakdowns_by_session(std::string_view states, const std::string& rows) {
  std::string sets = "(team_id, hour)", dimension, value;
  for (const Column& column : session_dimensions()) {
    const std::string name(column.name);
    sets += ", (team_id, " + name + ")";
    const std::string is_of_it = "grouping(" + name + ") = 0, ";
    dimension.append(is_of_it).append("'").append(name).append("', ");
    value.append(is_of_it).append(text_of(column)).append(", ");
  }
  return expand(
      R"(
    SELECT team_id, if(grouping(hour) = 0, hour, toDateTime({day:Date}, 'UTC')) AS bucket, multiIf($dimension'') AS dimension,
      multiIf($value'') AS value, $states
    FROM ($rows)
    GROUP BY GROUPING SETS ($sets))",
      {{"dimension", dimension}, {"value", value}, {"states", std::string(states)}, {"rows", rows}, {"sets", sets}});
}

std::string breakdowns_of_whole_sessions() {
  const std::string rows =
      expand(R"(SELECT team_id, period_bucket AS hour, person_id, view_events, bounce, duration, $columns
          FROM $sessions WHERE team_id IN ({teams:Array(UInt64)}) AND view_events > 0)",
             {{"columns", names(session_dimensions())}});
  return breakdowns_by_session(
      "uniqState(person_id), sumState(toUInt64(1)), sumState(view_events), sumState(toUInt64(bounce)), "
      "sumState(duration)",
      rows);
}

/// A table that others made may have the key in other types than ours.
std::string breakdowns_of_wide_groups(const TableName& bounces) {
  const std::string rows =
      expand(R"(SELECT CAST(team, 'UInt64') AS team_id, CAST(bucket, 'DateTime(\'UTC\')') AS hour, $states, $columns
          FROM (SELECT team_id AS team, period_bucket AS bucket, $states, $columns FROM $bounces
                WHERE _partition_id = {partition:String} AND team_id IN ({teams:Array(UInt64)})))",
             {{"states", names(states(Target::kBounces))},
              {"columns", names(session_dimensions())},
              {"bounces", bounces.quoted()}});
  return breakdowns_by_session(
      "uniqMergeState(persons_uniq_state), sumMergeState(total_session_count_state),"
      " sumMergeState(pageviews_count_state), sumMergeState(bounces_count_state),"
      " sumMergeState(total_session_duration_state)",
      rows);
}

/// And a dimension of views: a session counts once for each value that it viewed.
std::string breakdown_of_views(std::string_view dimension) {
  return expand(R"(
    SELECT team_id, toDateTime({day:Date}, 'UTC') AS bucket, '$dimension' AS dimension, CAST(seen, 'String') AS value,
      uniqState(person_id), sumState(toUInt64(nth = 1)), sumState(toUInt64(1)), sumState(toUInt64(0)), sumState(toInt64(0))
    FROM (SELECT team_id, person_id, seen, nth
          FROM $sessions ARRAY JOIN views.$dimension AS seen, arrayEnumerateUniq(views.$dimension) AS nth
          WHERE team_id IN ({teams:Array(UInt64)}))
    GROUP BY team_id, seen)",
                {{"dimension", std::string(dimension)}});
}

std::string narrow_groups(const TableName& sessions) {
  std::string groups = breakdowns_of_whole_sessions();
  for (const Column& column : kViewDimensions) groups += "\n    UNION ALL" + breakdown_of_views(column.name);
  return expand(groups, {{"sessions", sessions.quoted()}});
}

/// The live rows of all teams but {but}, as they are. Tables that others made may have the key in other types than ours: the
/// rows of a UNION have one.
std::string others(Target target, const TableName& live) {
  std::string values = "CAST(team_id, 'UInt64'), CAST(period_bucket, 'DateTime(\\'UTC\\')')";
  for (const Column& column : dimensions(target))
    values.append(", CAST(").append(column.name).append(", '").append(column.type).append("')");
  return expand(R"(
    SELECT $values, $states FROM $live
    WHERE _partition_id = {partition:String} AND team_id NOT IN ({but:Array(UInt64)}))",
                {{"values", values}, {"states", names(states(target))}, {"live", live.quoted()}});
}

std::string insert_into(Target target, const TableName& staging) {
  return "INSERT INTO " + staging.quoted() + " (" + target_columns(target) + ")";
}

}  // namespace

std::map<std::string, std::string> stage_settings(Target target) {
  if (target != Target::kBreakdowns) return {};
  return {{"force_grouping_standard_compatibility", "1"}, {"group_by_use_nulls", "0"}};
}

std::string stage_cells(Target target, const TableName& staging, const TableName& sessions) {
  return insert_into(target, staging) +
         (target == Target::kBreakdowns ? narrow_groups(sessions) : wide_groups(target, sessions));
}

std::string stage_cells_and_others(Target target, const TableName& staging, const TableName& sessions,
                                   const TableName& live) {
  return stage_cells(target, staging, sessions) + "\n    UNION ALL" + others(target, live);
}

std::string stage_from_wide(const TableName& staging, const TableName& bounces) {
  return insert_into(Target::kBreakdowns, staging) + breakdowns_of_wide_groups(bounces);
}

std::string stage_from_wide_and_others(const TableName& staging, const TableName& bounces, const TableName& live) {
  return stage_from_wide(staging, bounces) + "\n    UNION ALL" + others(Target::kBreakdowns, live);
}

}  // namespace gapless::sql
