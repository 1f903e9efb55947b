#include "cli/selection.h"

#include <fmt/format.h>

#include "cli/parser.h"
#include "plan/plan.h"
#include "util/nearest.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

Result<std::optional<Day>> read_day(const Given& given, std::string_view option) {
  const auto text = given.value(option);
  if (!text) return std::nullopt;
  GAPLESS_ASSIGN(const Day day, Day::parse(*text, option));
  return day;
}

std::vector<std::string_view> state_names() {
  std::vector<std::string_view> names;
  for (const CellState state : kCellStates) names.push_back(name(state));
  return names;
}

Result<std::set<CellState>> read_states(std::string_view text) {
  std::set<CellState> states;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view one = text.substr(0, comma);
    const auto state = parse_cell_state(one);
    if (!state) {
      const auto meant = nearest(one, state_names());
      return fail(Fault::kInvalidInput,
                  fmt::format("'{}' is not a state of a cell (from --states){}; they are {}", one,
                              meant ? fmt::format(", did you mean {}?", *meant) : "", alternatives(state_names())));
    }
    states.insert(*state);
    if (comma == std::string_view::npos) return states;
    text.remove_prefix(comma + 1);
  }
}

std::chrono::seconds whole_seconds(std::chrono::milliseconds span) {
  return std::chrono::ceil<std::chrono::seconds>(span);
}

}  // namespace

std::vector<OptionSpec> selection_options() {
  return {
      {.name = "--from", .value = "DAY", .help = "first day, as YYYY-MM-DD"},
      {.name = "--to", .value = "DAY", .help = "last day, included; without it the last finished day"},
      {.name = "--days",
       .value = "N",
       .help = "the last N finished days, instead of --from and --to",
       .setting = "backfill.days_back"},
      {.name = "--include-today", .help = "treat days that are not over as if they were"},
      {.name = "--teams",
       .value = "IDS",
       .help = "only these teams, as in 1,2,3, instead of those that the strategies choose",
       .list = true,
       .setting = "teams.enabled"},
      {.name = "--states",
       .value = "STATES",
       .help = "only cells in these states, as in missing,stale",
       .choices = {},
       .list = true},
  };
}

Result<int> parse_days(std::string_view text, std::string_view origin) {
  constexpr int kMostDays = 36'500;
  const auto days = parse_number<int>(text);
  if (!days || *days < 1 || *days > kMostDays)
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not a number of days from 1 to {} (from {})", text, kMostDays, origin));
  return *days;
}

Result<Selection> read_selection(const Given& given) {
  Selection selection;
  GAPLESS_ASSIGN(selection.from, read_day(given, "--from"));
  GAPLESS_ASSIGN(selection.to, read_day(given, "--to"));
  if (const auto text = given.value("--days")) {
    if (selection.from || selection.to)
      return fail(Fault::kInvalidInput, "--days cannot be combined with --from and --to: both say which days");
    GAPLESS_ASSIGN(selection.days, parse_days(*text, "--days"));
  }
  selection.include_today = given.has("--include-today");
  if (const auto text = given.value("--teams")) {
    GAPLESS_ASSIGN(selection.teams, parse_teams(*text, "--teams"));
  }
  if (const auto text = given.value("--states")) {
    GAPLESS_ASSIGN(selection.states, read_states(*text));
  }
  return selection;
}

Result<Window> window_of(const Selection& selection, const Settings& settings, Instant now) {
  const Day today = Day::of(now);
  const Day last_finished = last_finished_day(now, whole_seconds(settings.settle_delay));
  const Day newest = selection.include_today ? today : std::min(last_finished, today - settings.end_offset_days);
  const int days = selection.days.value_or(settings.days_back);

  const Day last = selection.to.value_or(newest);
  if (selection.from) {
    if (*selection.from > last)
      return fail(Fault::kInvalidInput,
                  fmt::format("--from {} is after {} {}", selection.from->to_string(),
                              selection.to ? "--to" : "the last finished day,", last.to_string()) +
                      (selection.to ? "" : "; name the end with --to"));
    return Window{{*selection.from, last}, last_finished};
  }
  // The open days come on top of the finished ones.
  const Day counted_to = selection.to || !selection.include_today ? last : std::min(last, last_finished);
  return Window{{std::max(counted_to - (days - 1), std::min(Day::first(), last)), last}, last_finished};
}

}  // namespace gapless
