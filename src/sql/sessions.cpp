#include "sql/sessions.h"

#include "sql/columns.h"
#include "sql/session_rules.h"
#include "sql/template.h"

namespace gapless::sql {
namespace {

/// Of sessions `s`: qualified, since ClickHouse takes a bare name for the alias it also is.
constexpr std::string_view kCellColumns =
    "s.team_id AS team_id, sum(s.owned_events) AS owned_events, sum(s.owned_hash) AS owned_hash, sum(s.view_events) AS "
    "view_events,"
    " countIf(s.view_events > 0) AS sessions, sumIf(s.bounce, s.view_events > 0) AS bounces,"
    " sumIf(s.duration, s.view_events > 0) AS duration";

/// The named sessions with events on the day and on the day before or after, with what decides who owns them.
std::string straddlers_of(const Source& source) {
  return expand(
      R"(
    SELECT team_id, session_id,
      minIf(timestamp, $today) AS first_today,
      minIf(timestamp, $yesterday) AS first_yesterday,
      countIf($yesterday) > 0 AS has_yesterday,
      countIf($yesterday) > 0 AND countIf(timestamp < toDateTime64({day:Date} - 1, 6, 'UTC')) = 0 AS starts_yesterday
    FROM $source
    WHERE $window AND $usable AND team_id IN ({teams:Array(UInt64)}) AND session_id != ''
    GROUP BY team_id, session_id
    HAVING countIf($today) > 0 AND (has_yesterday OR countIf(timestamp >= toDateTime64({day:Date} + 1, 6, 'UTC')) > 0))",
      {{"today",
        "timestamp >= toDateTime64({day:Date}, 6, 'UTC') AND timestamp < toDateTime64({day:Date} + 1, 6, 'UTC')"},
       {"yesterday",
        "timestamp >= toDateTime64({day:Date} - 1, 6, 'UTC') AND timestamp < toDateTime64({day:Date}, 6, 'UTC')"},
       {"source", source.from()},
       {"usable", source.usable()},
       {"window", in_days(-2, 1)}});
}

/// The events that the day owns, with the id of their session and whether it is a name: three disjoint parts, those of
/// sessions within the day, of named sessions that straddle midnight, and nameless ones in runs.
/// `columns` are read beside the identity, each behind ", ".
std::string owned_events(const Source& source, const std::string& straddlers, const std::vector<Column>& columns) {
  const std::string wide = columns.empty() ? "" : ", " + names(columns);
  const std::string wide_of_e = columns.empty() ? "" : ", " + names(columns, "e.");
  std::string text = expand(R"(
    SELECT team_id, session_id AS session, 1 AS named, timestamp, uuid, event, person_id$wide
    FROM $source
    WHERE $day AND $usable AND team_id IN ({teams:Array(UInt64)}) AND session_id != ''
      AND (team_id, session_id) NOT IN (SELECT team_id, session_id FROM $straddlers)
    UNION ALL
    SELECT e.team_id, e.session_id AS session, 1 AS named, e.timestamp, e.uuid, e.event, e.person_id$of_e
    FROM (SELECT team_id, session_id, timestamp, uuid, event, person_id$wide FROM $source
          WHERE $two_days AND $usable AND team_id IN ({teams:Array(UInt64)}) AND session_id != ''
            AND (team_id, session_id) IN (SELECT team_id, session_id FROM $straddlers)) AS e
    INNER JOIN $straddlers AS s ON toUInt64(e.team_id) = toUInt64(s.team_id) AND e.session_id = s.session_id
    WHERE if(e.timestamp < toDateTime64({day:Date} + 1, 6, 'UTC'),
             NOT (s.starts_yesterday AND e.timestamp < s.first_yesterday + INTERVAL 24 HOUR),
             NOT s.has_yesterday AND e.timestamp < s.first_today + INTERVAL 24 HOUR))",
                            {{"wide", wide},
                             {"of_e", wide_of_e},
                             {"source", source.from()},
                             {"usable", source.usable()},
                             {"straddlers", straddlers},
                             {"day", in_days(0, 0)},
                             {"two_days", in_days(0, 1)}});
  if (!source.sessionize_nameless) return text;
  return text + "\n    UNION ALL" +
         nameless_runs(
             {.key = "team_id",
              .read_key = "team_id",
              .columns = wide,
              .from = source.from(),
              .condition = in_days(0, 0) + " AND " + source.usable() + " AND team_id IN ({teams:Array(UInt64)})"});
}

