#include "cli/wording.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gapless {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Wording, groups_digits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(63524), "63,524");
  EXPECT_EQ(grouped(18446744073709551615ULL), "18,446,744,073,709,551,615");
  EXPECT_EQ(counted(1, "cell", "cells"), "1 cell");
  EXPECT_EQ(counted(0, "cell", "cells"), "0 cells");
}

TEST(Wording, names_sizes) {
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(1024ULL * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(format_bytes(3ULL << 40U), "3.0 TiB");
}

TEST(Wording, names_times) {
  EXPECT_EQ(format_seconds(0.1234), "0.12 s");
  EXPECT_EQ(format_seconds(41.25), "41.2 s");
  EXPECT_EQ(format_seconds(59.99), "1 min 0 s");
  EXPECT_EQ(format_seconds(125), "2 min 5 s");
  EXPECT_EQ(format_seconds(4800), "1 h 20 min");
  EXPECT_EQ(format_clock(seconds(41)), "0:41");
  EXPECT_EQ(format_clock(seconds(725)), "12:05");
  EXPECT_EQ(format_clock(seconds(4800)), "1:20:00");
  EXPECT_EQ(format_clock(seconds(-5)), "0:00");
}

struct SpanCase {
  const char* text;
  std::int64_t millis;  ///< -1: refused
};

class Span : public testing::TestWithParam<SpanCase> {};

TEST_P(Span, is_read) {
  const auto read = parse_span(GetParam().text);
  EXPECT_EQ(read ? read->count() : -1, GetParam().millis) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Texts, Span,
                         testing::ValuesIn<SpanCase>({
                             {"30m", 1'800'000},
                             {"2200s", 2'200'000},
                             {"1h30m", 5'400'000},
                             {"2d", 172'800'000},
                             {"500ms", 500},
                             {"1s500ms", 1500},
                             {"0", 0},
                             {"0s", 0},
                             {"", -1},
                             {"30", -1},
                             {"-30m", -1},
                             {"+30m", -1},
                             {"1.5h", -1},
                             {"30 m", -1},
                             {"30M", -1},
                             {"30m1h", -1},
                             {"1h1h", -1},
                             {"m", -1},
                             {"5y", -1},
                             {"99999999999999999999s", -1},
                             {"4000d", -1},
                         }));

RC_GTEST_PROP(SpanProperty, is_written_as_it_is_read, ()) {
  const milliseconds span(*rc::gen::inRange<std::int64_t>(0, 3650LL * 86'400'000));
  RC_ASSERT(parse_span(format_span(span)) == span);
}

TEST(Wording, measures_what_a_terminal_shows) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("█▓·"), 3U);
  EXPECT_EQ(display_width("\x1b[31mred\x1b[0m"), 3U);
}

TEST(Wording, wraps_at_spaces) {
  EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrapped("unbreakable", 4, 2), "unbreakable");
  EXPECT_EQ(wrapped("", 4, 2), "");
}

}  // namespace
}  // namespace gapless
