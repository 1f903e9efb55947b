#include "engine/http/exception_scanner.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

#include "support/case_name.h"

namespace gapless {
namespace {

struct Scanned {
  std::string output;
  std::optional<std::string> exception;
};

/// The body in pieces of that size; the first may be shorter.
Scanned scan(std::string_view tag, std::string_view body, std::size_t first, std::size_t piece) {
  ExceptionScanner scanner(tag);
  Scanned scanned;
  const auto sink = [&scanned](std::string_view bytes) {
    scanned.output += bytes;
    return Status();
  };
  for (std::size_t size = first; !body.empty(); size = piece) {
    const std::string_view bytes = body.substr(0, std::max<std::size_t>(size, 1));
    EXPECT_TRUE(scanner.take(bytes, sink));
    body.remove_prefix(bytes.size());
  }
  scanned.exception = scanner.finish(sink).value();
  return scanned;
}

constexpr const char* kTag = "abcdefghijklmnop";
constexpr const char* kText = "Code: 395. DB::Exception: oh\nno. (FUNCTION_THROW) (version 25.11.1.1)";
const std::string kPlain = kText;

struct BodyCase {
  const char* name;
  const char* tag;
  std::string body;
  std::string output;
  std::optional<std::string> exception;
};
class Bodies : public testing::TestWithParam<BodyCase> {};

TEST_P(Bodies, AreToldFromTheirExceptionsWhereverTheyAreSplit) {
  const BodyCase& example = GetParam();
  for (std::size_t split = 0; split <= example.body.size(); ++split) {
    const Scanned scanned = scan(example.tag, example.body, split, example.body.size());
    ASSERT_EQ(scanned.output, example.output) << "split at " << split;
    ASSERT_EQ(scanned.exception, example.exception) << "split at " << split;
  }
  for (const std::size_t piece : {1U, 2U, 3U, 7U}) {
    const Scanned scanned = scan(example.tag, example.body, piece, piece);
    EXPECT_EQ(scanned.output, example.output) << "pieces of " << piece;
    EXPECT_EQ(scanned.exception, example.exception) << "pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(
    ExceptionScanner, Bodies,
    testing::ValuesIn<BodyCase>({
        {"nothing", "", "", "", std::nullopt},
        {"rows", "", "1\n2\r\nCo\nCode\n", "1\n2\r\nCo\nCode\n", std::nullopt},
        {"tagged", kTag,
         "1\n2\n\r\n__exception__\r\nabcdefghijklmnop\r\n" + kPlain + "\r\n70 abcdefghijklmnop\r\n__exception__\r\n",
         "1\n2\n", kText},
        {"tagged_before_any_row", kTag,
         "\r\n__exception__\r\nabcdefghijklmnop\r\n" + kPlain + "\r\n70 abcdefghijklmnop\r\n__exception__\r\n", "",
         kText},
        {"tagged_and_cut_off", kTag, "1\n\r\n__exception__\r\nabcdefghijklmnop\r\n" + kPlain, "1\n", kText},
        {"of_another_tag", kTag, "1\n\r\n__exception__\r\nponmlkjihgfedcba\r\nx",
         "1\n\r\n__exception__\r\nponmlkjihgfedcba\r\nx", std::nullopt},
        {"plain_text_where_there_is_a_tag", kTag, "1\n" + kPlain, "1\n" + kPlain, std::nullopt},
        {"untagged", "", "1\n\r\n__exception__\r\n" + kPlain + "\r\n70\r\n__exception__\r\n", "1\n", kText},
        {"untagged_without_its_end", "", "1\n\r\n__exception__\r\n" + kPlain + "\r\n", "1\n", kText},
        {"marker_without_an_exception", "", "1\n\r\n__exception__\r\n2\n", "1\n\r\n__exception__\r\n2\n", std::nullopt},
        {"marker_in_a_line_of_its_own", "", "__exception__\r\n" + kPlain + "\r\n70\r\n__exception__\r\n",
         "__exception__\r\n", kText},
        {"plain", "", "1\n2\n" + kPlain + "\n", "1\n2\n", kText},
        {"plain_within_a_row", "", "1\n2\t'x" + kPlain, "1\n2\t'x", kText},
        {"plain_alone", "", kPlain, "", kText},
        {"row_that_begins_like_one", "", "Code: 7. DB::Exception: x (A)\n3\n", "Code: 7. DB::Exception: x (A)\n3\n",
         std::nullopt},
        {"row_like_one_and_then_one", "", "Code: x\n" + kPlain, "Code: x\n", kText},
        {"no_code", "", "Code: . DB::Exception: x (A)", "Code: . DB::Exception: x (A)", std::nullopt},
        {"no_exception", "", "Code: 123456. DB::x (A)", "Code: 123456. DB::x (A)", std::nullopt},
    }),
    kCaseName);

TEST(ExceptionScanner, HoldsNoMoreThanAnExceptionBack) {
  ExceptionScanner scanner("");
  std::size_t handed_on = 0;
  const auto sink = [&handed_on](std::string_view bytes) {
    handed_on += bytes.size();
    return Status();
  };
  std::size_t given = 0;
  const std::string row = "Code: 60. DB::Exception: as it was logged (UNKNOWN_TABLE)\n";
  while (given < (std::size_t{4} << 20U)) {
    ASSERT_TRUE(scanner.take(row, sink));
    given += row.size();
    ASSERT_LE(given - handed_on, std::size_t{65} << 10U);
  }
}

TEST(ExceptionScanner, GivesTheSinksErrorBack) {
  ExceptionScanner scanner("");
  const auto sink = [](std::string_view) -> Status { return fail(Fault::kUnavailable, "full", 77); };
  EXPECT_EQ(scanner.take("1\n", sink).error().code, 77);
}

// Of output as it mostly is; that which ends like an exception is taken for one.
RC_GTEST_PROP(ExceptionScanner, HandsOnAllOutput, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::element('\r', '\n', '_', 'C', 'o', 'd', 'e', ':', ' ', '1', 'x'));
  const auto piece = *rc::gen::inRange<std::size_t>(1, 9);
  for (const char* tag : {"", kTag}) {
    const Scanned scanned = scan(tag, text, piece, piece);
    RC_ASSERT(scanned.output == text);
    RC_ASSERT(!scanned.exception);
  }
}

}  // namespace
}  // namespace gapless
