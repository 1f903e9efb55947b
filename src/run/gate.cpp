#include "run/gate.h"

#include <fmt/format.h>

#include <map>

namespace gapless {
namespace {

tl::unexpected<Error> refuse(Target target, TeamId team, std::string_view what, auto staged, auto expected) {
  return fail(Fault::kInternal,
              fmt::format("the gate refused {}: team {} has {} {} in staging, expected {}; nothing was published",
                          table_name(target), team.value(), staged, what, expected));
}

Status check_recomputed(Target target, const OwnedCell& cell, const TargetContent& staged) {
  const TeamId team = cell.cell.team;
  const Measures& expected = cell.measures;
  if (staged.rows != staged.keys)
    return refuse(target, team, "rows", staged.rows, fmt::format("{} keys, each once", staged.keys));
  if (staged.measures.view_events != expected.view_events)
    return refuse(target, team, "view events", staged.measures.view_events, expected.view_events);
  if (target == Target::kStats) return {};
  if (staged.measures.sessions != expected.sessions)
    return refuse(target, team, "sessions", staged.measures.sessions, expected.sessions);
  if (staged.measures.bounces != expected.bounces)
    return refuse(target, team, "bounces", staged.measures.bounces, expected.bounces);
  if (staged.measures.duration_seconds != expected.duration_seconds)
    return refuse(target, team, "seconds of duration", staged.measures.duration_seconds, expected.duration_seconds);
  return {};
}

Status check_copied(Target target, TeamId team, const TargetContent& staged, const TargetContent& live) {
  if (staged.keys != live.keys) return refuse(target, team, "groups", staged.keys, live.keys);
  if (staged.key_hash != live.key_hash)
    return refuse(target, team, "as the hash of its groups", staged.key_hash, live.key_hash);
  if (!(staged.measures == live.measures))
    return refuse(target, team, "view events", staged.measures.view_events, live.measures.view_events);
  return {};
}

}  // namespace

Status check_gate(const GateFacts& facts) {
  if (facts.staged.rows_outside > 0)
    return fail(
        Fault::kInternal,
        fmt::format("the gate refused {}: {} staged rows lie outside the day or its bucket; nothing was published",
                    table_name(facts.target), facts.staged.rows_outside));
  std::map<TeamId, TargetContent> staged;
  for (const TargetCell& cell : facts.staged.cells) staged.emplace(cell.cell.team, cell.content);
  std::map<TeamId, OwnedCell> recomputed;
  for (const OwnedCell& cell : facts.recomputed) {
    recomputed.emplace(cell.cell.team, cell);
    GAPLESS_TRY(check_recomputed(facts.target, cell, staged[cell.cell.team]));
    staged.erase(cell.cell.team);
  }
  for (const TargetCell& cell : facts.live) {
    const TeamId team = cell.cell.team;
    if (recomputed.contains(team)) continue;
    GAPLESS_TRY(check_copied(facts.target, team, staged[team], cell.content));
    staged.erase(team);
  }
  for (const auto& [team, content] : staged)
    if (content.rows > 0) return refuse(facts.target, team, "rows", content.rows, 0);
  return {};
}

}  // namespace gapless
