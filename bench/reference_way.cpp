#include "reference_way.h"

#include <fmt/format.h>

#include "sql/columns.h"

namespace gapless::bench {
namespace {

constexpr std::string_view kViews = "('$pageview', '$screen')";
constexpr std::string_view kInteractions = "('$pageview', '$screen', '$autocapture')";

/// What a session has of its entry event, and the rollup as a dimension.
std::vector<sql::Column> of_session(Target target) {
  std::vector<sql::Column> columns;
  for (const sql::Column& column : sql::dimensions(target))
    if (column.name != "pathname" && column.name != "entry_pathname" && column.name != "end_pathname")
      columns.push_back(column);
  return columns;
}

std::string keys(Target target) { return "team_id, period_bucket, " + sql::names(sql::dimensions(target)); }

/// With types as the original has them: plain strings, each dimension in the sorting key.
std::string declared(const std::vector<sql::Column>& columns) {
  std::string text;
  for (const sql::Column& column : columns)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", column.name,
                        column.type == "LowCardinality(String)" ? "String" : column.type);
  return text;
}

}  // namespace

std::string ReferenceWay::target(Target target) const { return fmt::format("{}.{}", database, table_name(target)); }

std::vector<std::string> ReferenceWay::create() const {
  std::vector<std::string> statements = {fmt::format("CREATE DATABASE IF NOT EXISTS {} ENGINE = Atomic", database)};
  for (const Target one : {Target::kStats, Target::kBounces})
    for (const std::string& table : {target(one), staging(one)})
      statements.push_back(
          fmt::format("CREATE OR REPLACE TABLE {} (team_id UInt64, period_bucket DateTime('UTC'), {}, {}) ENGINE = "
                      "AggregatingMergeTree PARTITION BY toYYYYMMDD(period_bucket) ORDER BY ({})",
                      table, declared(sql::dimensions(one)), sql::declarations(sql::states(one)), keys(one)));
  return statements;
}

std::string ReferenceWay::joined_days(const std::string& day) const {
  if (days == Days::kSame) return fmt::format("toDate({{}}timestamp) = toDate('{}')", day);
  return fmt::format("toDate({{}}timestamp) BETWEEN toDate('{0}') AND toDate('{0}') + 1", day);
}

/// A row a session that begins on the day.
std::string ReferenceWay::sessions(const std::string& day) const {
  const bool exact = rules == Rules::kExact;
  const std::string order = exact ? "(timestamp, UUIDToNum(uuid), event)" : "timestamp";
  const auto first = [&](std::string_view column) {
    return exact ? fmt::format("argMinIf({}, {}, event IN {})", column, order, kViews)
                 : fmt::format("argMin({}, {})", column, order);
  };
  std::string columns;
  for (const sql::Column& column : of_session(Target::kBounces))
    columns += fmt::format(", {} AS {}", first(column.name), column.name);
  const std::string read = fmt::format("toDate(timestamp) BETWEEN toDate('{0}') - 1 AND toDate('{0}') + 1", day);
  return fmt::format(
      R"((SELECT team_id, session_id, min(timestamp) AS start, {} AS entry_pathname,
    argMaxIf(pathname, {}, event IN {}) AS end_pathname, argMax(person_id, {}) AS person{},
    toUnixTimestamp(max(timestamp)) - toUnixTimestamp(min(timestamp)) AS duration,
    if(uniqExactIf(uuid, event IN {}) > 1 OR duration >= 10, 0, 1) AS is_bounce
  FROM {} WHERE {}
  GROUP BY team_id, session_id
  HAVING start >= toDateTime64('{}', 6, 'UTC') AND start < toDateTime64('{}', 6, 'UTC') + INTERVAL 1 DAY))",
      first("pathname"), order, exact ? kViews : "('$pageview')", order, columns, kInteractions, events, read, day,
      day);
}

std::string ReferenceWay::stats(const std::string& day) const {
  const bool exact = rules == Rules::kExact;
  std::string columns;
  for (const sql::Column& column : sql::dimensions(Target::kStats)) {
    const bool of_view = column.name == "pathname" || (exact && column.name == "host");
    columns += fmt::format(", {}.{} AS {}", of_view ? "e" : "s", column.name, column.name);
  }
  return fmt::format(R"(INSERT INTO {} ({}, {})
SELECT s.team_id AS team_id, toStartOfHour(s.start) AS period_bucket{},
  uniqState({}), uniqState(e.session_id), sumState(toUInt64(1))
FROM {} AS e INNER JOIN {} AS s ON e.team_id = s.team_id AND e.session_id = s.session_id
WHERE e.event IN {} AND {}
GROUP BY {})",
                     staging(Target::kStats), keys(Target::kStats), sql::names(sql::states(Target::kStats)), columns,
                     exact ? "s.person" : "e.person_id", events, sessions(day), kViews,
                     fmt::format(fmt::runtime(joined_days(day)), "e."), keys(Target::kStats));
}

std::string ReferenceWay::bounces(const std::string& day) const {
  const bool exact = rules == Rules::kExact;
  std::string columns;
  for (const sql::Column& column : sql::dimensions(Target::kBounces))
    columns += fmt::format(", any(s.{}) AS {}", column.name, column.name);
  return fmt::format(R"(INSERT INTO {} ({}, {})
SELECT {}, {}, uniqState(session_id), sumState(views), sumState(toUInt64(is_bounce)), sumState(toInt64(duration)),
  sumState(toUInt64(1))
FROM (
  SELECT s.team_id AS team_id, s.session_id AS session_id, toStartOfHour(any(s.start)) AS period_bucket{},
    {}, countIf(e.event IN {}) AS views, any(s.is_bounce) AS is_bounce, any(s.duration) AS duration
  FROM {} AS e INNER JOIN {} AS s ON e.team_id = s.team_id AND e.session_id = s.session_id
  WHERE {}
  GROUP BY team_id, session_id{})
GROUP BY {})",
                     staging(Target::kBounces), keys(Target::kBounces), sql::names(sql::states(Target::kBounces)),
                     keys(Target::kBounces), exact ? "uniqState(person)" : "uniqArrayState(persons)", columns,
                     exact ? "any(s.person) AS person" : "groupUniqArray(e.person_id) AS persons", kViews, events,
                     sessions(day), fmt::format(fmt::runtime(joined_days(day)), "e."), exact ? " HAVING views > 0" : "",
                     keys(Target::kBounces));
}

std::vector<std::string> ReferenceWay::build(Day day) const {
  const std::string text = day.to_string();
  std::string partition = text;
  std::erase(partition, '-');
  std::vector<std::string> statements;
  for (const Target one : {Target::kStats, Target::kBounces})
    statements.push_back(fmt::format("TRUNCATE TABLE {} SYNC", staging(one)));
  statements.push_back(stats(text));
  statements.push_back(bounces(text));
  for (const Target one : {Target::kStats, Target::kBounces})
    statements.push_back(
        fmt::format("ALTER TABLE {} REPLACE PARTITION ID '{}' FROM {}", target(one), partition, staging(one)));
  return statements;
}

}  // namespace gapless::bench