/// What is known of a session from the identity of its events.
std::string narrow_attributes(const Source& source) {
  return expand(R"(count() AS owned_events, sum($hash) AS owned_hash, countIf($view) AS view_events,
      $duration_and_bounce)",
                {{"hash", source.event_hash("if(named, session, '')")},
                 {"view", std::string(kIsView)},
                 {"duration_and_bounce", duration_and_bounce()}});
}

std::vector<Column> wide_columns() {
  std::vector<Column> columns = kEntryColumns;
  columns.push_back({"pathname", "String"});
  return columns;
}

}  // namespace

std::string create_straddlers(const TableName& straddlers) {
  return "CREATE TABLE " + straddlers.quoted() +
         " (team_id UInt64, session_id String, first_today DateTime64(6, 'UTC'), first_yesterday DateTime64(6, 'UTC'),"
         " has_yesterday UInt8, starts_yesterday UInt8) ENGINE = MergeTree ORDER BY (team_id, session_id)";
}

std::string fill_straddlers(const TableName& straddlers, const Source& source) {
  return "INSERT INTO " + straddlers.quoted() +
         " (team_id, session_id, first_today, first_yesterday, has_yesterday, starts_yesterday)" +
         straddlers_of(source);
}

std::string create_sessions(const TableName& sessions) {
  return expand(
      R"(CREATE TABLE $sessions (team_id UInt64, session_id String, period_bucket DateTime('UTC'), person_id UUID,
    owned_events UInt64, owned_hash UInt64, view_events UInt64, duration Int64, bounce UInt8,
    entry_pathname String, end_pathname String, $entry,
    views Array(Tuple(host LowCardinality(String), pathname String)), key_hash UInt64)
    ENGINE = MergeTree ORDER BY team_id)",
      {{"sessions", sessions.quoted()}, {"entry", declarations(kEntryColumns)}});
}

std::string fill_sessions(const TableName& sessions, const TableName& straddlers, const Source& source) {
  std::string entry;  // the columns of the entry tuple, by position
  for (std::size_t i = 0; i < kEntryColumns.size(); ++i)
    entry += ", entry." + std::to_string(i + 1) + " AS " + std::string(kEntryColumns[i].name);
  std::vector<Column> read = wide_columns();
  if (source.person_overrides) read.push_back({"distinct_id", "String"});
  const std::string sessions_of_day = expand(
      R"(
      SELECT team_id, session, toStartOfHour(min(timestamp)) AS period_bucket, $narrow,
        argMax(person_id, $order) AS last_person,$distinct
        argMinIf(($wide), $order, $view) AS entry,
        argMaxIf(pathname, $order, $view) AS end_pathname,
        groupArrayIf((host, pathname), $view) AS views
      FROM ($owned)
      GROUP BY team_id, session, named)",
      {{"narrow", narrow_attributes(source)},
       {"order", std::string(kEventOrder)},
       {"distinct",
        source.person_overrides ? " argMax(distinct_id, " + std::string(kEventOrder) + ") AS last_distinct_id," : ""},
       {"wide", names(wide_columns())},
       {"view", std::string(kIsView)},
       {"owned", owned_events(source, straddlers.quoted(), read)}});
  const std::string with_persons =
      source.person_overrides ? expand(
                                    R"((
      SELECT s.team_id AS team_id, s.session AS session, s.period_bucket AS period_bucket, s.owned_events AS owned_events,
        s.owned_hash AS owned_hash, s.view_events AS view_events, s.duration AS duration, s.bounce AS bounce, s.entry AS entry,
        s.end_pathname AS end_pathname, s.views AS views, if(o.is_merged = 1, o.person_id, s.last_person) AS person
      FROM ($of_day) AS s
      LEFT JOIN $merged AS o ON toUInt64(s.team_id) = toUInt64(o.team_id) AND s.last_distinct_id = o.distinct_id))",
                                    {{"of_day", sessions_of_day}, {"merged", merged_persons(*source.person_overrides)}})
                              : "(SELECT *, last_person AS person FROM (" + sessions_of_day + "))";
  return expand(R"(INSERT INTO $sessions (team_id, session_id, period_bucket, person_id, owned_events, owned_hash,
      view_events, duration, bounce, entry_pathname, end_pathname, views, $names, key_hash)
    SELECT team_id, session, period_bucket, person, owned_events, owned_hash, view_events, duration, bounce,
      entry.$path AS entry_pathname, end_pathname, views$entry, cityHash64(team_id, period_bucket, $key)
    FROM $with_persons)",
                {{"sessions", sessions.quoted()},
                 {"names", names(kEntryColumns)},
                 {"key", names(session_dimensions())},
                 {"path", std::to_string(kEntryColumns.size() + 1)},
                 {"entry", entry},
                 {"with_persons", with_persons}});
}

