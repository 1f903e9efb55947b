#include "load/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <span>

namespace gapless {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Gives its bytes in pieces of at most `piece`, then the end or an error.
class FakeSource final : public ByteSource {
 public:
  FakeSource(std::string content, std::size_t piece, std::optional<Error> error = std::nullopt)
      : content_(std::move(content)), piece_(piece), error_(std::move(error)) {}

  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t count = std::min({into.size(), piece_, content_.size() - position_});
    if (count == 0 && error_) return fail(*error_);
    std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(position_), count, into.begin());
    position_ += count;
    return count;
  }
  std::uint64_t bytes_read() const override { return position_; }
  std::optional<std::uint64_t> bytes_total() const override { return content_.size(); }

 private:
  std::string content_;
  std::size_t piece_;
  std::optional<Error> error_;
  std::size_t position_ = 0;
};

LineReader reader_of(std::string content, std::size_t piece = 1 << 20) {
  return LineReader(std::make_unique<FakeSource>(std::move(content), piece));
}

constexpr const char* kTooLong = "(too long)";

std::vector<std::string> lines_of(LineReader reader) {
  std::vector<std::string> lines;
  for (;;) {
    std::string_view line;
    const LineKind kind = reader.next(line).value();
    if (kind == LineKind::kEnd) return lines;
    lines.emplace_back(kind == LineKind::kTooLong ? kTooLong : line);
  }
}

TEST(LineReader, SplitsAtLineFeedsOnly) {
  EXPECT_THAT(lines_of(reader_of("")), IsEmpty());
  EXPECT_THAT(lines_of(reader_of("\n")), ElementsAre(""));
  EXPECT_THAT(lines_of(reader_of("a")), ElementsAre("a"));
  EXPECT_THAT(lines_of(reader_of("a\n")), ElementsAre("a"));
  EXPECT_THAT(lines_of(reader_of("a\r\n\n\rb\vc\u2028d\n")), ElementsAre("a\r", "", "\rb\vc\u2028d"));
  EXPECT_THAT(lines_of(reader_of(std::string("a\0b\nc", 5))), ElementsAre(std::string("a\0b", 3), "c"));
}

TEST(LineReader, ALineMayHaveAMebibyteAndNoMore) {
  const std::string longest(LineReader::kLongestLine, 'x');
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{1} << 22}) {
    EXPECT_THAT(lines_of(reader_of("a\n" + longest + "\nb", piece)), ElementsAre("a", longest, "b"));
    EXPECT_THAT(lines_of(reader_of(longest, piece)), ElementsAre(longest));
    EXPECT_THAT(lines_of(reader_of("a\n" + longest + "x\nb", piece)), ElementsAre("a", kTooLong, "b"));
    EXPECT_THAT(lines_of(reader_of(longest + "x", piece)), ElementsAre(kTooLong));
    EXPECT_THAT(lines_of(reader_of(longest + longest + longest + "\n\nb\n", piece)), ElementsAre(kTooLong, "", "b"));
  }
}

TEST(LineReader, HandsALongLineOnInPieces) {
  std::string line(5'000'000, '\0');
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = static_cast<char>('a' + i % 23);
  LineReader reader = reader_of("first\n" + line + "\nlast");
  std::string received;
  reader.on_long_line([&](std::string_view piece) {
    EXPECT_LE(piece.size(), std::size_t{2} << 20);
    received += piece;
  });
  EXPECT_THAT(lines_of(std::move(reader)), ElementsAre("first", kTooLong, "last"));
  EXPECT_TRUE(received == line);
}

TEST(LineReader, PeekingTakesNothingAway) {
  LineReader reader = reader_of("a\nbc\n", 2);
  EXPECT_EQ(reader.peek(3).value(), "a\nb");
  EXPECT_EQ(reader.peek(100).value(), "a\nbc\n");
  EXPECT_THAT(lines_of(std::move(reader)), ElementsAre("a", "bc"));
}

TEST(LineReader, PassesOnWhatFailsAfterTheLinesBefore) {
  LineReader reader(std::make_unique<FakeSource>("a\nb", 10, Error{Fault::kCorrupt, 0, "broken"}));
  std::string_view line;
  EXPECT_EQ(reader.next(line).value(), LineKind::kLine);
  EXPECT_EQ(line, "a");
  const auto failed = reader.next(line);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "broken");
}

RC_GTEST_PROP(LineReader, LinesDoNotDependOnThePieces, ()) {
  const auto content =
      *rc::gen::container<std::string>(rc::gen::weightedElement<char>({{3, 'a'}, {2, '\n'}, {1, '\r'}}));
  const auto piece = *rc::gen::inRange<std::size_t>(1, 10);
  std::vector<std::string> expected;
  std::string rest = content;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    expected.push_back(rest.substr(0, end));
    rest = end == std::string::npos ? "" : rest.substr(end + 1);
  }
  RC_ASSERT(lines_of(reader_of(content, piece)) == expected);
}

}  // namespace
}  // namespace gapless
