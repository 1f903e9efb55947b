#include "support/event_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace gapless {
namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::seconds;

using Events = std::vector<const ModelEvent*>;

/// FNV-1a with a final mix, so that sums of hashes of similar texts do not collide.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  return hash ^ (hash >> 33);
}

bool is_interaction(EventKind kind) { return kind != EventKind::kPageleave; }

bool comes_before(const ModelEvent* a, const ModelEvent* b) {
  return std::tuple(a->at, a->number, name(a->kind)) < std::tuple(b->at, b->number, name(b->kind));
}

/// The first event of a named session on a day, if it has any.
const ModelEvent* first_on(const Events& session, Day day) {
  for (const ModelEvent* event : session)
    if (floor<std::chrono::days>(event->at) == day.sys_days()) return event;
  return nullptr;
}

/// A session starts properly on a day with events of its own and none on the day before.
bool starts_on(const Events& session, Day day) { return first_on(session, day) && !first_on(session, day - 1); }

/// The rules of ownership, word for word. `session` is in order.
bool owns(const Events& session, Day day, const ModelEvent& event) {
  const Day on = Day::of(event.at);
  const auto kept_from = [&](Day start) {
    return starts_on(session, start) && event.at < first_on(session, start)->at + hours(24);
  };
  if (on == day) return !kept_from(day - 1);
  return on == day + 1 && kept_from(day);
}

ModelSession session_of(Cell cell, std::string id, const Events& owned) {
  ModelSession session{cell, std::move(id), owned.front()->at, owned.back()->person, {}, {}, false, 0};
  std::set<std::uint64_t> interactions;
  for (const ModelEvent* event : owned) {
    session.owned += fingerprint(*event);
    if (event->kind == EventKind::kPageview) session.views.push_back(event->pathname);
    if (is_interaction(event->kind)) interactions.insert(event->number);
  }
  session.duration_seconds = (floor<seconds>(owned.back()->at) - floor<seconds>(owned.front()->at)).count();
  session.bounce = interactions.size() <= 1 && session.duration_seconds < 10;
  return session;
}

void add_nameless(TeamId team, Day day, const Events& of_person, std::vector<ModelSession>& sessions) {
  Events run;
  const auto end = [&] {
    if (run.empty()) return;
    const auto id = fmt::format("{}:{}", run.front()->person, run.front()->at.time_since_epoch().count());
    sessions.push_back(session_of({team, day}, id, run));
    run.clear();
  };
  for (const ModelEvent* event : of_person) {
    if (Day::of(event->at) != day) continue;
    if (!run.empty() && event->at - run.back()->at > std::chrono::minutes(30)) end();
    run.push_back(event);
  }
  end();
}

}  // namespace

std::string_view name(EventKind kind) {
  switch (kind) {
    case EventKind::kPageview: return "$pageview";
    case EventKind::kAutocapture: return "$autocapture";
    case EventKind::kPageleave: return "$pageleave";
  }
  return "$pageview";
}

Fingerprint fingerprint(const ModelEvent& event) {
  return {1, hash_of(fmt::format("{}|{}|{}|{}|{}|{}", event.team.value(), event.number, name(event.kind),
                                 event.at.time_since_epoch().count(), event.person, event.session))};
}

std::vector<ModelSession> sessions_of(const std::vector<ModelEvent>& events, Day day) {
  std::map<std::pair<TeamId, std::string>, Events> named;
  std::map<std::pair<TeamId, std::uint64_t>, Events> nameless;
  for (const ModelEvent& event : events) {
    if (event.at < (day - 2).start() || event.at >= (day + 2).start()) continue;
    if (event.session.empty()) {
      nameless[{event.team, event.person}].push_back(&event);
    } else {
      named[{event.team, event.session}].push_back(&event);
    }
  }
  std::vector<ModelSession> sessions;
  for (auto& [name, session] : named) {
    std::sort(session.begin(), session.end(), comes_before);
    Events owned;
    for (const ModelEvent* event : session)
      if (owns(session, day, *event)) owned.push_back(event);
    if (!owned.empty()) sessions.push_back(session_of({name.first, day}, name.second, owned));
  }
  for (auto& [name, of_person] : nameless) {
    std::sort(of_person.begin(), of_person.end(), comes_before);
    add_nameless(name.first, day, of_person, sessions);
  }
  std::stable_sort(sessions.begin(), sessions.end(), [](const ModelSession& a, const ModelSession& b) {
    return std::tie(a.cell.team, a.id) < std::tie(b.cell.team, b.id);
  });
  return sessions;
}

