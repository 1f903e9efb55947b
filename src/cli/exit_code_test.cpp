#include "cli/exit_code.h"

#include <gtest/gtest.h>

#include <csignal>

namespace gapless {
namespace {

TEST(ExitCodes, say_what_kind_of_error_it_was) {
  const auto code = [](Fault fault) { return static_cast<int>(exit_code_of(Error{fault, 0, ""})); };
  EXPECT_EQ(code(Fault::kInvalidInput), 2);
  EXPECT_EQ(code(Fault::kConflict), 5);
  for (const Fault fault : {Fault::kUnavailable, Fault::kTimeout, Fault::kOverload, Fault::kBadQuery, Fault::kCorrupt,
                            Fault::kCancelled, Fault::kInternal})
    EXPECT_EQ(code(fault), 1) << name(fault);
}

TEST(ExitCodes, say_how_a_run_ended) {
  const auto code = [](RunStatus status) { return static_cast<int>(exit_code_of(status)); };
  EXPECT_EQ(code(RunStatus::kSucceeded), 0);
  EXPECT_EQ(code(RunStatus::kNothingToDo), 0);
  EXPECT_EQ(code(RunStatus::kPartial), 3);
  EXPECT_EQ(code(RunStatus::kFailed), 1);
  EXPECT_EQ(code(RunStatus::kCancelled), 1);
  EXPECT_EQ(code(RunStatus::kSkipped), 5);
}

TEST(ExitCodes, name_the_signal_that_stopped_the_work) {
  EXPECT_EQ(exit_status(ExitCode::kFailed, SIGINT), 130);
  EXPECT_EQ(exit_status(ExitCode::kPartial, SIGTERM), 143);
  EXPECT_EQ(exit_status(ExitCode::kDone, SIGINT), 0) << "the signal came too late to stop anything";
  EXPECT_EQ(exit_status(ExitCode::kPartial, std::nullopt), 3);
}

}  // namespace
}  // namespace gapless
