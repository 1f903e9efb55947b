#pragma once

#include <string>
#include <string_view>

namespace gapless::sql {

// The rules of SEMANTICS (sessions) that building and reports share. Verification has its own, in order to find mistakes in
// these.

/// The total order of a session's events, by (timestamp, uuid as text, event): one text of fixed bytes and the event, which
/// compares as the three do, and in a fraction of the time that a tuple takes. UUIDToNum gives the bytes of the text.
inline constexpr std::string_view kEventOrder =
    "concat(reverse(reinterpretAsFixedString(toUnixTimestamp64Micro(timestamp))), UUIDToNum(uuid), event)";

/// "… AS duration, … AS bounce" of a session's events.
std::string duration_and_bounce();

/// What is read to tell nameless sessions apart.
struct NamelessEvents {
  std::string key;       ///< a column, of each value of which persons are told apart
  std::string read_key;  ///< how it is read from the source
  std::string columns;   ///< that are read besides, each behind ", "
  std::string from;
  std::string condition;  ///< which events; all of them nameless
};
/// SELECT of key, session, named, timestamp, uuid, event, person_id and the columns: events with the id of their run.
std::string nameless_runs(const NamelessEvents& events);

}  // namespace gapless::sql
