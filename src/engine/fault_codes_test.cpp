#include "engine/fault_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "support/case_name.h"

namespace gapless {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Reply {
  const char* name;
  const char* text;
  Error expected;
};
class Parsed : public testing::TestWithParam<Reply> {};

TEST_P(Parsed, GivesFaultCodeAndMessage) {
  const Error error = parse_clickhouse_error(GetParam().text);
  EXPECT_EQ(error.code, GetParam().expected.code);
  EXPECT_STREQ(name(error.fault), name(GetParam().expected.fault));
  EXPECT_EQ(error.message, GetParam().expected.message);
}

INSTANTIATE_TEST_SUITE_P(
    ClickHouseError, Parsed,
    testing::ValuesIn<Reply>({
        {"table",
         "Code: 60. DB::Exception: Table d.nope does not exist. (UNKNOWN_TABLE)",
         {Fault::kBadQuery, 60, "Table d.nope does not exist (code 60 UNKNOWN_TABLE)"}},
        {"version",
         "Code: 394. DB::Exception: Query was cancelled. (QUERY_WAS_CANCELLED) (version 26.7.2.1)",
         {Fault::kCancelled, 394, "Query was cancelled (code 394 QUERY_WAS_CANCELLED)"}},
        {"official_build",
         "Code: 159. DB::Exception: Timeout exceeded: elapsed 1 ms, maximum: 1 ms. (TIMEOUT_EXCEEDED) (version "
         "23.8.1.1 (official build))",
         {Fault::kTimeout, 159, "Timeout exceeded: elapsed 1 ms, maximum: 1 ms (code 159 TIMEOUT_EXCEEDED)"}},
        {"wrapped",
         "Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format Nope. (UNKNOWN_FORMAT) (version 26.7.2.1). "
         "(UNKNOWN_FORMAT)",
         {Fault::kBadQuery, 73, "Unknown format Nope (code 73 UNKNOWN_FORMAT)"}},
        {"nested_elsewhere",
         "Code: 279. DB::Exception: All tries failed. Log: Code: 210. DB::NetException: refused. (NETWORK_ERROR). "
         "(ALL_CONNECTION_TRIES_FAILED)",
         {Fault::kUnavailable, 279,
          "All tries failed. Log: Code: 210. DB::NetException: refused (code 279 ALL_CONNECTION_TRIES_FAILED)"}},
        {"lines",
         "Code: 27. DB::Exception: Cannot parse input: (at row 2)\n: \nRow 1:\n\ta\n. (CANNOT_PARSE_INPUT_X)\n",
         {Fault::kCorrupt, 27, "Cannot parse input: (at row 2) : Row 1: a (code 27 CANNOT_PARSE_INPUT_X)"}},
        {"after_other_output",
         "1\n2\nCode: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)",
         {Fault::kOverload, 241, "Memory limit exceeded (code 241 MEMORY_LIMIT_EXCEEDED)"}},
        {"nameless", "Code: 62. DB::Exception: Syntax error", {Fault::kBadQuery, 62, "Syntax error (code 62)"}},
        {"parentheses_kept",
         "Code: 47. DB::Exception: Unknown identifier (of a column). (UNKNOWN_IDENTIFIER)",
         {Fault::kBadQuery, 47, "Unknown identifier (of a column) (code 47 UNKNOWN_IDENTIFIER)"}},
        {"disk",
         "Code: 243. DB::Exception: Cannot reserve 33.93 MiB, not enough space. (NOT_ENOUGH_SPACE)",
         {Fault::kUnavailable, 243, "Cannot reserve 33.93 MiB, not enough space (code 243 NOT_ENOUGH_SPACE)"}},
        {"disk_at_write",
         "Code: 75. DB::ErrnoException: Cannot write to file /d/x: , errno: 28, strerror: No space left on device. "
         "(CANNOT_WRITE_TO_FILE_DESCRIPTOR)",
         {Fault::kUnavailable, 243,
          "Cannot write to file /d/x: , errno: 28, strerror: No space left on device (code 75 "
          "CANNOT_WRITE_TO_FILE_DESCRIPTOR)"}},
        {"no_code", "No active streaming query", {Fault::kInternal, 0, "No active streaming query"}},
        {"code_within_a_line", "it said Code: 60. nothing", {Fault::kInternal, 0, "it said Code: 60. nothing"}},
        {"no_number", "Code: many. DB::Exception: x", {Fault::kInternal, 0, "Code: many. DB::Exception: x"}},
        {"empty", "", {Fault::kInternal, 0, ""}},
    }),
    kCaseName);

TEST(ClickHouseError, IsCutWhereItIsLongAndKeepsItsCode) {
  const Error error = parse_clickhouse_error(
      "Code: 62. DB::Exception: failed at 'ü'. Expected one of: " + std::string(5000, 'x') + "ü. (SYNTAX_ERROR)");
  EXPECT_LT(error.message.size(), 700U);
  EXPECT_THAT(error.message, HasSubstr("failed at 'ü'"));
  EXPECT_THAT(error.message, HasSubstr("… (code 62 SYNTAX_ERROR)"));
}

TEST(ClickHouseError, IsNeverCutWithinACharacter) {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string text = "Code: 62. DB::Exception: " + std::string(shift, 'x');
    for (int i = 0; i < 400; ++i) text += "€";
    const std::string message = parse_clickhouse_error(text).message;
    EXPECT_THAT(message.substr(shift, 3), "€");
    const std::size_t cut = message.find("…");
    ASSERT_NE(cut, std::string::npos);
    EXPECT_EQ((cut - shift) % 3, 0U) << "cut within a character at " << cut;
  }
}

