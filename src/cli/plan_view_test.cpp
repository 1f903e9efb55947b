#include "cli/plan_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/facts_test_support.h"

namespace gapless {
namespace {

using testing::HasSubstr;

Examination two_cells() {
  return examined("2026-03-01", "2026-03-02", {missing_cell(1, "2026-03-01", 4), fresh_cell(1, "2026-03-02", 1000)});
}

TEST(PlanView, shows_what_would_be_recomputed) {
  EXPECT_EQ(plan_text(two_cells(), a_definition(), {}, Style::plain()),
            "2026-03-01 to 2026-03-02, 1 team\n\n"
            "day         team  state    action     why\n"
            "2026-03-01     1  missing  recompute  4 view events, never built\n\n"
            "1 cell to recompute on 1 day, looking at 4 events, writing up to 800 B  (1 missing, 1 fresh)\n");
}

TEST(PlanView, shows_the_rest_when_asked_to) {
  PlanViewOptions all;
  all.all = true;
  Examination with_three_not_examined = two_cells();
  with_three_not_examined.not_examined = 3;
  EXPECT_EQ(plan_text(with_three_not_examined, a_definition(), all, Style::plain()),
            "2026-03-01 to 2026-03-02, 1 team\n\n"
            "day         team  state    action     why\n"
            "2026-03-01     1  missing  recompute  4 view events, never built\n"
            "2026-03-02     1  fresh               1000 view events, unchanged since 2026-03-08T01:00:00Z\n\n"
            "1 cell to recompute on 1 day, looking at 4 events, writing up to 800 B  (1 missing, 1 fresh)\n"
            "3 published cells outside the window were not examined\n");
}

TEST(PlanView, explains_what_was_compared) {
  PlanViewOptions explained;
  explained.all = explained.explain = true;
  const std::string text = plan_text(two_cells(), a_definition(), explained, Style::plain());
  EXPECT_THAT(
      text, HasSubstr("2026-03-01  team 1  missing: 4 view events, never built → recompute\n"
                      "                no ledger entry                            now\n"
                      "    window                                                 4 events 0000000000000abc\n"
                      "    owned                                                  not looked at: there is no entry\n"));
  EXPECT_THAT(
      text,
      HasSubstr("2026-03-02  team 1  fresh: 1000 view events, unchanged since 2026-03-08T01:00:00Z\n"
                "                ledger, 2026-03-08T01:00:00Z               now\n"
                "    window      1,000 events 0000000000000abc              1,000 events 0000000000000abc\n"
                "    owned       1,000 events 0000000000000def              not looked at: the window is as it was\n"
                "    stats       3 groups 0000000000000123, 1,000 views     3 groups 0000000000000123, 1,000 views\n"));
}

TEST(PlanView, gives_programs_the_same) {
  const Json json = plan_json(two_cells(), a_definition(), {});
  EXPECT_EQ(json.at("window"), (Json{{"from", "2026-03-01"}, {"to", "2026-03-02"}}));
  EXPECT_EQ(json.at("teams"), Json::array({1}));
  ASSERT_EQ(json.at("cells").size(), 1U);
  EXPECT_EQ(json.at("cells")[0], (Json{{"team_id", 1},
                                       {"day", "2026-03-01"},
                                       {"shard", 0},
                                       {"state", "missing"},
                                       {"action", "recompute"},
                                       {"why", "4 view events, never built"}}));
  EXPECT_EQ(json.at("summary").at("missing"), 1);
  EXPECT_EQ(json.at("summary").at("stale"), 0) << "every state has its number";
  EXPECT_EQ(json.at("estimate").at("rows_read"), 4);
  EXPECT_EQ(json.at("estimate").at("bytes_written"), 800);
  EXPECT_EQ(json.at("estimate").at("free_bytes_needed"), 800);
  EXPECT_TRUE(json.at("estimate").at("seconds").is_null());
  EXPECT_TRUE(json.contains("not_examined"));
}

TEST(PlanView, gives_programs_the_evidence) {
  PlanViewOptions explained;
  explained.all = explained.explain = true;
  const Json cells = plan_json(two_cells(), a_definition(), explained).at("cells");
  ASSERT_EQ(cells.size(), 2U);
  EXPECT_TRUE(cells[0].at("evidence").at("entry").is_null());
  const Json& evidence = cells[1].at("evidence");
  EXPECT_EQ(evidence.at("entry").at("view_events"), 1000);
  EXPECT_EQ(evidence.at("entry").at("run_id"), "run-1");
  EXPECT_EQ(evidence.at("window").at("hash"), "0000000000000abc");
  EXPECT_TRUE(evidence.at("owned").is_null());
  EXPECT_EQ(evidence.at("targets").at("web_pre_aggregated_stats").at("keys"), 3);
  EXPECT_EQ(evidence.at("definition").at("now"), a_definition().hash());
}

TEST(PlanView, shows_only_the_states_that_were_asked_for) {
  PlanViewOptions fresh;
  fresh.all = true;
  fresh.states = {CellState::kFresh};
  const Json cells = plan_json(two_cells(), a_definition(), fresh).at("cells");
  ASSERT_EQ(cells.size(), 1U);
  EXPECT_EQ(cells[0].at("state"), "fresh");
}

TEST(Examination, says_where_the_events_are_when_none_is_in_the_window) {
  Examination nothing = examined("2026-03-01", "2026-03-02", {});
  nothing.source = {DayRange{a_day("2014-01-07"), a_day("2015-05-20")}, 65380};
  EXPECT_EQ(no_events_hint(nothing, "gapless plan"),
            "no event lies in the window 2026-03-01 to 2026-03-02; the source holds 65,380 events from 2014-01-07 to "
            "2015-05-20:"
            " gapless plan --from 2014-01-07 --to 2015-05-20");
  nothing.source = {};
  EXPECT_EQ(no_events_hint(nothing, "gapless plan"),
            "the source holds no events yet; bring some with: gapless load FILE");
  EXPECT_EQ(no_events_hint(two_cells(), "gapless plan"), "");
}

}  // namespace
}  // namespace gapless
