#include "gateway/failure.h"

#include <gtest/gtest.h>

#include "engine/fault_codes.h"

namespace gapless::gateway {
namespace {

constexpr const char* kText = "Code: 60. DB::Exception: Unknown table 'x'. (UNKNOWN_TABLE) (version 26.7.2.1)";

TEST(Failure, says_an_engines_error_as_clickhouse_said_it) {
  const Failure failure = failure_of(parse_clickhouse_error(kText));
  EXPECT_EQ(failure.code, 60);
  EXPECT_EQ(failure.message("26.7.2.1"), kText);
  EXPECT_EQ(failure.status(), 404);
}

TEST(Failure, gives_errors_without_a_code_the_nearest_there_is) {
  const struct {
    Fault fault;
    int code;
    const char* name;
    int status;
  } cases[] = {
      {Fault::kBadQuery, 62, "SYNTAX_ERROR", 400},
      {Fault::kTimeout, 159, "TIMEOUT_EXCEEDED", 408},
      {Fault::kCancelled, 394, "QUERY_WAS_CANCELLED", 500},
      {Fault::kUnavailable, 210, "NETWORK_ERROR", 500},
      {Fault::kInternal, 49, "LOGICAL_ERROR", 500},
      {Fault::kOverload, 202, "TOO_MANY_SIMULTANEOUS_QUERIES", 503},
  };
  for (const auto& one : cases) {
    const Failure failure = failure_of({one.fault, 0, "why"});
    EXPECT_EQ(failure.code, one.code);
    EXPECT_EQ(failure.name, one.name);
    EXPECT_EQ(failure.status(), one.status) << one.name;
  }
}

TEST(Failure, is_framed_so_that_nothing_in_it_can_be_taken_for_the_frame) {
  EXPECT_EQ(exception_block("abc", "Code: 1."), "\r\n__exception__\r\nabc\r\nCode: 1.\n9 abc\r\n__exception__\r\n");
}

}  // namespace
}  // namespace gapless::gateway
