#include "load/file_source.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "load/event_encoder.h"
#include "load/event_json.h"
#include "load/load_test_support.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kView = R"(1.2.3.4 - - [10/Oct/2026:20:55:36 +0000] "GET / HTTP/1.1" 200 5)";
const std::string kPost = R"(1.2.3.4 - - [10/Oct/2026:20:55:36 +0000] "POST / HTTP/1.1" 200 5)";
const std::string kBroken = R"(1.2.3.4 - - [10/Oct/2026:20:55:36 +0000] "-" 408 -)";

std::string event_line(int number, std::string_view time = "2026-03-01 12:00:00") {
  return fmt::format(R"({{"team_id": 7, "uuid": "00000000-0000-0000-0000-{:012}", "timestamp": "{}"}})", number, time);
}

std::string repeated(const std::string& line, int times) {
  std::string lines;
  for (int i = 0; i < times; ++i) lines += line + "\n";
  return lines;
}

class FileSource : public testing::Test {
 protected:
  ReadOptions options() const {
    return {TeamId::parse("42", "test").value(),
            "site.example",
            parse_instant("2026-11-24T12:00:00Z", "test").value(),
            5,
            nullptr,
            {},
            {}};
  }
  Result<FileReport> read(const std::string& content, LoadFormat format = LoadFormat::kAuto) {
    return read(content, format, options());
  }
  Result<FileReport> read(const std::string& content, LoadFormat format, const ReadOptions& with) {
    return read_path(directory_.write("input", content), format, with);
  }
  Result<FileReport> read_path(const std::string& path, LoadFormat format, const ReadOptions& with) {
    bytes_.clear();
    blocks_.clear();
    return read_events(path, format, with, [this](const EventBlock& block) -> Status {
      bytes_ += block.bytes;
      blocks_.push_back(block.events);
      return {};
    });
  }

  TemporaryDirectory directory_;
  std::string bytes_;
  std::vector<std::uint64_t> blocks_;
};