Measures measures_of(const std::vector<ModelSession>& sessions) {
  Measures sum;
  for (const ModelSession& session : sessions) {
    if (session.views.empty()) continue;
    sum.view_events += session.views.size();
    sum.sessions += 1;
    sum.bounces += session.bounce ? 1 : 0;
    sum.duration_seconds += session.duration_seconds;
  }
  return sum;
}

std::vector<OwnedCell> owned_cells_of(const std::vector<ModelSession>& sessions) {
  std::map<Cell, std::vector<ModelSession>> by_cell;
  for (const ModelSession& session : sessions) by_cell[session.cell].push_back(session);
  std::vector<OwnedCell> cells;
  for (const auto& [cell, those] : by_cell) {
    cells.push_back({cell, {}, measures_of(those)});
    for (const ModelSession& session : those) cells.back().owned += session.owned;
  }
  return cells;
}

namespace {

void add_whole(const ModelSession& session, Measures& measures) {
  measures.view_events += session.views.size();
  measures.sessions += 1;
  measures.bounces += session.bounce ? 1 : 0;
  measures.duration_seconds += session.duration_seconds;
}

void add(const Measures& from, Measures& to) {
  to.view_events += from.view_events;
  to.sessions += from.sessions;
  to.bounces += from.bounces;
  to.duration_seconds += from.duration_seconds;
}

/// Rows of the narrow target, by team and key.
class Breakdowns {
 public:
  ModelGroup& group(TeamId team, const std::string& dimension, const std::string& value, Instant bucket) {
    const std::string key = fmt::format("{}|{}|{}", dimension, value, format_instant(bucket));
    ModelGroup made{team, bucket, key, {}, {}, {}, dimension};
    return groups_.try_emplace({team, key}, std::move(made)).first->second;
  }
  std::vector<ModelGroup> rows() && {
    std::vector<ModelGroup> rows;
    for (auto& [key, row] : groups_) rows.push_back(std::move(row));
    return rows;
  }

 private:
  std::map<std::pair<TeamId, std::string>, ModelGroup> groups_;
};

std::vector<ModelGroup> breakdowns_of(const std::vector<ModelSession>& sessions) {
  Breakdowns breakdowns;
  for (const ModelSession& session : sessions) {
    const auto group = [&](const std::string& dimension, const std::string& value, Instant bucket) -> ModelGroup& {
      ModelGroup& found = breakdowns.group(session.cell.team, dimension, value, bucket);
      found.persons.insert(session.person);
      return found;
    };
    if (session.views.empty()) continue;
    add_whole(session, group("", "", floor<hours>(session.start)).measures);
    add_whole(session, group("entry_pathname", session.views.front(), session.cell.day.start()).measures);
    std::set<std::string> seen;
    for (const std::string& pathname : session.views) {
      Measures& measures = group("pathname", pathname, session.cell.day.start()).measures;
      measures.view_events += 1;
      measures.sessions += seen.insert(pathname).second ? 1 : 0;
    }
  }
  return std::move(breakdowns).rows();
}

}  // namespace

std::vector<ModelGroup> breakdowns_of_wide(const std::vector<ModelGroup>& bounces) {
  Breakdowns breakdowns;
  for (const ModelGroup& row : bounces) {
    const std::size_t entry = row.key.find('|') + 1;  // hour|entry|exit
    const std::string entry_pathname = row.key.substr(entry, row.key.find('|', entry) - entry);
    for (ModelGroup* const group :
         {&breakdowns.group(row.team, "", "", row.bucket),
          &breakdowns.group(row.team, "entry_pathname", entry_pathname, Day::of(row.bucket).start())}) {
      add(row.measures, group->measures);
      group->persons.insert(row.persons.begin(), row.persons.end());
    }
  }
  return std::move(breakdowns).rows();
}

std::vector<ModelGroup> groups_of(Target target, const std::vector<ModelSession>& sessions) {
  if (target == Target::kBreakdowns) return breakdowns_of(sessions);
  std::map<std::pair<TeamId, std::string>, ModelGroup> groups;
  for (const ModelSession& session : sessions) {
    if (session.views.empty()) continue;
    const Instant bucket = floor<hours>(session.start);
    const std::string whole =
        fmt::format("{}|{}|{}", format_instant(bucket), session.views.front(), session.views.back());
    const auto group = [&](const std::string& key) -> ModelGroup& {
      ModelGroup made{session.cell.team, bucket, key, {}, {}, {}};
      ModelGroup& found = groups.try_emplace({session.cell.team, key}, std::move(made)).first->second;
      found.persons.insert(session.person);
      found.sessions.insert(session.id);
      return found;
    };
    if (target == Target::kStats) {
      for (const std::string& pathname : session.views) group(whole + '|' + pathname).measures.view_events += 1;
      continue;
    }
    add_whole(session, group(whole).measures);
  }
  std::vector<ModelGroup> rows;
  for (auto& [key, row] : groups) rows.push_back(std::move(row));
  return rows;
}

