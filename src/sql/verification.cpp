#include "sql/verification.h"

#include "core/facts.h"
#include "sql/columns.h"
#include "sql/template.h"

namespace gapless::sql {
namespace {

// An event is a tuple. In this order tuples sort as events do: UUIDs by their lower-case text, names as bytes.
constexpr std::string_view kMoment = "1";  ///< microseconds since 1970
constexpr std::string_view kUuid = "2";
constexpr std::string_view kName = "3";
constexpr std::string_view kPerson = "4";
constexpr std::string_view kPath = "5";
constexpr std::size_t kFirstEntryColumn = 6;

constexpr std::string_view kViewNames = "('$pageview', '$screen')";
constexpr std::string_view kInteractionNames = "('$pageview', '$screen', '$autocapture')";

/// Strings and numbers alike on both sides, whatever types source and target have them in.
std::string plain(const Column& column, const std::string& value) {
  if (column.type == "Int64") return "toInt64(" + value + ")";
  if (column.type == "Bool") return "toBool(" + value + ")";
  return "CAST(" + value + ", 'String')";
}

std::string event_tuple(const Source& source) {
  std::string fields = "toUnixTimestamp64Micro(timestamp), toString(uuid), CAST(event, 'String'), person_id";
  fields += ", CAST(pathname, 'String')";
  for (const Column& column : kEntryColumns) fields += ", " + plain(column, std::string(column.name));
  if (source.person_overrides) fields += ", CAST(distinct_id, 'String')";
  return "(" + fields + ")";
}

std::string midnight(int days_later) {
  return "toUnixTimestamp64Micro(toDateTime64({day:Date} + " + std::to_string(days_later) + ", 6, 'UTC'))";
}

/// Usable events of the teams on the days {day} + first … {day} + last: by the sorting key, and exactly.
std::string events_on(int first, int last, const Source& source) {
  const auto day = [](int offset) { return "{day:Date} + " + std::to_string(offset); };
  return expand(R"($usable AND team_id IN ({teams:Array(UInt64)})
        AND toDate(timestamp) >= $first AND toDate(timestamp) <= $last
        AND timestamp >= toDateTime64($first, 6, 'UTC') AND timestamp < toDateTime64($after, 6, 'UTC'))",
                {{"usable", source.usable()}, {"first", day(first)}, {"last", day(last)}, {"after", day(last + 1)}});
}

/// team_id, id, events: the named sessions that the day owns any of, with what it owns, in order. All times of one id in
/// four days tell until when the day before keeps its events, and until when this day keeps those of the next.
std::string named_sessions(const Source& source) {
  return expand(R"(
    SELECT team_id, session_id AS id,
      arrayFilter(e -> e.$moment < $end ? e.$moment >= kept_by_eve_until : e.$moment < keeps_until, arraySort(wide)) AS events
    FROM (
      SELECT team_id, session_id, wide,
        arraySort(times) AS moments,
        arrayFilter(m -> m < $eve, moments) AS before_eve,
        arrayFilter(m -> m >= $eve AND m < $midnight, moments) AS on_eve,
        arrayFilter(m -> m >= $midnight AND m < $end, moments) AS on_day,
        if(notEmpty(on_eve) AND empty(before_eve), on_eve[1] + 86400000000, 0) AS kept_by_eve_until,
        if(empty(on_eve), on_day[1] + 86400000000, 0) AS keeps_until
      FROM (
        SELECT team_id, session_id, groupArray(toUnixTimestamp64Micro(timestamp)) AS times,
          groupArrayIf($event, timestamp >= toDateTime64({day:Date}, 6, 'UTC')) AS wide
        FROM $source
        WHERE $four_days AND session_id != '' AND (team_id, session_id) IN (
          SELECT team_id, session_id FROM $source WHERE $one_day AND session_id != '')
        GROUP BY team_id, session_id)))",
                {{"moment", std::string(kMoment)},
                 {"eve", midnight(-1)},
                 {"midnight", midnight(0)},
                 {"end", midnight(1)},
                 {"event", event_tuple(source)},
                 {"source", source.from()},
                 {"four_days", events_on(-2, 1, source)},
                 {"one_day", events_on(0, 0, source)}});
}