std::string cells_of_sessions(const TableName& sessions) {
  return "SELECT " + std::string(kCellColumns) + " FROM " + sessions.quoted() +
         " AS s WHERE s.team_id IN ({teams:Array(UInt64)}) GROUP BY s.team_id ORDER BY team_id";
}

std::string owned_cells(const Source& source) {
  const std::vector<Column> columns = source.hash_content ? wide_columns() : std::vector<Column>{};
  return expand(R"(SELECT $cells FROM (
      SELECT team_id, session, $narrow FROM ($owned) GROUP BY team_id, session, named) AS s
    GROUP BY s.team_id ORDER BY team_id)",
                {{"cells", std::string(kCellColumns)},
                 {"narrow", narrow_attributes(source)},
                 {"owned", owned_events(source, "(" + straddlers_of(source) + ")", columns)}});
}

std::string counts_by_partition(const Source& source) {
  // The days that Day holds: toDate() would wrap beyond.
  return expand(
      R"(SELECT _partition_id AS partition, team_id, toDate(timestamp) AS day, count() AS events,
      countIf($view) AS view_events, sum($hash) AS hash
    FROM $source
    WHERE _partition_id IN ({partitions:Array(String)}) AND timestamp >= toDateTime64('1970-01-03', 6, 'UTC')
      AND timestamp < toDateTime64('2106-02-05', 6, 'UTC') AND $usable$named
    GROUP BY partition, team_id, day ORDER BY partition, team_id, day)",
      {{"view", std::string(kIsView)},
       {"hash", source.event_hash("session_id")},
       {"source", source.from()},
       {"usable", source.usable()},
       {"named", source.sessionize_nameless ? "" : " AND session_id != ''"}});
}

std::string source_counts(const Source& source, TeamFilter filter) {
  return expand(
      R"(SELECT team_id, toDate(timestamp) AS day, count() AS events, countIf($view) AS view_events, sum($hash) AS hash
    FROM $source
    WHERE toDate(timestamp) BETWEEN {first:Date} AND {last:Date} AND timestamp >= toDateTime64({first:Date}, 6, 'UTC')
      AND timestamp < toDateTime64({last:Date} + 1, 6, 'UTC') AND $usable$teams$named
    GROUP BY team_id, day ORDER BY team_id, day)",
      {{"view", std::string(kIsView)},
       {"hash", source.event_hash("session_id")},
       {"source", source.from()},
       {"usable", source.usable()},
       {"teams", filter == TeamFilter::kGiven ? " AND team_id IN ({teams:Array(UInt64)})" : ""},
       {"named", source.sessionize_nameless ? "" : " AND session_id != ''"}});
}

std::string unusable_events(const Source& source) {
  return "SELECT countIf(NOT (ifNull(team_id, 0) BETWEEN 1 AND 9223372036854775807)"
         " OR ifNull(timestamp < toDateTime64('1970-01-03 00:00:00', 6, 'UTC'), true)"
         " OR ifNull(timestamp >= toDateTime64('2106-02-05 00:00:00', 6, 'UTC'), true)) AS events FROM " +
         source.from();
}

std::string source_extent(const Source& source) {
  return expand(R"(SELECT count() AS events, toDate(min(timestamp)) AS first_day, toDate(max(timestamp)) AS last_day
    FROM $source
    WHERE timestamp >= toDateTime64('1970-01-03', 6, 'UTC') AND timestamp < toDateTime64('2106-02-05', 6, 'UTC')
      AND $usable$named)",
                {{"source", source.from()},
                 {"usable", source.usable()},
                 {"named", source.sessionize_nameless ? "" : " AND session_id != ''"}});
}

}  // namespace gapless::sql
