#include "util/nearest.h"

#include <gtest/gtest.h>

#include <string>

namespace gapless {
namespace {

struct NearestCase {
  const char* text;
  const char* found;  ///< "": none
};

class Nearest : public testing::TestWithParam<NearestCase> {};

TEST_P(Nearest, finds) {
  static const std::vector<std::string_view> kNames = {
      "plan",   "backfill", "status",          "runs",    "resume",
      "--from", "--to",     "--include-today", "--teams", "backfill.days_back"};
  EXPECT_EQ(nearest(GetParam().text, kNames).value_or(""), GetParam().found) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Slips, Nearest,
                         testing::ValuesIn<NearestCase>({
                             {"plna", "plan"},
                             {"backfil", "backfill"},
                             {"stauts", "status"},
                             {"run", "runs"},
                             {"--form", "--from"},
                             {"--team", "--teams"},
                             {"--include", "--include-today"},
                             {"backfill.day_back", "backfill.days_back"},
                             {"backfill.daysback", "backfill.days_back"},
                             {"x", ""},
                             {"", ""},
                             {"frobnicate", ""},
                             {"--nothing-like-it", ""},
                         }));

TEST(Nearest, gives_up_on_what_nobody_typed) { EXPECT_EQ(nearest(std::string(100'000, 'a'), {"plan"}), std::nullopt); }

}  // namespace
}  // namespace gapless