/// The same of nameless sessions: a person's events, split where the one before is over 30 minutes ago.
std::string nameless_sessions(const Source& source) {
  return expand(R"(
    SELECT team_id, concat(toString(run[1].$person), ':', toString(run[1].$moment)) AS id, run AS events
    FROM (SELECT team_id, person_id, arraySort(groupArray($event)) AS happened
          FROM $source
          WHERE $one_day AND session_id = ''
          GROUP BY team_id, person_id)
    ARRAY JOIN arraySplit((e, gap) -> gap > 1800000000, happened, arrayDifference(arrayMap(e -> e.$moment, happened))) AS run)",
                {{"person", std::string(kPerson)},
                 {"moment", std::string(kMoment)},
                 {"event", event_tuple(source)},
                 {"source", source.from()},
                 {"one_day", events_on(0, 0, source)}});
}

/// Of these sessions, with `merged_into`: whom the person of the last event was merged into, if anybody, by what is known now.
std::string with_merged_persons(const Source& source, const std::string& sessions_text) {
  return expand(R"((
    SELECT team_id, id, events, if(o.is_known AND o.latest.2 = 0, o.latest.1, events[-1].$person) AS merged_into
    FROM (SELECT *, toUInt64(team_id) AS team, events[-1].$distinct AS last_id FROM ($sessions)) AS s
    LEFT JOIN (
      SELECT toUInt64(team_id) AS team, distinct_id AS last_id, argMax((person_id, is_deleted), version) AS latest,
        true AS is_known
      FROM $overrides WHERE team_id IN ({teams:Array(UInt64)}) GROUP BY team, last_id) AS o USING (team, last_id)))",
                {{"person", std::string(kPerson)},
                 {"distinct", std::to_string(kFirstEntryColumn + kEntryColumns.size())},
                 {"sessions", sessions_text},
                 {"overrides", source.person_overrides->quoted()}});
}

/// The sessions with a view: team_id, id, period_bucket, person, duration, bounce, views.
std::string sessions(const Source& source) {
  std::string all = named_sessions(source);
  if (source.sessionize_nameless) all += "\n    UNION ALL" + nameless_sessions(source);
  all = source.person_overrides ? with_merged_persons(source, all) : "(" + all + ")";
  return expand(R"(
    SELECT team_id, id,
      toDateTime(intDiv(events[1].$moment, 3600000000) * 3600, 'UTC') AS period_bucket,
      $person AS person,
      intDiv(events[-1].$moment, 1000000) - intDiv(events[1].$moment, 1000000) AS duration,
      duration < 10 AND length(arrayDistinct(arrayMap(e -> e.$uuid, arrayFilter(e -> e.$name IN $interactions, events)))) < 2
        AS bounce,
      arrayFilter(e -> e.$name IN $view_names, events) AS views
    FROM $all
    WHERE notEmpty(views))",
                {{"moment", std::string(kMoment)},
                 {"person", source.person_overrides ? "merged_into" : "events[-1]." + std::string(kPerson)},
                 {"uuid", std::string(kUuid)},
                 {"name", std::string(kName)},
                 {"interactions", std::string(kInteractionNames)},
                 {"view_names", std::string(kViewNames)},
                 {"all", all}});
}

constexpr std::string_view kBreakdown = "broken";

/// What the narrow target counts of a session with `views`, as an array of (dimension, value, sessions, views, bounces,
/// duration): whole under each of its own dimensions, and each view under its page, there as a session the first time.
std::string breakdowns_of_session() {
  std::string of_session, of_views;
  const auto whole = [&of_session](std::string_view dimension, const std::string& value) {
    if (!of_session.empty()) of_session += ", ";
    of_session += "('" + std::string(dimension) + "', " + value +
                  ", toUInt64(1), toUInt64(length(views)), toUInt64(bounce), toInt64(duration))";
  };
  const auto viewed = [&of_views](std::string_view dimension, const std::string& field) {
    of_views += expand(
        R"(, arrayMap((seen, nth) -> ('$dimension', seen, toUInt64(nth = 1), toUInt64(1), toUInt64(0), toInt64(0)),
        arrayMap(e -> e.$field, views) AS seen_$dimension, arrayEnumerateUniq(seen_$dimension)))",
        {{"dimension", std::string(dimension)}, {"field", field}});
  };
  whole("", "''");
  whole("entry_pathname", "views[1]." + std::string(kPath));
  whole("end_pathname", "views[-1]." + std::string(kPath));
  viewed("pathname", std::string(kPath));
  for (std::size_t i = 0; i < kEntryColumns.size(); ++i) {
    const Column& column = kEntryColumns[i];
    const std::string field = std::to_string(kFirstEntryColumn + i), value = "views[1]." + field;
    if (column.name == "host")
      viewed(column.name, field);
    else
      whole(column.name, "toString(" + (column.type == "Bool" ? "toUInt8(" + value + ")" : value) + ")");
  }
  return "arrayConcat([" + of_session + "]" + of_views + ")";
}

