#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/selected_teams.h"
#include "cli/selection.h"
#include "cli/text_table.h"
#include "cli/wording.h"

namespace gapless {
namespace {

std::vector<std::string> names_of(const std::vector<Strategy>& strategies) {
  std::vector<std::string> names;
  for (const Strategy strategy : strategies) names.emplace_back(name(strategy));
  return names;
}

/// What a strategy stands for.
std::string meaning(Strategy strategy, const Settings& settings, const Window& window) {
  const TeamRules& rules = settings.teams;
  switch (strategy) {
    case Strategy::kAll:
      return fmt::format("every team with events in {}, a ledger entry or target rows", window.days.to_string());
    case Strategy::kList:
    case Strategy::kEnvironmentVariable:
      return fmt::format("the {} of teams.enabled", counted(rules.enabled.size(), "team", "teams"));
    case Strategy::kHighPageviews:
      return fmt::format("at most {} with the most view events a day, the median of {}",
                         counted(rules.top_limit, "team", "teams"), median_days(window.last_finished).to_string());
    case Strategy::kProjectSettings:
      return fmt::format("every team whose {} is set", settings.team_settings_table.flag_name());
  }
  return "";
}

std::uint64_t chosen_by(Strategy strategy, const TeamSelection& selection) {
  return static_cast<std::uint64_t>(std::ranges::count_if(selection.teams, [strategy](const SelectedTeam& one) {
    return std::ranges::find(one.strategies, strategy) != one.strategies.end();
  }));
}

std::string explanation(const TeamSelection& selection, const Settings& settings, const Window& window) {
  std::string text = "\nteams.strategies\n";
  for (const Strategy strategy : settings.teams.strategies)
    text += fmt::format("  {}: {}; it chose {}\n", name(strategy), meaning(strategy, settings, window),
                        counted(chosen_by(strategy, selection), "team", "teams"));
  if (!settings.teams.excluded.empty()) {
    std::vector<std::string> ids;
    for (const TeamId team : settings.teams.excluded) ids.push_back(team.to_string());
    text += fmt::format("  left out by teams.exclude, which always wins: {}\n", fmt::join(ids, ", "));
  }
  return text;
}

/// A median lies on a whole number or half-way between two.
std::string median_text(double median) {
  const auto whole = static_cast<std::uint64_t>(median);
  return grouped(whole) + (median > static_cast<double>(whole) ? ".5" : "");
}

/// With the figure that high_pageviews chose by, where it is asked for.
std::string selection_table(const TeamSelection& selection, bool with_figure, const Style& style) {
  std::vector<TextTable::Column> columns = {{"team", TextTable::Align::kRight}, {"chosen by"}};
  if (with_figure) columns.push_back({"views a day", TextTable::Align::kRight});
  TextTable table(std::move(columns));
  for (const SelectedTeam& one : selection.teams) {
    std::vector<TextTable::Cell> row = {one.team.to_string(),
                                        fmt::format("{}", fmt::join(names_of(one.strategies), ", "))};
    if (with_figure) row.emplace_back(one.median_views ? median_text(*one.median_views) : "");
    table.add(std::move(row));
  }
  return table.render(style);
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
  GAPLESS_ASSIGN(const TeamSelection selection, selected_teams(call.services, settings.teams, window));

  Json json = {{"teams", Json::array()}};
  for (const SelectedTeam& one : selection.teams)
    json["teams"].push_back({{"team_id", one.team.value()}, {"strategies", names_of(one.strategies)}});
  call.output.document(json);

  const bool explain = call.given.has("--explain");
  std::string text;
  if (selection.teams.empty()) {
    text = "nothing to do: " + why_nobody(settings.teams, selection) + "\n";
    if (settings.teams.have(Strategy::kAll)) GAPLESS_TRY(say_where_events_are(call));
  } else {
    const bool with_figure = explain && settings.teams.have(Strategy::kHighPageviews);
    text = selection_table(selection, with_figure, call.output.style());
  }
  if (explain) text += explanation(selection, settings, window);
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
          .options = {{.name = "--explain",
                       .help = "what each strategy stands for, and the figures it chose by",
                       .setting = "teams.strategies"}},
          .examples = {},
          .needs = Needs::kConfiguration,
          .run = run_teams};
}

}  // namespace gapless
