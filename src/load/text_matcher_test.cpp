#include "load/text_matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TextMatcher, FindsWordsInsideWordsOnceAndInOrder) {
  const TextMatcher matcher({"she", "he", "hers", "us", "ushers"});
  EXPECT_THAT(matcher.find_in("ushers"), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(matcher.find_in("HE and he"), ElementsAre(1));
  EXPECT_THAT(matcher.find_in("h e r s"), IsEmpty());
  EXPECT_THAT(matcher.find_in(""), IsEmpty());
}

TEST(TextMatcher, WithoutWordsFindsNothing) { EXPECT_THAT(TextMatcher({}).find_in("anything"), IsEmpty()); }

RC_GTEST_PROP(TextMatcher, AgreesWithSearchingForEachWord, ()) {
  const auto text_of = [](std::size_t least) {
    return rc::gen::suchThat(rc::gen::container<std::string>(rc::gen::element('a', 'b', '\xC3')),
                             [least](const std::string& text) { return text.size() >= least; });
  };
  auto words = *rc::gen::unique<std::vector<std::string>>(text_of(1));
  const std::string text = *text_of(0);
  std::vector<int> expected;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (text.find(words[i]) != std::string::npos) expected.push_back(static_cast<int>(i));
  }
  RC_ASSERT(TextMatcher(words).find_in(text) == expected);
}

}  // namespace
}  // namespace gapless
