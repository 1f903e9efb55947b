#pragma once

#include <string_view>

#include "cli/examination.h"

namespace gapless {

inline Day a_day(std::string_view text) { return Day::parse(text, "test").value(); }
inline TeamId a_team(std::uint64_t id) { return TeamId::from(id, "test").value(); }

inline Definition a_definition() { return Definition("rules: 1\nsource: `gapless`.`events`\n"); }

/// A cell that was never built and has these view events.
inline CellFacts missing_cell(std::uint64_t team, std::string_view day, std::uint64_t views) {
  CellFacts facts({a_team(team), a_day(day)});
  facts.day_events = facts.day_views = views;
  facts.window = {views, 0xabc};
  return facts;
}

/// A cell whose entry and targets say just what the source does.
inline CellFacts fresh_cell(std::uint64_t team, std::string_view day, std::uint64_t views) {
  CellFacts facts = missing_cell(team, day, views);
  const Measures measures{views, views / 2, 1, 60};
  facts.entry.emplace();
  for (const Target target : kTargets) {
    const auto index = static_cast<std::size_t>(target);
    const TargetContent content{3, 3, 0x123, measures};
    facts.content[index] = content;
    facts.entry->rows[index] = LedgerRow{facts.cell,
                                         target,
                                         a_definition().hash(),
                                         facts.window,
                                         {views, 0xdef},
                                         content,
                                         "run-1",
                                         7,
                                         1,
                                         parse_instant("2026-03-08T01:00:00Z", "test").value()};
  }
  return facts;
}

inline Examination examined(std::string_view from, std::string_view to, std::vector<CellFacts> facts,
                            const PlanOptions& options = {}) {
  Teams teams;
  SourceExtent source;
  for (const CellFacts& one : facts) {
    teams.push_back(one.cell.team);
    source.events += one.day_events;
  }
  const DayRange days{a_day(from), a_day(to)};
  source.days = days;
  return {{days, days.last},
          source,
          {},
          make_plan(days, unique_teams(teams), std::move(facts), a_definition(), options, {}),
          0,
          {}};
}

}  // namespace gapless
