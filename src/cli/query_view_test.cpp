#include "cli/query_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless {
namespace {

using testing::HasSubstr;
using testing::Not;

QueryReport a_report(const char* kind) {
  const Day first = Day::parse("2026-03-01", "test").value();
  const TimeZone utc;
  QueryReport report{
      .request = {.kind = find_report(kind),
                  .team = TeamId::parse("7", "test").value(),
                  .period = period_of({"2026-03-01", "2026-03-02"}, utc, {}).value()},
      .coverage = {{first, first + 1},
                   {{first, {DaySource::kTarget, CellState::kFresh}}, {first + 1, {DaySource::kRaw, std::nullopt}}}},
      .page = {}};
  return report;
}

TEST(QueryViews, ShowRowsWithBars) {
  QueryReport report = a_report("referrers");
  report.page.rows = {{"example.org", {2000, 5000, 2500, 500, 25000}}, {"", {1000, 1000, 1000, 0, 0}}};
  report.page.has_more = true;
  const std::string text = query_text(report, Style::plain());
  EXPECT_THAT(text, HasSubstr("referrers of team 7, 2026-03-01 to 2026-03-02\n"));
  EXPECT_THAT(text, HasSubstr("example.org     2,000  5,000     2,500       20.0 %    10.0 s  ████████████████████\n"));
  EXPECT_THAT(text, HasSubstr("(none)          1,000  1,000     1,000        0.0 %    0.00 s  ██████████\n"));
  EXPECT_THAT(text, HasSubstr("there are more: --offset 2\n"));
  EXPECT_THAT(text, HasSubstr("answered from the rollup: 1 day; from raw events: 1 day\n"));
}

/// What visitors send neither steers a terminal nor fills it.
TEST(QueryViews, ShowStrangeValuesHarmlessly) {
  QueryReport report = a_report("pages");
  report.page.rows = {{"/\x1b[2J\n", {1, 1, 1}}, {std::string(500, 'x'), {1, 1, 1}}};
  const std::string text = query_text(report, Style::plain());
  EXPECT_THAT(text, HasSubstr("/?[2J?"));
  EXPECT_THAT(text, HasSubstr(std::string(60, 'x') + "… "));
  EXPECT_THAT(text, Not(HasSubstr("bounce")));
}

TEST(QueryViews, HaveTheFieldsOfTheContract) {
  QueryReport report = a_report("pages");
  report.page.rows = {{"/", {1, 2, 3}}};
  const Json json = query_json(report);
  EXPECT_EQ(json["report"], "pages");
  EXPECT_EQ(json["from"], "2026-03-01");
  EXPECT_EQ(json["to"], "2026-03-02");
  EXPECT_EQ(json["answered_from"], (Json{{"rollup_days", 1}, {"raw_days", 1}}));
  EXPECT_EQ(json["rows"][0], (Json{{"value", "/"}, {"visitors", 1}, {"views", 2}, {"sessions", 3}}));
}

TEST(QueryViews, CompareEachFigure) {
  QueryReport report = a_report("overview");
  report.before = previous(report.request.period, report.request.zone);
  report.page.rows = {{"", {6, 6, 4, 1, 0}, ReportFigures{4, 0, 2, 1, 0}}};
  const Json row = query_json(report)["rows"][0];
  EXPECT_EQ(row["previous"]["visitors"], 4);
  EXPECT_EQ(row["change"]["visitors"], 0.5);
  EXPECT_EQ(row["change"]["views"], nullptr);
  EXPECT_EQ(row["change"]["bounce_rate"], -0.5);
  EXPECT_THAT(query_text(report, Style::plain()), HasSubstr("+50.0 %"));
}

TEST(QueryViews, QuoteCsv) {
  QueryReport report = a_report("pages");
  report.page.rows = {{"/a,\"b\"", {1, 2, 3}}};
  EXPECT_EQ(query_csv(report), "value,visitors,views,sessions\r\n\"/a,\"\"b\"\"\",1,2,3\r\n");
}

}  // namespace
}  // namespace gapless