/// What a group is made of: `views` are a whole session's in bounces, one by one in stats, and what they break down to.
std::string each_part(Target target) {
  switch (target) {
    case Target::kStats: return " ARRAY JOIN views AS view";
    case Target::kBounces: return "";
    case Target::kBreakdowns: break;
  }
  return " ARRAY JOIN " + breakdowns_of_session() + " AS " + std::string(kBreakdown);
}

/// The value of a dimension in a session with `views`; in stats of each `view`.
std::string value_of(Target target, std::string_view dimension) {
  const std::string path = "." + std::string(kPath);
  if (target == Target::kBreakdowns) return std::string(kBreakdown) + (dimension == "dimension" ? ".1" : ".2");
  if (dimension == "entry_pathname") return "views[1]" + path;
  if (dimension == "end_pathname") return "views[-1]" + path;
  if (dimension == "pathname") return "view" + path;
  std::string from = dimension == "host" && target == Target::kStats ? "view" : "views[1]";
  for (std::size_t i = 0; i < kEntryColumns.size(); ++i)
    if (kEntryColumns[i].name == dimension) return from + "." + std::to_string(kFirstEntryColumn + i);
  return from;
}

/// When a group counts: the narrow target has hours of its totals alone.
std::string bucket_of(Target target) {
  if (target != Target::kBreakdowns) return "period_bucket";
  return "if(" + std::string(kBreakdown) + ".1 = '', period_bucket, toStartOfDay(period_bucket)) AS period_bucket";
}

/// What a sum state adds up, of each session, or in stats of each view, or of each breakdown.
std::string summand_of(Target target, std::string_view state) {
  if (target == Target::kBreakdowns) {
    const std::string of(kBreakdown);
    if (state == "sessions_count_state") return of + ".3";
    if (state == "pageviews_count_state") return of + ".4";
    return of + (state == "bounces_count_state" ? ".5" : ".6");
  }
  if (state == "pageviews_count_state") return target == Target::kStats ? "toUInt64(1)" : "length(views)";
  if (state == "bounces_count_state") return "toUInt64(bounce)";
  if (state == "total_session_duration_state") return "toInt64(duration)";
  return "toUInt64(1)";  // total_session_count_state
}

std::string counted_by(std::string_view uniq_state) { return uniq_state == "persons_uniq_state" ? "person" : "id"; }

bool is_uniq(const Column& state) { return state.type.starts_with("AggregateFunction(uniq"); }

std::string exact_name(std::string_view uniq_state) {
  return std::string(uniq_state.substr(0, uniq_state.size() - std::string_view("state").size())) + "exact";
}

/// The columns of a group on either side: key, then states; sums finalized. The dimensions are one tuple: analysing a GROUP
/// BY takes the engine as long as there are keys, times all that is read below them.
std::string expected_groups(Target target, const Source& source, UniqExact exact) {
  std::string columns = "toUInt64(team_id) AS team_id, " + bucket_of(target), values;
  for (const Column& column : dimensions(target))
    values.append(values.empty() ? "" : ", ").append(value_of(target, column.name));
  columns += ", (" + values + ") AS dimensions";
  std::string figures;
  for (const Column& state : states(target)) {
    const std::string name(state.name);
    figures.append(is_uniq(state) ? ", uniqState(" + counted_by(name) : ", sum(of_" + name);
    figures.append(") AS ").append(name);
    if (is_uniq(state) && exact == UniqExact::kYes)
      figures.append(", uniqExact(").append(counted_by(name)).append(") AS ").append(exact_name(name));
    if (!is_uniq(state)) columns.append(", ").append(summand_of(target, name)).append(" AS of_").append(name);
  }
  return expand(
      R"(
    SELECT 0 AS is_live, team_id, period_bucket, dimensions$figures
    FROM (SELECT $columns, person, id FROM ($sessions)$each_part)
    GROUP BY team_id, period_bucket, dimensions)",
      {{"figures", figures}, {"columns", columns}, {"sessions", sessions(source)}, {"each_part", each_part(target)}});
}

