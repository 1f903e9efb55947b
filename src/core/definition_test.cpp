#include "core/definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/case_name.h"

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Definition, IsNamedByTheBeginningOfItsTextsSha256) {
  EXPECT_EQ(Definition("").hash(), "e3b0c44298fc1c14");  // the well-known SHA-256 of nothing
  EXPECT_EQ(Definition("abc").hash(), "ba7816bf8f01cfea");
  EXPECT_EQ(Definition("rules: 2\n").text(), "rules: 2\n");
}

TEST(Definition, HasAnotherHashForAnyOtherText) {
  const std::string text = "dimensions: host\nrules: 2\n";
  EXPECT_EQ(Definition(text).hash(), Definition(text).hash());
  for (const char* other :
       {"dimensions: host\nrules: 3\n", "dimensions: host\nrules: 2", "dimensions: hosts\nrules: 2\n"})
    EXPECT_NE(Definition(text).hash(), Definition(other).hash()) << other;
}

struct ChangeCase {
  const char* name;
  std::string before;
  std::string after;
  std::vector<std::string> changed;
};
void PrintTo(const ChangeCase& one, std::ostream* out) { *out << one.name; }

class ChangedKeys : public testing::TestWithParam<ChangeCase> {};

TEST_P(ChangedKeys, AreThoseWhoseLinesDiffer) {
  EXPECT_EQ(Definition::changed_keys(GetParam().before, GetParam().after), GetParam().changed);
  EXPECT_EQ(Definition::changed_keys(GetParam().after, GetParam().before), GetParam().changed) << "the other way round";
}

INSTANTIATE_TEST_SUITE_P(
    Texts, ChangedKeys,
    testing::Values(ChangeCase{"nothing", "a: 1\nb: 2\n", "a: 1\nb: 2\n", {}}, ChangeCase{"both_empty", "", "", {}},
                    ChangeCase{"a_value", "a: 1\nb: 2\n", "a: 1\nb: 3\n", {"b"}},
                    ChangeCase{"several_sorted", "a: 1\nb: 2\nc: 3\n", "a: 2\nb: 2\nc: 4\n", {"a", "c"}},
                    ChangeCase{"a_key_more", "a: 1\n", "a: 1\nb: 2\n", {"b"}},
                    ChangeCase{"everything", "", "a: 1\nb: 2\n", {"a", "b"}},
                    ChangeCase{"only_the_end_of_the_last_line", "a: 1\nb: 2", "a: 1\nb: 2\n", {}},
                    ChangeCase{"the_order_of_lines", "a: 1\nb: 2\n", "b: 2\na: 1\n", {}},
                    ChangeCase{"a_value_with_colons", "map: x: 1\n", "map: x: 2\n", {"map"}},
                    ChangeCase{"an_empty_value", "a: \n", "a: 1\n", {"a"}}),
    kCaseName);

}  // namespace
}  // namespace gapless
