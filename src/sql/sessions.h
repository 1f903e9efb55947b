#pragma once

#include <string>

#include "core/table_name.h"
#include "sql/source.h"

namespace gapless::sql {

// The rules of SEMANTICS (sessions) as statements. All bind {day:Date} and {teams:Array(UInt64)}.

/// CREATE TABLE for the named sessions of a day that also have events on the day before or after.
std::string create_straddlers(const TableName& straddlers);
/// Fills it.
std::string fill_straddlers(const TableName& straddlers, const Source& source);

/// CREATE TABLE for the sessions that a day owns: a row a session, with what both targets need.
std::string create_sessions(const TableName& sessions);
/// Fills it; reads the straddlers.
std::string fill_sessions(const TableName& sessions, const TableName& straddlers, const Source& source);

/// Per team of a sessions table: team_id, owned_events, owned_hash, view_events, sessions, bounces, duration.
std::string cells_of_sessions(const TableName& sessions);
/// The same columns from narrow columns of the source alone, without a staging table.
std::string owned_cells(const Source& source);

/// team_id, day, events, view_events, hash for every event day of {first:Date} … {last:Date}; all teams, or those of
/// {teams:Array(UInt64)}.
enum class TeamFilter { kAll, kGiven };
std::string source_counts(const Source& source, TeamFilter filter);
/// (partition, team_id, day, events, view_events, hash) of the partitions {partitions:Array(String)}, by those.
std::string counts_by_partition(const Source& source);
/// events, first_day, last_day (of all usable rows; days are of the epoch where there are none).
std::string source_extent(const Source& source);
/// events: those without a team or a time that a day can be made of.
std::string unusable_events(const Source& source);

}  // namespace gapless::sql
