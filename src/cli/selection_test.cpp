#include "cli/selection.h"

#include <gtest/gtest.h>

#include "core/clock.h"

namespace gapless {
namespace {

Settings settings() {
  Settings some;
  some.days_back = 30;
  some.end_offset_days = 1;
  some.settle_delay = std::chrono::minutes(30);
  return some;
}

struct WindowCase {
  const char* name;
  const char* now;
  std::vector<std::pair<const char*, const char*>> options;
  const char* window;  ///< the days, or an error's message
  const char* last_finished = nullptr;
};

class SelectedWindow : public testing::TestWithParam<WindowCase> {};

TEST_P(SelectedWindow, is) {
  const ManualClock clock(parse_instant(GetParam().now, "test").value());
  Given given;
  for (const auto& [option, value] : GetParam().options) given.set(option, value);
  const auto window = read_selection(given).and_then(
      [&](const Selection& selection) { return window_of(selection, settings(), clock.now()); });
  EXPECT_EQ(window ? window->days.to_string() : window.error().message, GetParam().window);
  if (!window) {
    EXPECT_EQ(window.error().fault, Fault::kInvalidInput);
  }
  if (GetParam().last_finished != nullptr) {
    EXPECT_EQ(window.value().last_finished.to_string(), GetParam().last_finished);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Windows, SelectedWindow,
    testing::ValuesIn<WindowCase>({
        {"default", "2026-03-10T12:00:00Z", {}, "2026-02-08 to 2026-03-09", "2026-03-09"},
        {"just_before_midnight", "2026-03-10T23:59:59Z", {}, "2026-02-08 to 2026-03-09", "2026-03-09"},
        {"midnight_is_not_settled", "2026-03-11T00:00:00Z", {}, "2026-02-08 to 2026-03-09", "2026-03-09"},
        {"a_second_before_settled", "2026-03-11T00:29:59Z", {}, "2026-02-08 to 2026-03-09", "2026-03-09"},
        {"settled", "2026-03-11T00:30:00Z", {}, "2026-02-09 to 2026-03-10", "2026-03-10"},
        {"one_day", "2026-03-10T12:00:00Z", {{"--days", "1"}}, "2026-03-09"},
        {"with_today", "2026-03-10T12:00:00Z", {{"--days", "2"}, {"--include-today", ""}}, "2026-03-08 to 2026-03-10"},
        {"with_today_just_after_midnight",
         "2026-03-10T00:10:00Z",
         {{"--days", "1"}, {"--include-today", ""}},
         "2026-03-08 to 2026-03-10",
         "2026-03-08"},
        {"from_and_to",
         "2026-03-10T12:00:00Z",
         {{"--from", "2014-01-07"}, {"--to", "2015-05-20"}},
         "2014-01-07 to 2015-05-20"},
        {"a_single_day", "2026-03-10T12:00:00Z", {{"--from", "2026-03-01"}, {"--to", "2026-03-01"}}, "2026-03-01"},
        {"open_days_may_be_named",
         "2026-03-10T12:00:00Z",
         {{"--from", "2026-03-09"}, {"--to", "2026-03-12"}},
         "2026-03-09 to 2026-03-12",
         "2026-03-09"},
        {"from_alone", "2026-03-10T12:00:00Z", {{"--from", "2026-03-01"}}, "2026-03-01 to 2026-03-09"},
        {"to_alone", "2026-03-10T12:00:00Z", {{"--to", "2026-01-30"}}, "2026-01-01 to 2026-01-30"},
        {"before_the_first_day", "2026-03-10T12:00:00Z", {{"--to", "1970-01-05"}}, "1970-01-03 to 1970-01-05"},
        {"from_after_to",
         "2026-03-10T12:00:00Z",
         {{"--from", "2026-03-02"}, {"--to", "2026-03-01"}},
         "--from 2026-03-02 is after --to 2026-03-01"},
        {"from_today_without_to",
         "2026-03-10T12:00:00Z",
         {{"--from", "2026-03-10"}},
         "--from 2026-03-10 is after the last finished day, 2026-03-09; name the end with --to"},
        {"days_and_from",
         "2026-03-10T12:00:00Z",
         {{"--from", "2026-03-10"}, {"--days", "3"}},
         "--days cannot be combined with --from and --to: both say which days"},
        {"no_days",
         "2026-03-10T12:00:00Z",
         {{"--days", "0"}},
         "'0' is not a number of days from 1 to 36500 (from --days)"},
        {"words_for_days",
         "2026-03-10T12:00:00Z",
         {{"--days", "7d"}},
         "'7d' is not a number of days from 1 to 36500 (from --days)"},
    }),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(Selection, ends_earlier_where_the_configuration_says_so) {
  Settings earlier = settings();
  earlier.end_offset_days = 3;
  earlier.days_back = 2;
  const Instant now = parse_instant("2026-03-10T12:00:00Z", "test").value();
  EXPECT_EQ(window_of({}, earlier, now).value().days.to_string(), "2026-03-06 to 2026-03-07");
}

TEST(Selection, knows_teams_and_states) {
  Given given;
  given.set("--teams", "3,1,3");
  given.set("--states", "missing,stale");
  const Selection selection = read_selection(given).value();
  EXPECT_EQ(selection.teams.value().size(), 2U);
  EXPECT_EQ(selection.states, (std::set<CellState>{CellState::kMissing, CellState::kStale}));
  EXPECT_TRUE(selection.is_default_window());
}

TEST(Selection, names_what_it_cannot_read) {
  const auto message = [](const char* option, const char* value) {
    Given given;
    given.set(option, value);
    return read_selection(given).error().message;
  };
  EXPECT_EQ(message("--states", "missing,stal"),
            "'stal' is not a state of a cell (from --states), did you mean stale?; they are open, expired, foreign, "
            "outdated,"
            " orphaned, missing, damaged, stale, fresh or empty");
  EXPECT_NE(message("--teams", "1,x").find("'x'"), std::string::npos);
  EXPECT_NE(message("--from", "2026-02-30").find("2026-02-30"), std::string::npos);
}

}  // namespace
}  // namespace gapless
