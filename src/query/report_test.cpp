#include "query/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "query/channel_lists.h"
#include "query/coverage.h"

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