RC_GTEST_PROP(ClickHouseError, IsOneLineForAnyText, (const std::string& text)) {
  const Error error = parse_clickhouse_error("Code: 60. " + text + " (UNKNOWN_TABLE)");
  RC_ASSERT(error.code == 60);
  RC_ASSERT(error.message.find_first_of("\n\r\t") == std::string::npos);
}

struct Group {
  const char* name;
  std::vector<int> codes;
  Fault fault;
  bool retryable;
  bool outcome_unknown;
};
class Groups : public testing::TestWithParam<Group> {};

TEST_P(Groups, DecideWhatMayBeDone) {
  for (const int code : GetParam().codes) {
    const Error error{clickhouse_fault(code), code, ""};
    EXPECT_STREQ(name(error.fault), name(GetParam().fault)) << code;
    EXPECT_EQ(error.retryable(), GetParam().retryable) << code;
    EXPECT_EQ(error.outcome_unknown(), GetParam().outcome_unknown) << code;
  }
}

INSTANTIATE_TEST_SUITE_P(ClickHouseError, Groups,
                         testing::ValuesIn<Group>({
                             {"not_ready",
                              {225, 236, 242, 254, 279, 285, 286, 289, 369, 384, 473, 517, 529},
                              Fault::kUnavailable,
                              true,
                              false},
                             {"busy", {160, 173, 201, 202, 203, 241, 252, 364}, Fault::kOverload, true, false},
                             {"result_too_large", {158, 307, 396}, Fault::kOverload, false, false},
                             {"disk_full", {243}, Fault::kUnavailable, false, false},
                             {"in_doubt", {159, 209, 319, 341, 379}, Fault::kTimeout, true, true},
                             {"connection_lost", {210, 999}, Fault::kUnavailable, true, true},
                             {"cancelled", {394, 735}, Fault::kCancelled, false, false},
                             {"held", {216, 373}, Fault::kConflict, false, false},
                             {"statement",
                              {36, 47, 60, 62, 81, 122, 164, 248, 342, 456, 457, 395, 54321, 0, -1},
                              Fault::kBadQuery,
                              false,
                              false},
                             {"rights", {497, 516}, Fault::kInvalidInput, false, false},
                             {"data", {27, 33, 117}, Fault::kCorrupt, false, false},
                             {"bug", {49}, Fault::kInternal, false, false},
                         }),
                         kCaseName);

TEST(ClickHouseError, OnlyMemoryIsHelpedBySmallerPieces) {
  for (const int code : {241, 173}) EXPECT_TRUE((Error{clickhouse_fault(code), code, ""}.splittable())) << code;
  for (const int code : {159, 202, 243, 252, 396, 60}) {
    EXPECT_FALSE((Error{clickhouse_fault(code), code, ""}.splittable())) << code;
  }
}

}  // namespace
}  // namespace gapless
