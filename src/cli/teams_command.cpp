#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/examination.h"
#include "cli/selection.h"
#include "cli/text_table.h"
#include "cli/wording.h"

namespace gapless {
namespace {

/// Every team with events in the default window, a ledger entry of any age, or target rows in the window.
Result<Teams> known_teams(Services& services, DayRange window) {
  GAPLESS_ASSIGN(const Figures figures, services.figures());
  Warehouse& warehouse = *figures.warehouse;
  const Limits limits = services.limits();
  Teams teams;
  GAPLESS_ASSIGN(const auto counts, warehouse.source_counts(window, std::nullopt, limits));
  for (const SourceCount& count : counts) teams.push_back(count.cell.team);
  GAPLESS_ASSIGN(const auto published, warehouse.published_days(limits));
  if (published) {
    GAPLESS_ASSIGN(const auto rows, warehouse.ledger(*published, std::nullopt, limits));
    for (const LedgerRow& row : rows) teams.push_back(row.cell.team);
  }
  for (const Target target : kTargets) {
    GAPLESS_ASSIGN(const auto cells, warehouse.target_content(target, window, std::nullopt, limits));
    for (const TargetCell& cell : cells) teams.push_back(cell.cell.team);
  }
  return unique_teams(std::move(teams));
}

std::vector<std::string> names_of(const std::vector<Strategy>& strategies) {
  std::vector<std::string> names;
  for (const Strategy strategy : strategies) names.emplace_back(name(strategy));
  return names;
}

std::string explanation(const TeamRules& rules, DayRange window) {
  std::string text;
  for (const Strategy strategy : rules.strategies)
    text +=
        fmt::format("  {}: {}\n", name(strategy),
                    strategy == Strategy::kAll
                        ? fmt::format("every team with events in {}, a ledger entry or target rows", window.to_string())
                        : fmt::format("the {} of teams.enabled", counted(rules.enabled.size(), "team", "teams")));
  if (!rules.excluded.empty()) {
    std::vector<std::string> ids;
    for (const TeamId team : rules.excluded) ids.push_back(team.to_string());
    text += fmt::format("  left out by teams.exclude, which always wins: {}\n", fmt::join(ids, ", "));
  }
  return "\nteams.strategies\n" + text;
}

/// Events may well lie outside the default window.
Status say_where_events_are(Invocation& call) {
  GAPLESS_ASSIGN(const Figures figures, call.services.figures());
  GAPLESS_ASSIGN(const SourceExtent source, figures.warehouse->source_extent(call.services.limits()));
  if (!source.days)
    call.output.note("the source holds no events yet; bring some with: gapless load FILE");
  else
    call.output.note(fmt::format("the source holds {} from {}", counted(source.events, "event", "events"),
                                 source.days->to_string()));
  return {};
}

Result<ExitCode> run_teams(Invocation& call) {
  const Settings& settings = call.services.settings();
  GAPLESS_ASSIGN(const Window window, window_of({}, settings, call.services.clock().now()));
  GAPLESS_TRY(teams_to_examine(std::nullopt, settings, call.output));
  Teams known;
  const bool looks = std::ranges::find(settings.teams.strategies, Strategy::kAll) != settings.teams.strategies.end();
  if (looks) {
    GAPLESS_ASSIGN(known, known_teams(call.services, window.days));
  }
  const auto selected = select_teams(settings.teams, known);

  Json json = {{"teams", Json::array()}};
  TextTable table({{"team", TextTable::Align::kRight}, {"chosen by"}});
  for (const SelectedTeam& one : selected) {
    json["teams"].push_back({{"team_id", one.team.value()}, {"strategies", names_of(one.strategies)}});
    table.add({one.team.to_string(), fmt::format("{}", fmt::join(names_of(one.strategies), ", "))});
  }
  call.output.document(json);
  if (selected.empty()) GAPLESS_TRY(say_where_events_are(call));
  std::string text = selected.empty() ? fmt::format("no team has events in {}, a ledger entry or target rows\n",
                                                    window.days.to_string())
                                      : table.render(call.output.style());
  if (call.given.has("--explain")) text += explanation(settings.teams, window.days);
  call.output.text(text);
  return ExitCode::kDone;
}

}  // namespace

CommandSpec teams_command() {
  return {.name = "teams",
          .group = CommandGroup::kFigures,
          .summary = "the teams that jobs look after, and which strategy chose each",
          .details = "",
          .arguments = {},
          .options = {{.name = "--explain", .help = "what each strategy stands for", .setting = "teams.strategies"}},
          .examples = {},
          .needs = Needs::kConfiguration,
          .run = run_teams};
}

}  // namespace gapless
