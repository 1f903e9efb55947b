// The rules of sessions and targets over a handful of events, in the plainest way: what the fake warehouse computes
// with, and what tests compare against.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/cell.h"
#include "core/facts.h"
#include "core/target.h"

namespace gapless {

enum class EventKind { kPageview, kAutocapture, kPageleave };
/// As in the source's `event`: "$pageview", …
std::string_view name(EventKind kind);

/// A source event in the fields that the rules depend on.
struct ModelEvent {
  TeamId team;
  Instant at{};
  std::uint64_t number = 1;  ///< its identity, from 1: the uuid is Uuid(0, number), which sorts as the number does
  std::string session;       ///< empty: a nameless session, by the gaps between events
  std::uint64_t person = 1;
  std::string pathname = "/";
  EventKind kind = EventKind::kPageview;
  auto operator<=>(const ModelEvent&) const = default;
};

/// What one day owns of one session.
struct ModelSession {
  Cell cell;
  std::string id;
  Instant start{};
  std::uint64_t person = 0;
  std::vector<std::string> views;  ///< the pathname of each view event, in order
  Fingerprint owned;
  bool bounce = false;
  std::int64_t duration_seconds = 0;
};

/// A row of a target: one full key and its measures.
struct ModelGroup {
  TeamId team;
  Instant bucket{};  ///< the hour
  std::string key;   ///< of the target's own dimensions
  Measures measures;
  std::set<std::uint64_t> persons;
  std::set<std::string> sessions;
  std::optional<std::string> dimension = {};  ///< of a row of the narrow target; empty: its totals
  bool operator==(const ModelGroup&) const = default;
};

/// The fingerprint of one event, by its identity.
Fingerprint fingerprint(const ModelEvent& event);

/// The sessions that the day owns, with those that only own events, by team and id.
std::vector<ModelSession> sessions_of(const std::vector<ModelEvent>& events, Day day);
/// The sums over sessions with views, as a cell of the ledger has them.
Measures measures_of(const std::vector<ModelSession>& sessions);
/// What the day owns, team by team; teams that own no event are left out.
std::vector<OwnedCell> owned_cells_of(const std::vector<ModelSession>& sessions);
/// The rows that a target gets, each key once, by team and key. The stats have view events alone. The narrow target has the
/// totals by the hour, and by the day the dimensions entry_pathname and pathname.
std::vector<ModelGroup> groups_of(Target target, const std::vector<ModelSession>& sessions);
/// Of the narrow target's rows what can be made from those of bounces: all but the dimension pathname.
std::vector<ModelGroup> breakdowns_of_wide(const std::vector<ModelGroup>& bounces);
/// What these rows are to a target's reader, cell by cell.
std::vector<TargetCell> content_of(const std::vector<ModelGroup>& rows);

/// What a comparison of these rows with the groups that there should be says (Warehouse::differences), by cell. The model
/// counts exactly, so that a tolerance finds nothing more.
std::vector<CellDifferences> differences_of(Target target, const std::vector<ModelGroup>& live,
                                            const std::vector<ModelGroup>& expected);

}  // namespace gapless
