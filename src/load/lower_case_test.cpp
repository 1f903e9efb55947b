#include "load/lower_case.h"

#include <gtest/gtest.h>

namespace gapless {
namespace {

struct LowerCase {
  const char* text;
  const char* lower;
};

TEST(LowerCase, FollowsUnicode) {
  for (const LowerCase& sample :
       {LowerCase{"", ""}, LowerCase{"WWW.Example.com-09", "www.example.com-09"}, LowerCase{"ÀÖØÞ×", "àöøþ×"},
        LowerCase{"ŸĀ", "ÿā"}, LowerCase{"ΆΡΣΫ", "άρσϋ"}, LowerCase{"ПРИВЕТ.РФ", "привет.рф"},
        LowerCase{"İstanbul", "i̇stanbul"}, LowerCase{"\u212A\u2126\u1E9E", "kωß"}, LowerCase{"ＡＺ", "ａｚ"},
        LowerCase{"\U00010400\U0001E921", "\U00010428\U0001E943"}, LowerCase{"日本🙂ß", "日本🙂ß"}}) {
    std::string out = "kept ";
    append_lower_case(sample.text, out);
    EXPECT_EQ(out, std::string("kept ") + sample.lower);
  }
}

}  // namespace
}  // namespace gapless
