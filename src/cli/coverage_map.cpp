#include "cli/coverage_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/plan_view.h"
#include "cli/wording.h"

namespace gapless {
namespace {

constexpr std::size_t kNarrowestMonth = 7;  // "2026-03" above it
/// More than these are too many to read; those that need nothing are then only counted.
constexpr std::size_t kManyTeams = 40;
constexpr std::size_t kMostTeams = 200;

std::string_view symbol(CellState state) {
  switch (state) {
    case CellState::kFresh: return "█";
    case CellState::kStale: return "▓";
    case CellState::kOutdated: return "▒";
    case CellState::kMissing: return "░";
    case CellState::kDamaged: return "▚";
    case CellState::kOrphaned: return "▞";
    case CellState::kForeign: return "▌";
    case CellState::kOpen: return "▄";
    case CellState::kExpired: return "▁";
    case CellState::kEmpty: return "·";
  }
  return "?";
}

bool needs_nothing(const TeamCoverage& team) {
  return std::ranges::all_of(team.days, [](const auto& day) {
    return day.second == CellState::kFresh || day.second == CellState::kEmpty || day.second == CellState::kOpen;
  });
}

std::string month_of(Day day) { return day.to_string().substr(0, 7); }
int day_of_month(Day day) { return std::stoi(day.to_string().substr(8)); }

/// The days of one month that lie in the window.
struct Month {
  DayRange days;
  std::size_t columns() const { return std::max(static_cast<std::size_t>(days.size()), kNarrowestMonth); }
};

std::vector<Month> months_of(DayRange window) {
  std::vector<Month> months;
  for (Day day = window.first; day <= window.last; day = day + 1) {
    if (months.empty() || month_of(months.back().days.first) != month_of(day)) months.push_back({{day, day}});
    months.back().days.last = day;
  }
  return months;
}

bool has_something(const Month& month, const std::vector<const TeamCoverage*>& teams) {
  for (const TeamCoverage* team : teams)
    for (auto day = team->days.lower_bound(month.days.first); day != team->days.end() && day->first <= month.days.last;
         ++day)
      if (day->second != CellState::kEmpty) return true;
  return false;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t used = display_width(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

/// Numbers above the first day and every fifth one.
std::string day_scale(const Month& month) {
  std::string scale;
  for (Day day = month.days.first; day <= month.days.last; day = day + 1) {
    const int number = day_of_month(day);
    const auto column = static_cast<std::size_t>(day - month.days.first);
    const bool marked = day == month.days.first || number % 5 == 0;
    const bool has_room = scale.empty() || scale.size() < column;
    if (!marked || !has_room) continue;
    scale = padded(scale, column) + std::to_string(number);
  }
  return scale;
}

std::string month_cells(const Month& month, const TeamCoverage& team, const Style& style) {
  std::string cells;
  for (Day day = month.days.first; day <= month.days.last; day = day + 1) {
    const auto found = team.days.find(day);
    cells += found == team.days.end() ? " " : style.paint(tone_of(found->second), symbol(found->second));
  }
  return cells;
}

/// Some months beside each other, with a line for each team.
std::string block(const std::vector<Month>& months, const std::vector<const TeamCoverage*>& teams,
                  std::size_t label_width, const Style& style) {
  std::string names(label_width, ' ');
  std::string scales(label_width, ' ');
  for (const Month& month : months) {
    names += "  " + padded(month_of(month.days.first), month.columns());
    scales += "  " + padded(day_scale(month), month.columns());
  }
  std::string text = without_trailing_spaces(names) + without_trailing_spaces(scales);
  for (const TeamCoverage* team : teams) {
    std::string line = padded("team " + team->team.to_string(), label_width);
    for (const Month& month : months) line += "  " + padded(month_cells(month, *team, style), month.columns());
    text += without_trailing_spaces(line);
  }
  return text + "\n";
}

std::string skipped_text(const std::vector<DayRange>& skipped) {
  std::string text;
  for (const DayRange& days : skipped) text += fmt::format("{}: nothing\n", days.to_string());
  return text.empty() ? text : text + "\n";
}

/// The teams with a line of their own, and what is said of the others.
std::vector<const TeamCoverage*> shown_teams(const std::vector<TeamCoverage>& teams, std::string& about_others) {
  std::vector<const TeamCoverage*> shown;
  std::size_t fine = 0, too_many = 0;
  for (const TeamCoverage& team : teams) {
    if (teams.size() > kManyTeams && needs_nothing(team))
      ++fine;
    else if (shown.size() < kMostTeams)
      shown.push_back(&team);
    else
      ++too_many;
  }
  if (fine > 0)
    about_others +=
        fmt::format("{} that {} nothing\n", counted(fine, "more team", "more teams"), fine == 1 ? "needs" : "need");
  if (too_many > 0)
    about_others += fmt::format("{} with something to do, not shown: choose some with --teams\n",
                                counted(too_many, "more team", "more teams"));
  return shown;
}

}  // namespace

std::string coverage_map(const std::vector<TeamCoverage>& teams, DayRange window, std::size_t width,
                         const Style& style) {
  std::string about_others;
  const auto shown = shown_teams(teams, about_others);
  std::size_t label_width = 0;
  for (const TeamCoverage* team : shown) label_width = std::max(label_width, 5 + team->team.to_string().size());

  std::string text;
  std::vector<DayRange> skipped;
  std::vector<Month> row;
  std::size_t used = label_width;
  const auto finish_row = [&] {
    if (!row.empty()) text += block(row, shown, label_width, style);
    row.clear();
    used = label_width;
  };
  for (const Month& month : months_of(window)) {
    if (!has_something(month, shown)) {
      if (!skipped.empty() && skipped.back().last + 1 == month.days.first)
        skipped.back().last = month.days.last;
      else
        skipped.push_back(month.days);
      continue;
    }
    if (!row.empty() && used + 2 + month.columns() > width) finish_row();
    row.push_back(month);
    used += 2 + month.columns();
  }
  finish_row();
  if (!shown.empty()) text += skipped_text(skipped);
  return text + about_others;
}

std::string coverage_legend(const std::map<CellState, std::uint64_t>& summary, const Style& style) {
  std::string text;
  for (const CellState state : kCellStates) {
    const auto found = summary.find(state);
    if (found == summary.end() || found->second == 0) continue;
    text += fmt::format("{}{} {} {}", text.empty() ? "" : "   ", style.paint(tone_of(state), symbol(state)),
                        name(state), grouped(found->second));
  }
  return text.empty() ? text : text + "\n";
}

}  // namespace gapless