std::string live_rows(Target target, const TableName& live, UniqExact exact) {
  std::string columns, values;
  for (const Column& column : dimensions(target))
    values.append(values.empty() ? "" : ", ").append(plain(column, std::string(column.name)));
  for (const Column& state : states(target)) {
    const std::string name(state.name);
    if (!is_uniq(state)) columns.append(", finalizeAggregation(").append(name).append(") AS ").append(name);
    if (is_uniq(state)) columns.append(", ").append(name);
    if (is_uniq(state) && exact == UniqExact::kYes) columns.append(", toUInt64(0) AS ").append(exact_name(name));
  }
  return expand(R"(
    SELECT 1 AS is_live, team_id, period_bucket, ($values) AS dimensions$columns
    FROM $live
    WHERE toYYYYMMDD(period_bucket) = toYYYYMMDD({day:Date}) AND team_id IN ({teams:Array(UInt64)}))",
                {{"values", values}, {"columns", columns}, {"live", live.quoted()}});
}

/// The figures of one group, each as (measure, in the target, in the source, in the union, whether that is wrong). Where
/// one side has no such group, its rows say so, and nothing else need be said.
std::string figures_of(Target target, const Source& source, UniqExact exact) {
  std::string text = expand(
      "('$rows', toInt64(sum(is_live)), toInt64(sum(NOT is_live)), toInt64(-1),"
      " sum(is_live) != 1 OR sum(NOT is_live) != 1)",
      {{"rows", std::string(kRowsMeasure)}});
  for (const Column& state : states(target)) {
    const std::string name(state.name);
    const std::string both = "sum(is_live) > 0 AND sum(NOT is_live) > 0 AND ";
    const std::string_view figure =
        is_uniq(state)
            ? ", ('$measure', toInt64(uniqMergeIf(g.$name, is_live)), toInt64(uniqMergeIf(g.$name, NOT is_live)),"
              " toInt64(uniqMerge(g.$name)), $both(uniqMergeIf(g.$name, is_live) != uniqMerge(g.$name)"
              " OR uniqMergeIf(g.$name, NOT is_live) != uniqMerge(g.$name)))"
            : ", ('$name', toInt64(sumIf(g.$name, is_live)), toInt64(sumIf(g.$name, NOT is_live)), toInt64(-1),"
              " $both(sumIf(g.$name, is_live) != sumIf(g.$name, NOT is_live)))";
    const bool may_be_merged = source.person_overrides && name == "persons_uniq_state";
    text += expand(figure,
                   {{"measure", may_be_merged ? std::string(kMergedPersons) : name}, {"name", name}, {"both", both}});
    if (is_uniq(state) && exact == UniqExact::kYes)
      text += expand(
          ", ('$exact', toInt64(uniqMergeIf(g.$name, is_live)), toInt64(sum(g.$exact)), toInt64(-1),"
          " $both(abs(toFloat64(uniqMergeIf(g.$name, is_live)) - toFloat64(sum(g.$exact)))"
          " > {tolerance:Float64} * toFloat64(sum(g.$exact))))",
          {{"name", name}, {"exact", exact_name(name)}, {"both", both}});
  }
  return text;
}

}  // namespace

std::string verification(Target target, const TableName& live, const Source& source, UniqExact exact) {
  std::string texts;
  std::size_t number = 0;
  for (const Column& column : dimensions(target))
    texts += ", toString(dimensions." + std::to_string(++number) + ") AS " + std::string(column.name);
  // What differs is counted before it is cut: whoever reads ten of a thousand is told so.
  return expand(R"(SELECT team_id, differences, figure.1 AS measure, figure.2 AS in_target, figure.3 AS in_source,
      figure.4 AS in_union, toString(bucket) AS period_bucket$texts
    FROM (
      SELECT team_id, count() OVER (PARTITION BY team_id) AS differences, figure, bucket, dimensions
      FROM (
        SELECT g.team_id AS team_id, g.period_bucket AS bucket, g.dimensions AS dimensions,
          arrayJoin(arrayFilter(f -> f.5, [$figures])) AS figure
        FROM ($live
          UNION ALL$expected) AS g
        GROUP BY g.team_id, g.period_bucket, g.dimensions))
    ORDER BY team_id, measure = '$merged', bucket, measure, dimensions
    LIMIT {most:UInt64} BY team_id)",
                {{"texts", texts},
                 {"merged", std::string(kMergedPersons)},
                 {"figures", figures_of(target, source, exact)},
                 {"live", live_rows(target, live, exact)},
                 {"expected", expected_groups(target, source, exact)}});
}

std::vector<std::string> verification_columns(Target target) {
  std::vector<std::string> columns = {"team_id",   "differences", "measure",      "in_target",
                                      "in_source", "in_union",    "period_bucket"};
  for (const Column& column : dimensions(target)) columns.emplace_back(column.name);
  return columns;
}

}  // namespace gapless::sql
