#include "sql/raw_sessions.h"

#include <vector>

#include "sql/columns.h"
#include "sql/session_rules.h"
#include "sql/template.h"

namespace gapless::sql {
namespace {

using ColumnNames = std::set<std::string, std::less<>>;

/// Usable events of the team on the days of an array. The bounds hold where toDate() would wrap.
std::string on_days(const Source& source, const std::string& days) {
  return expand(R"(toDate(timestamp) IN ({$days:Array(Date)})
        AND timestamp >= toDateTime64(arrayMin({$days:Array(Date)}), 6, 'UTC')
        AND timestamp < toDateTime64(arrayMax({$days:Array(Date)}) + 1, 6, 'UTC')
        AND $usable AND team_id IN ({teams:Array(UInt64)}))",
                {{"days", days}, {"usable", source.usable()}});
}

/// What is read of an event beside its identity, each behind `prefix`: as little as will do, since columns are what costs.
std::string read_of_event(const Source& source, const ColumnNames& columns, std::string_view prefix) {
  std::string text;
  const auto add = [&](std::string_view name) { text.append(", ").append(prefix).append(name); };
  for (const Column& column : kEntryColumns)
    if (columns.contains(column.name)) add(column.name);
  if (columns.contains("entry_pathname") || columns.contains("end_pathname") || columns.contains("pathname"))
    add("pathname");
  if (source.person_overrides) add("distinct_id");
  return text;
}

/// The ids with events on more than one of these days; all others belong to the day that they are on.
std::string straddling_ids(const Source& source) {
  return expand(R"((SELECT session_id FROM $source
        WHERE $around AND session_id != ''
        GROUP BY session_id HAVING min(toDate(timestamp)) < max(toDate(timestamp))))",
                {{"source", source.from()}, {"around", on_days(source, "around")}});
}

/// session_id, day, kept_until of those ids, for each day with events: until when the day before keeps them, which it does
/// for 24 hours where it is a proper start.
std::string kept_by_the_day_before(const Source& source) {
  return expand(
      R"((SELECT session_id, day,
        if(the_day_before = number - 1 AND the_one_before_that != number - 2, first_before + INTERVAL 24 HOUR,
           toDateTime64('1970-01-01 00:00:00', 6, 'UTC')) AS kept_until
      FROM (
        SELECT session_id, day, toInt32(day) AS number,
          lagInFrame(toInt32(day), 1, toInt32(-10)) OVER w AS the_day_before,
          lagInFrame(toInt32(day), 2, toInt32(-10)) OVER w AS the_one_before_that,
          lagInFrame(first, 1) OVER w AS first_before
        FROM (SELECT session_id, toDate(timestamp) AS day, min(timestamp) AS first FROM $source
              WHERE $around AND session_id != '' AND session_id IN $straddling
              GROUP BY session_id, day)
        WINDOW w AS (PARTITION BY session_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))))",
      {{"source", source.from()}, {"around", on_days(source, "around")}, {"straddling", straddling_ids(source)}});
}

/// The events that the days own, each with its owner and the id of its session: of ids on one day, of ids on several, and
/// nameless ones in runs.
std::string owned_events_of_days(const Source& source, const std::string& read, const std::string& read_of_e) {
  std::string text = expand(R"(
      SELECT toDate(timestamp) AS owner, session_id AS session, 1 AS named, timestamp, uuid, event, person_id$read
      FROM $source
      WHERE $owned AND session_id != '' AND session_id NOT IN $straddling
      UNION ALL
      SELECT e.day - toUInt8(e.timestamp < k.kept_until) AS owner, e.session_id AS session, 1 AS named,
        e.timestamp, e.uuid, e.event, e.person_id$of_e
      FROM (SELECT session_id, toDate(timestamp) AS day, timestamp, uuid, event, person_id$read FROM $source
            WHERE $seen AND session_id != '' AND session_id IN $straddling) AS e
      INNER JOIN $kept AS k ON e.session_id = k.session_id AND e.day = k.day
      WHERE owner IN ({owned:Array(Date)}))",
                            {{"read", read},
                             {"of_e", read_of_e},
                             {"source", source.from()},
                             {"owned", on_days(source, "owned")},
                             {"seen", on_days(source, "seen")},
                             {"straddling", straddling_ids(source)},
                             {"kept", kept_by_the_day_before(source)}});
  if (!source.sessionize_nameless) return text;
  return text + "\n    UNION ALL" +
         nameless_runs({.key = "owner",
                        .read_key = "toDate(timestamp) AS owner",
                        .columns = read,
                        .from = source.from(),
                        .condition = on_days(source, "owned")});
}