namespace {

/// All rows of one key.
struct ModelKey {
  std::uint64_t rows = 0;
  Measures measures;
  std::optional<std::string> dimension;
};

}  // namespace

std::vector<TargetCell> content_of(const std::vector<ModelGroup>& rows) {
  std::map<Cell, std::map<std::string, ModelKey>> cells;
  for (const ModelGroup& row : rows) {
    ModelKey& key = cells[{row.team, Day::of(row.bucket)}][row.key];
    key.rows += 1;
    add(row.measures, key.measures);
    key.dimension = row.dimension;
  }
  std::vector<TargetCell> content;
  for (const auto& [cell, keys] : cells) {
    TargetContent of_cell;
    of_cell.keys = keys.size();
    for (const auto& [text, key] : keys) {
      of_cell.rows += key.rows;
      const Measures& sums = key.measures;
      of_cell.key_hash += hash_of(key.dimension ? fmt::format("{}|{}|{}|{}|{}", text, sums.view_events, sums.sessions,
                                                              sums.bounces, sums.duration_seconds)
                                                : text);
      if (!key.dimension || key.dimension->empty()) add(sums, of_cell.measures);
    }
    content.push_back({cell, of_cell});
  }
  return content;
}

namespace {

/// The rows of one key on one side, together.
struct ModelSide {
  std::int64_t rows = 0;
  Measures measures;
  std::set<std::uint64_t> persons;
  std::set<std::string> sessions;

  void add(const ModelGroup& row) {
    rows += 1;
    gapless::add(row.measures, measures);
    persons.insert(row.persons.begin(), row.persons.end());
    sessions.insert(row.sessions.begin(), row.sessions.end());
  }
};

std::vector<Difference> differences_in(Target target, const ModelSide& live, const ModelSide& expected) {
  if (live.rows == 0 || expected.rows == 0) return {{"rows", live.rows, expected.rows}};
  std::vector<Difference> found;
  const auto compare = [&found](std::string measure, auto in_target, auto in_source) {
    if (in_target != in_source)
      found.push_back({std::move(measure), static_cast<std::int64_t>(in_target), static_cast<std::int64_t>(in_source)});
  };
  const auto compare_sets = [&found](std::string measure, auto in_target, const auto& in_source) {
    if (in_target == in_source) return;
    const auto of_target = static_cast<std::int64_t>(in_target.size());
    in_target.insert(in_source.begin(), in_source.end());
    found.push_back({std::move(measure), of_target, static_cast<std::int64_t>(in_source.size()),
                     static_cast<std::int64_t>(in_target.size())});
  };
  compare("rows", live.rows, std::int64_t{1});
  compare_sets("persons_uniq_state", live.persons, expected.persons);
  if (target != Target::kBreakdowns) compare_sets("sessions_uniq_state", live.sessions, expected.sessions);
  compare("pageviews_count_state", live.measures.view_events, expected.measures.view_events);
  if (target != Target::kStats) {
    compare("bounces_count_state", live.measures.bounces, expected.measures.bounces);
    compare("total_session_duration_state", live.measures.duration_seconds, expected.measures.duration_seconds);
    compare(target == Target::kBounces ? "total_session_count_state" : "sessions_count_state", live.measures.sessions,
            expected.measures.sessions);
  }
  std::ranges::sort(found, {}, &Difference::measure);
  return found;
}

}  // namespace

std::vector<CellDifferences> differences_of(Target target, const std::vector<ModelGroup>& live,
                                            const std::vector<ModelGroup>& expected) {
  std::map<std::tuple<Cell, Instant, std::string>, std::pair<ModelSide, ModelSide>> groups;
  const auto both_of = [&groups](const ModelGroup& row) -> auto& {
    return groups[{Cell{row.team, Day::of(row.bucket)}, row.bucket, row.key}];
  };
  for (const ModelGroup& row : live) both_of(row).first.add(row);
  for (const ModelGroup& row : expected) both_of(row).second.add(row);
  std::vector<CellDifferences> cells;
  for (const auto& [place, sides] : groups) {
    const auto& [cell, bucket, key] = place;
    for (Difference& found : differences_in(target, sides.first, sides.second)) {
      if (cells.empty() || cells.back().cell != cell) cells.push_back({cell, 0, {}});
      found.group = {{"period_bucket", format_instant(bucket)}, {"key", key}};
      cells.back().count += 1;
      cells.back().first.push_back(std::move(found));
    }
  }
  return cells;
}

}  // namespace gapless
