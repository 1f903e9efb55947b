#pragma once

#include <optional>
#include <set>
#include <string>

#include "sql/raw_sessions.h"

namespace gapless::sql {

/// Where a report's rows are read.
struct ReportTables {
  TableName stats;
  TableName bounces;
  TableName breakdowns;
  Source source;

  static ReportTables in(const Identifier& database, const Source& source);
};

/// A report as statements see it.
struct ReportText {
  Counted counted = Counted::kSessions;
  std::string value;           ///< what rows are grouped by: a String, of `columns` and period_bucket
  std::string condition = "";  ///< on `columns`; empty: none
  std::set<std::string, std::less<>> columns = {};  ///< dimensions that both read
  std::string order = "";                           ///< of the figures below, before the value; empty: by value alone
  bool reads_rollup = true;                         ///< some day is answered from a wide target
  bool reads_raw = false;                           ///< some day is answered from raw events
  /// The dimension of the narrow target that is read for the days that it answers; none: no day. "" is that of totals by the
  /// hour; any other that a session has one value of gives totals by the day.
  std::optional<std::string> narrow = {};
  bool by_value = false;     ///< rows are the values of a dimension
  bool only_values = false;  ///< those of {values:Array(String)}; the condition says so too
};

/// value, visitors, views, sessions, bounces, duration of each group, both last ones 0 where views are counted: states of
/// the target and states derived from raw events, merged. Binds {teams:Array(UInt64)}, of one team; {from:DateTime('UTC')}
/// and {until:DateTime('UTC')}, full hours; {limit:UInt64}, {offset:UInt64}; where raw days are read, what raw_sessions()
/// binds; where days are read elsewhere than in the wide target {elsewhere:Array(Date)}, where in the narrow one
/// {dimension:String} and, unless all of them are, {narrow:Array(Date)}; and what value and condition bind.
std::string report(const ReportText& text, const ReportTables& tables);

}  // namespace gapless::sql
