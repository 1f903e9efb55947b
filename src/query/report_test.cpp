#include "query/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "query/channel_lists.h"
#include "query/coverage.h"
#include "query/reports.h"

namespace gapless {
namespace {

TEST(Reports, HaveADimensionThatThereIs) {
  for (const ReportKind& kind : report_kinds()) {
    EXPECT_EQ(find_report(kind.name), &kind);
    if (kind.rows == ReportKind::Rows::kValues) {
      EXPECT_TRUE(find_dimension(kind.dimension, "test")) << kind.name;
    }
  }
  EXPECT_EQ(find_report("page"), nullptr);
}

TEST(Sorts, DescendByFiguresAndAscendByValue) {
  EXPECT_TRUE(ReportSort::parse("views").value().descending);
  EXPECT_FALSE(ReportSort::parse("value").value().descending);
  EXPECT_FALSE(ReportSort::parse("bounce_rate:asc").value().descending);
  EXPECT_THAT(ReportSort::parse("view").error().message, testing::HasSubstr("did you mean views?"));
  EXPECT_FALSE(ReportSort::parse("views:up"));
  EXPECT_FALSE(ReportSort::parse("views:"));
}

TEST(Figures, HaveNoRateOfNothing) {
  EXPECT_EQ(ReportFigures{}.bounce_rate(), std::nullopt);
  EXPECT_EQ((ReportFigures{1, 2, 4, 1, 6}.bounce_rate()), 0.25);
  EXPECT_EQ((ReportFigures{1, 2, 4, 1, 6}.session_duration_seconds()), 1.5);
}

/// Only what the ledger vouches for, or what nothing else is left of, is taken from a target.
TEST(Days, AreAnsweredFromATargetWhereItHoldsWhatItShould) {
  const std::set<CellState> from_target = {CellState::kFresh, CellState::kEmpty, CellState::kExpired};
  for (const CellState state : kCellStates)
    EXPECT_EQ(source_of(state) == DaySource::kTarget, from_target.contains(state)) << name(state);
}

/// A day whose narrow part was made from the wide groups has it for all but what views are of.
TEST(Days, AreReadFromTheNarrowTargetAsFarAsItTells) {
  const Day day = *Day::parse("2026-03-02", "test");
  const auto table = [&](std::string_view report, NarrowPart narrow, const std::vector<Filter>& filters = {}) {
    const ReportRequest request{.kind = find_report(report),
                                .team = *TeamId::from(1, "test"),
                                .period = {day.start(), (day + 1).start(), "", ""},
                                .filters = filters};
    return Reports::table_of(request, day, {DaySource::kTarget, CellState::kExpired, narrow});
  };
  for (const char* report : {"overview", "trend", "entry-pages", "exit-pages", "browsers", "countries"}) {
    EXPECT_EQ(table(report, NarrowPart::kNone), Target::kBounces) << report;
    EXPECT_EQ(table(report, NarrowPart::kSessions), Target::kBreakdowns) << report;
    EXPECT_EQ(table(report, NarrowPart::kAll), Target::kBreakdowns) << report;
  }
  for (const char* report : {"pages", "hosts"}) {
    EXPECT_EQ(table(report, NarrowPart::kNone), Target::kStats) << report;
    EXPECT_EQ(table(report, NarrowPart::kSessions), Target::kStats) << report;
    EXPECT_EQ(table(report, NarrowPart::kAll), Target::kBreakdowns) << report;
  }
  for (const char* filter : {"page=/", "host=example.org"})
    EXPECT_EQ(table("browsers", NarrowPart::kSessions, {Filter::parse(filter).value()}), Target::kStats) << filter;
  EXPECT_EQ(table("overview", NarrowPart::kSessions, {Filter::parse("browser=Firefox").value()}), Target::kBounces);
}

TEST(ChannelLists, HoldDomainsAndSourcesOnce) {
  std::set<std::string> seen;
  for (const ChannelList& list : channel_lists()) {
    EXPECT_FALSE(list.domains.empty() || list.sources.empty()) << list.name;
    for (const auto* texts : {&list.domains, &list.sources})
      for (const std::string& text : *texts) {
        EXPECT_TRUE(seen.insert(text).second) << text << " is there twice";
        EXPECT_TRUE(std::regex_match(text, std::regex("[a-z0-9_-]+(\\.[a-z0-9_-]+)*(\\.\\*)?"))) << text;
      }
  }
}

TEST(ChannelLists, MatchDomainsAndWhatIsBelowThem) {
  const ChannelList list = parse_channel_list("test", "# a comment\nbing.com\ngoogle.*\n\nnewsletter\n");
  const auto has = [&](const char* text) { return std::regex_search(text, std::regex(list.domain_pattern())); };
  for (const char* text : {"bing.com", "www.bing.com", "google.de", "google.com", "a.b.google.co.uk", "google.com.br"})
    EXPECT_TRUE(has(text)) << text;
  for (const char* text :
       {"notbing.com", "bing.com.evil.org", "google.example", "google", "google.c", "newsletter", ""})
    EXPECT_FALSE(has(text)) << text;
  const std::regex sources(list.source_pattern());
  EXPECT_TRUE(std::regex_search("newsletter", sources));
  EXPECT_TRUE(std::regex_search("www.bing.com", sources));
  EXPECT_FALSE(std::regex_search("newsletters", sources));
}

}  // namespace
}  // namespace gapless