/// What a session takes from its entry event: one tuple, so that the first event is found once.
std::vector<std::string> of_entry(Counted counted, const ColumnNames& columns) {
  std::vector<std::string> names;
  for (const Column& column : kEntryColumns)
    if (columns.contains(column.name) && !(counted == Counted::kViews && column.name == "host"))
      names.emplace_back(column.name);
  if (columns.contains("entry_pathname")) names.emplace_back("pathname");
  return names;
}

std::string session_attributes(const Source& source, Counted counted, const ColumnNames& columns) {
  std::string text = ", countIf(" + std::string(kIsView) + ") AS view_events";
  if (counted == Counted::kSessions) text += ", " + duration_and_bounce();
  if (source.person_overrides) text += ", argMax(distinct_id, " + std::string(kEventOrder) + ") AS last_distinct_id";
  std::string tuple;
  for (const std::string& name : of_entry(counted, columns)) tuple += (tuple.empty() ? "" : ", ") + name;
  const auto take = [&](std::string_view what, const std::string& value, std::string_view as) {
    text += expand(", $what($value, $order, $view) AS $as", {{"what", std::string(what)},
                                                             {"value", value},
                                                             {"order", std::string(kEventOrder)},
                                                             {"view", std::string(kIsView)},
                                                             {"as", std::string(as)}});
  };
  if (!tuple.empty()) take("argMinIf", "tuple(" + tuple + ")", "entry");
  if (columns.contains("end_pathname")) take("argMaxIf", "pathname", "end_path");
  if (counted == Counted::kViews)
    text += expand(", groupArrayIf(tuple($host, $path), $view) AS views",
                   {{"host", columns.contains("host") ? "host" : "''"},
                    {"path", columns.contains("pathname") ? "pathname" : "''"},
                    {"view", std::string(kIsView)}});
  return text;
}

/// The dimensions by their names, out of those attributes.
std::string named_dimensions(Counted counted, const ColumnNames& columns) {
  std::string text;
  const std::vector<std::string> entry = of_entry(counted, columns);
  for (std::size_t i = 0; i < entry.size(); ++i)
    text += ", s.entry." + std::to_string(i + 1) + " AS " + (entry[i] == "pathname" ? "entry_pathname" : entry[i]);
  if (columns.contains("end_pathname")) text += ", s.end_path AS end_pathname";
  if (counted == Counted::kSessions) return text + ", s.duration AS duration, s.bounce AS bounce";
  return text + ", s.views AS views";
}

/// A row for each view of these sessions.
std::string views_of(const std::string& sessions, const ColumnNames& columns) {
  return expand("\n    SELECT * EXCEPT (views)$host$path FROM ($sessions) ARRAY JOIN views AS view",
                {{"host", columns.contains("host") ? ", view.1 AS host" : ""},
                 {"path", columns.contains("pathname") ? ", view.2 AS pathname" : ""},
                 {"sessions", sessions}});
}

}  // namespace

std::string raw_sessions(const Source& source, Counted counted, const ColumnNames& columns) {
  const std::string sessions = expand(
      R"(
    SELECT s.period_bucket AS period_bucket, s.session AS session, $person AS person, s.view_events AS view_events$dimensions
    FROM (
      SELECT owner, session, toDateTime(toStartOfHour(min(timestamp)), 'UTC') AS period_bucket,
        argMax(person_id, $order) AS last_person$attributes
      FROM ($owned)
      GROUP BY owner, session, named HAVING view_events > 0) AS s$merged)",
      {{"person", source.person_overrides ? "if(o.is_merged = 1, o.person_id, s.last_person)" : "s.last_person"},
       {"dimensions", named_dimensions(counted, columns)},
       {"order", std::string(kEventOrder)},
       {"attributes", session_attributes(source, counted, columns)},
       {"owned",
        owned_events_of_days(source, read_of_event(source, columns, ""), read_of_event(source, columns, "e."))},
       {"merged", source.person_overrides ? " LEFT JOIN " + merged_persons(*source.person_overrides) +
                                                " AS o ON s.last_distinct_id = o.distinct_id"
                                          : ""}});
  return counted == Counted::kViews ? views_of(sessions, columns) : sessions;
}

}  // namespace gapless::sql
