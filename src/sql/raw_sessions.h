#pragma once

#include <set>
#include <string>

#include "sql/source.h"

namespace gapless::sql {

/// What a report counts: sessions, each once, or views.
enum class Counted { kSessions, kViews };

/// SELECT of the sessions with a view event of one team that the days {owned:Array(Date)} own, by the rules of SEMANTICS,
/// from the events of all of these days at once: period_bucket, session, person, view_events, and `columns`, dimensions
/// of the target that counts so. Of sessions also duration and bounce; of views a row for each view event instead.
/// Binds {teams:Array(UInt64)}, of one team; {owned:Array(Date)}; {seen:Array(Date)}, those days and the ones after them,
/// where what they own lies; and {around:Array(Date)}, all days that decide who owns it, from two days before.
std::string raw_sessions(const Source& source, Counted counted, const std::set<std::string, std::less<>>& columns);

}  // namespace gapless::sql
