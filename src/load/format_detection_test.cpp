#include "load/format_detection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "load/load_test_support.h"

namespace gapless {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

const std::string kLogLine = R"(1.2.3.4 - - [10/Oct/2026:20:55:36 +0000] "GET / HTTP/1.1" 200 5)";
const std::string kBrokenLogLine = R"(1.2.3.4 - - [10/Oct/2026:20:55:36 +0000] "-" 408 -)";

struct FormatCase {
  const char* name;
  std::string start;
  LoadFormat format;
};
class DetectedFormat : public testing::TestWithParam<FormatCase> {};

TEST_P(DetectedFormat, IsTheFirstRecognisableLines) {
  const auto format = detect_format(GetParam().start, "file");
  ASSERT_TRUE(format) << format.error().message;
  EXPECT_STREQ(name(*format), name(GetParam().format));
}

INSTANTIATE_TEST_SUITE_P(FormatDetection, DetectedFormat,
                         testing::ValuesIn<FormatCase>({
                             {"empty", "", LoadFormat::kAuto},
                             {"blank", "\n \r\n\t\n", LoadFormat::kAuto},
                             {"log", kLogLine + "\n", LoadFormat::kAccessLog},
                             {"log_without_newline", kLogLine, LoadFormat::kAccessLog},
                             {"log_after_blanks", "\n\r\n" + kLogLine + "\r\n", LoadFormat::kAccessLog},
                             {"log_after_broken_lines", "???\n" + kBrokenLogLine + "\n" + kLogLine,
                              LoadFormat::kAccessLog},
                             {"log_with_odd_bytes", "\xFF\xFE " + kLogLine + "\n" + kLogLine, LoadFormat::kAccessLog},
                             {"events", "{\"team_id\": 1}\n", LoadFormat::kEvents},
                             {"broken_events", "{", LoadFormat::kEvents},
                             {"events_after_blanks", "\n  \n  {}", LoadFormat::kEvents},
                             {"events_with_a_byte_order_mark", "\xEF\xBB\xBF{}", LoadFormat::kEvents},
                         }),
                         kCaseName);

struct RefusedCase {
  const char* name;
  std::string start;
  const char* message;
};
class RefusedFormat : public testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedFormat, SaysWhatItIs) {
  const auto format = detect_format(GetParam().start, "some/file");
  ASSERT_FALSE(format) << name(*format);
  EXPECT_EQ(format.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(format.error().message, AllOf(HasSubstr("some/file"), HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(FormatDetection, RefusedFormat,
                         testing::ValuesIn<RefusedCase>({
                             {"program",
                              "\x7F"
                              "ELF\x02\x01\x01\0\0\0"s,
                              "is a binary file, neither an access log nor events: it holds zero"},
                             {"utf16", "\xFF\xFE{\0}\0"s, "is a binary file"},
                             {"controls", "\x01\x02\x03\x04 abc\n", "full of control characters"},
                             {"zstd", "\x28\xB5\x2F\xFDxxxx", "packed with zstd"},
                             {"xz",
                              "\xFD"
                              "7zXZ\0\0"s,
                              "packed with xz"},
                             {"bzip2", "BZh91AY", "packed with bzip2"},
                             {"zip", "PK\x03\x04xx", "zip archive"},
                             {"gzip_in_gzip", "\x1F\x8B\x08", "packed with gzip twice"},
                             {"parquet", "PAR1xxxx", "Parquet"},
                             {"prose", "Dear reader,\nhello.\n",
                              "its first line is 'Dear reader,'. If it is one of them all the same"},
                             {"list", "[{\"team_id\": 1}]\n", "one JSON object a line"},
                             {"csv", "team_id,event\n1,x\n", "looks neither like"},
                             {"terminal_escapes", "\x1B[31mred\n", "'\\x1b[31mred'"},
                         }),
                         kCaseName);

TEST(FormatDetection, NamesAreParsed) {
  for (const LoadFormat format : {LoadFormat::kAuto, LoadFormat::kAccessLog, LoadFormat::kEvents}) {
    EXPECT_EQ(parse_load_format(name(format)).value(), format);
  }
  const auto bad = parse_load_format("CSV");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(bad.error().message, AllOf(HasSubstr("'CSV'"), HasSubstr("access-log")));
}

RC_GTEST_PROP(FormatDetection, AnyBytesGiveAFormatOrAnError, (const std::string& bytes)) {
  const auto format = detect_format(bytes, "file");
  RC_ASSERT(format || format.error().fault == Fault::kInvalidInput);
}

}  // namespace
}  // namespace gapless