// The counts that the sample's publisher and the reference implementation give.
TEST_F(FileSource, ReadsARealLog) {
  const auto report = read_path(GAPLESS_SAMPLES "/elastic-apache-2015.log.gz", LoadFormat::kAuto, options());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->format, LoadFormat::kAccessLog);
  EXPECT_EQ(report->lines, 10'000u);
  EXPECT_EQ(report->events, 1'856u);
  EXPECT_EQ(report->skipped_for(SkipReason::kAsset), 5'674u);
  EXPECT_EQ(report->skipped_for(SkipReason::kBot), 2'050u);
  EXPECT_EQ(report->skipped_for(SkipReason::kStatus), 371u);
  EXPECT_EQ(report->skipped_for(SkipReason::kMethod), 48u);
  EXPECT_EQ(report->rejected, 1u);
  ASSERT_EQ(report->first_rejects.size(), 1u);
  EXPECT_EQ(report->first_rejects[0].line, 8'899u);
  EXPECT_EQ(report->first_day->to_string(), "2015-05-17");
  EXPECT_EQ(report->last_day->to_string(), "2015-05-20");
}

TEST_F(FileSource, ReadsRealEvents) {
  const auto report = read_path(GAPLESS_SAMPLES "/wikimedia-readers-2014.ndjson.gz", LoadFormat::kAuto, options());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->format, LoadFormat::kEvents);
  EXPECT_EQ(report->lines, 63'524u);
  EXPECT_EQ(report->events, 63'524u);
  EXPECT_EQ(report->rejected, 0u);
  EXPECT_EQ(report->first_day->to_string(), "2014-01-07");
  EXPECT_EQ(report->last_day->to_string(), "2014-01-22");
}

TEST_F(FileSource, HandsOverTheEventsInOrder) {
  const auto report = read(event_line(1) + "\n\n" + event_line(2, "2026-02-27 00:00:00") + "\n" + event_line(3));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines, 4u);
  EXPECT_EQ(report->events, 3u);
  EXPECT_EQ(report->skipped_for(SkipReason::kBlank), 1u);
  EXPECT_EQ(report->first_day->to_string(), "2026-02-27");
  EXPECT_EQ(report->last_day->to_string(), "2026-03-01");
  EventJsonParser parser(options().inserted_at);
  EventEncoder expected;
  for (const std::string& line : {event_line(1), event_line(2, "2026-02-27 00:00:00"), event_line(3)}) {
    Event event;
    ASSERT_TRUE(std::holds_alternative<Accepted>(parser.parse(line, event)));
    expected.add(event);
  }
  EXPECT_EQ(bytes_, expected.take_block());
  EXPECT_THAT(blocks_, ElementsAre(3));
}

TEST_F(FileSource, ALogTakesTeamHostAndTimeFromTheOptions) {
  ASSERT_TRUE(read(kView));
  EXPECT_THAT(bytes_, HasSubstr(std::string("UInt64\x2A\0\0\0\0\0\0\0", 14)));
  EXPECT_THAT(bytes_, HasSubstr("\x0Csite.example"));
}

TEST_F(FileSource, NothingIsNothing) {
  for (const std::string& content : {std::string(), gzip("")}) {
    for (const LoadFormat format : {LoadFormat::kAuto, LoadFormat::kAccessLog, LoadFormat::kEvents}) {
      const auto report = read(content, format);
      ASSERT_TRUE(report) << report.error().message;
      EXPECT_EQ(report->format, format);
      EXPECT_EQ(report->lines, 0u);
      EXPECT_EQ(report->events, 0u);
      EXPECT_EQ(report->rejected, 0u);
      EXPECT_FALSE(report->first_day || report->last_day);
      EXPECT_TRUE(blocks_.empty());
    }
  }
}

TEST_F(FileSource, LinesAddUp) {
  const auto report = read(repeated(kView, 100) + repeated(kPost, 50) + repeated(kBroken, 3));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->lines, 153u);
  EXPECT_EQ(report->events, 100u);
  EXPECT_EQ(report->skipped_for(SkipReason::kMethod), 50u);
  EXPECT_EQ(report->rejected, 3u);
}

TEST_F(FileSource, TooManyRejectsFailTheFile) {
  const std::string content = repeated(kView, 92) + repeated(kBroken, 7) + "\x1B[31m?\n";
  const auto report = read(content);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(
      report.error().message,
      AllOf(HasSubstr("input: 8 of 100 lines rejected (8.0 %), more than the 5 % allowed"),
            HasSubstr("nothing was loaded"), HasSubstr("line 93: the request '-' is not two or three words"),
            HasSubstr("line 97: "), Not(HasSubstr("line 98: ")), HasSubstr("--max-rejects"), HasSubstr("--rejects")));
  ReadOptions generous = options();
  generous.max_rejects_percent = 8;
  const auto allowed = read(content, LoadFormat::kAuto, generous);
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_EQ(allowed->rejected, 8u);
  EXPECT_EQ(allowed->first_rejects.size(), kFirstRejects);
  generous.max_rejects_percent = 7.9;
  EXPECT_FALSE(read(content, LoadFormat::kAuto, generous));
}

TEST_F(FileSource, KeepsRejectedLinesAsTheyWere) {
  const std::string long_line(3'000'000, 'x');
  const std::string odd = "odd \xFF line\r";
  auto rejects = RejectsFile::create(directory_.path("rejects"), {}, {});
  ASSERT_TRUE(rejects);
  ReadOptions keeping = options();
  keeping.rejects = &*rejects;
  for (const double percent : {100.0, 0.0}) {
    keeping.max_rejects_percent = percent;
    const auto report =
        read(kView + "\n" + long_line + "\n" + odd + "\n" + kPost + "\n" + kBroken, LoadFormat::kAuto, keeping);
    EXPECT_EQ(report.has_value(), percent == 100.0);
    if (report) {
      EXPECT_EQ(report->rejected, 3u);
      EXPECT_EQ(report->first_rejects[0].line, 2u);
      EXPECT_EQ(report->first_rejects[0].reason, "the line is longer than 1048576 bytes");
    }
  }
  const std::string once = long_line + "\n" + odd + "\n" + kBroken + "\n";
  EXPECT_TRUE(directory_.read("rejects") == once + once) << "the files of one load share the rejects file";
}

TEST_F(FileSource, AFileOfOneEndlessLineIsOneRejectedLine) {
  const auto report = read(std::string(10'000'000, 'x'), LoadFormat::kAccessLog);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message,
              AllOf(HasSubstr("1 of 1 lines rejected"), HasSubstr("longer than 1048576 bytes")));
}

struct UnusableCase {
  const char* name;
  std::string content;
  LoadFormat format;
  Fault fault;
  const char* message;
};
class UnusableFile : public FileSource, public testing::WithParamInterface<UnusableCase> {};

TEST_P(UnusableFile, IsAnErrorThatSaysWhy) {
  const auto report = read(GetParam().content, GetParam().format);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().fault, GetParam().fault);
  EXPECT_THAT(report.error().message, AllOf(HasSubstr("input"), HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    FileSource, UnusableFile,
    testing::ValuesIn<UnusableCase>({
        {"binary", std::string("\0\1\2\3", 4), LoadFormat::kAuto, Fault::kInvalidInput, "is a binary file"},
        {"binary_in_gzip", gzip(std::string("\0\1\2\3", 4)), LoadFormat::kAuto, Fault::kInvalidInput,
         "is a binary file"},
        {"prose", "Hello.\n", LoadFormat::kAuto, Fault::kInvalidInput, "looks neither like"},
        {"log_as_events", repeated(kView, 5), LoadFormat::kEvents, Fault::kInvalidInput, "5 of 5 lines rejected"},
        {"events_as_log", event_line(1), LoadFormat::kAccessLog, Fault::kInvalidInput, "not a line of an access log"},
        {"truncated_gzip", gzip(repeated(kView, 50)).substr(0, 100), LoadFormat::kAuto, Fault::kCorrupt,
         "ends in the middle"},
    }),
    kCaseName);

TEST_F(FileSource, MissingFilesAndDirectoriesAreErrors) {
  EXPECT_EQ(read_path(directory_.path("missing"), LoadFormat::kAuto, options()).error().fault, Fault::kInvalidInput);
  EXPECT_THAT(read_path(directory_.path(""), LoadFormat::kEvents, options()).error().message, HasSubstr("directory"));
}

TEST_F(FileSource, BlocksAreAboutFourMebibytes) {
  const std::string path(1'000, 'p');
  const std::string line = fmt::format(
      R"({{"team_id": 7, "uuid": "00000000-0000-0000-0000-000000000001", "timestamp": "2026-03-01 12:00:00", "pathname": "{}"}})",
      path);
  std::vector<std::size_t> sizes;
  std::uint64_t events = 0;
  const auto report = read_events(directory_.write("input", repeated(line, 10'000)), LoadFormat::kAuto, options(),
                                  [&](const EventBlock& block) -> Status {
                                    sizes.push_back(block.bytes.size());
                                    events += block.events;
                                    return {};
                                  });
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(events, 10'000u);
  ASSERT_EQ(sizes.size(), 3u);
  EXPECT_NEAR(static_cast<double>(sizes[0]), 4 << 20, 2'000);
  EXPECT_NEAR(static_cast<double>(sizes[1]), 4 << 20, 2'000);
}

TEST_F(FileSource, ASinkThatFailsEndsTheReading) {
  int calls = 0;
  const auto report = read_events(directory_.write("input", repeated(kView, 200'000)), LoadFormat::kAuto, options(),
                                  [&](const EventBlock&) -> Status {
                                    ++calls;
                                    return fail(Fault::kOverload, "the table is full");
                                  });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message, "the table is full");
  EXPECT_EQ(calls, 1);
}

TEST_F(FileSource, TellsHowFarItIsAndStopsOnRequest) {
  const std::string content = repeated(kPost, 200'000);
  std::vector<ReadProgress> told;
  ReadOptions watching = options();
  watching.on_progress = [&](const ReadProgress& progress) { told.push_back(progress); };
  ASSERT_TRUE(read(content, LoadFormat::kAuto, watching));
  ASSERT_GT(told.size(), 5u);
  for (std::size_t i = 1; i < told.size(); ++i) {
    EXPECT_GE(told[i].bytes_read, told[i - 1].bytes_read);
    EXPECT_GE(told[i].lines, told[i - 1].lines);
    EXPECT_EQ(told[i].bytes_total, content.size());
  }
  EXPECT_EQ(told.back().bytes_read, content.size());
  EXPECT_EQ(told.back().lines, 200'000u);

  std::stop_source stop;
  watching.stop = stop.get_token();
  watching.on_progress = [&](const ReadProgress& progress) {
    if (progress.lines > 50'000) stop.request_stop();
  };
  const auto stopped = read(content, LoadFormat::kAuto, watching);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().fault, Fault::kCancelled);
}

TEST_F(FileSource, ReadingAgainGivesTheSameEvents) {
  const std::string content = repeated(kView, 10) + repeated(kPost, 2) + repeated(kView, 3);
  ASSERT_TRUE(read(content));
  const std::string first = bytes_;
  ASSERT_TRUE(read(gzip(content)));
  EXPECT_EQ(bytes_, first);
}

}  // namespace
}  // namespace gapless
