#include "state/state_store.h"

#include <gtest/gtest.h>

#include <set>

#include "state/store_id.h"

namespace gapless {
namespace {

struct StatusCase {
  RunStatus status;
  const char* word;
};
class StatusWord : public testing::TestWithParam<StatusCase> {};

TEST_P(StatusWord, IsTheCommandLinesAndReadsBack) {
  EXPECT_STREQ(name(GetParam().status), GetParam().word);
  EXPECT_EQ(parse_run_status(GetParam().word), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(RunStatus, StatusWord,
                         testing::ValuesIn<StatusCase>({
                             {RunStatus::kRunning, "running"},
                             {RunStatus::kSucceeded, "succeeded"},
                             {RunStatus::kNothingToDo, "nothing_to_do"},
                             {RunStatus::kPartial, "partial"},
                             {RunStatus::kFailed, "failed"},
                             {RunStatus::kCancelled, "cancelled"},
                             {RunStatus::kInterrupted, "interrupted"},
                             {RunStatus::kSkipped, "skipped"},
                         }));

TEST(RunStatus, ReadsNothingElse) {
  for (const char* text : {"", "Running", "running ", "done", "kRunning"}) {
    EXPECT_FALSE(parse_run_status(text)) << text;
  }
}

TEST(JournalPhase, HasAWordOfItsOwn) {
  EXPECT_STREQ(name(JournalPhase::kBuilding), "building");
  EXPECT_STREQ(name(JournalPhase::kPublishing), "publishing");
}

TEST(StoreId, IsSixteenHexadecimalDigitsAndNeverTheSame) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = make_store_id();
    ASSERT_EQ(id.size(), 16U);
    ASSERT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1000U);
}

}  // namespace
}  // namespace gapless
