#include "query/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Filters, AreADimensionAnOperatorAndAlternatives) {
  const Filter filter = Filter::parse("browser!=Chrome|Fire\\|fox|a\\\\b|two\\nlines").value();
  EXPECT_EQ(filter.dimension->name, "browser");
  EXPECT_EQ(filter.match, Filter::Match::kEquals);
  EXPECT_TRUE(filter.negated);
  EXPECT_THAT(filter.texts, ElementsAre("Chrome", "Fire|fox", "a\\b", "two\nlines"));
}

TEST(Filters, SayWhatTheyWereReadFrom) {
  for (const char* text : {"page=/", "page^/a|/b", "referrer~google", "referrer!~google", "page!^/x",
                           "utm_source=", "utm_source=|a", "city=a\\|b\\\\c\\nd\\&e", "has_gclid=true"})
    EXPECT_EQ(Filter::parse(text).value().to_string(), text);
}

TEST(Filters, KnowColumnsToo) {
  EXPECT_EQ(Filter::parse("pathname=/").value().dimension->name, "page");
  EXPECT_EQ(Filter::parse("os=Linux").value().dimension->name, "system");
  EXPECT_EQ(Filter::parse("mat_metadata_loggedIn=1").value().to_string(), "logged_in=true");
}

TEST(Filters, ThatCannotBeReadSayWhy) {
  const auto message = [](const char* text) { return Filter::parse(text).error().message; };
  EXPECT_THAT(message("brwser=Chrome"), HasSubstr("did you mean browser?"));
  EXPECT_THAT(message("wxyz=1"), HasSubstr("there are page, host, "));
  EXPECT_THAT(message("browser"), HasSubstr("is not a filter"));
  EXPECT_THAT(message("=Chrome"), HasSubstr("is not a filter"));
  EXPECT_THAT(message("browser>3"), HasSubstr("is not a filter"));
  EXPECT_THAT(message("city=a\\b"), HasSubstr("a \\ in"));
  EXPECT_THAT(message("has_gclid=maybe"), HasSubstr("true or false"));
  EXPECT_THAT(message("has_gclid~true"), HasSubstr("true or false"));
}

TEST(Filters, AreCombined) {
  EXPECT_TRUE(parse_filters("").value().empty());
  const std::vector<Filter> three = parse_filters("browser=a\\&b&city=x\npage^/?a\\\\&host=y").value();
  ASSERT_EQ(three.size(), 4u);
  EXPECT_THAT(three[0].texts, ElementsAre("a&b"));
  EXPECT_THAT(three[2].texts, ElementsAre("/?a\\"));
  const std::vector<Filter> filters = parse_filters("browser=Chrome\npage!^/a").value();
  ASSERT_EQ(filters.size(), 2u);
  EXPECT_TRUE(any_of_views(filters));
  EXPECT_EQ(condition_of(filters),
            "toString(browser) IN ({filter_0:Array(String)}) AND "
            "NOT (arrayExists(t -> startsWith(pathname, t), {filter_1:Array(String)}))");
}

/// What anybody writes goes beside the text, never into it.
TEST(Filters, HaveNoValueInTheStatement) {
  for (const Dimension& dimension : all_dimensions()) {
    if (dimension.kind == Dimension::Kind::kFlag) continue;
    const Filter filter = Filter::parse(std::string(dimension.name) + "~'; DROP").value();
    EXPECT_EQ(condition_of({filter}).find("DROP"), std::string::npos);
  }
}

}  // namespace
}  // namespace gapless
