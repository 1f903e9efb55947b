#include "load/line_reader.h"

#include <algorithm>
#include <cstring>

namespace gapless {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

std::size_t find_line_end(std::string_view text) {
  if (text.empty()) return std::string_view::npos;
  const void* found = std::memchr(text.data(), '\n', text.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), buffer_(kLongestLine + kReadBytes) {}

Result<LineKind> LineReader::next(std::string_view& line) {
  std::size_t looked_at = 0;
  for (;;) {
    const std::size_t more = find_line_end(unread().substr(looked_at));
    if (more != std::string_view::npos && looked_at + more <= kLongestLine) {
      line = unread().substr(0, looked_at + more);
      begin_ += line.size() + 1;
      return LineKind::kLine;
    }
    looked_at = end_ - begin_;
    if (looked_at > kLongestLine) {
      line = {};
      return pass_long_line();
    }
    if (at_end_) {
      line = unread();
      begin_ = end_;
      return line.empty() ? LineKind::kEnd : LineKind::kLine;
    }
    GAPLESS_TRY(refill());
  }
}

Result<LineKind> LineReader::pass_long_line() {
  for (;;) {
    const std::size_t line_end = find_line_end(unread());
    const std::string_view piece = unread().substr(0, line_end);
    if (on_long_line_ && !piece.empty()) on_long_line_(piece);
    begin_ += piece.size();
    if (line_end != std::string_view::npos) {
      ++begin_;
      return LineKind::kTooLong;
    }
    if (at_end_) return LineKind::kTooLong;
    GAPLESS_TRY(refill());
  }
}

Result<std::string_view> LineReader::peek(std::size_t bytes) {
  while (end_ - begin_ < bytes && !at_end_) GAPLESS_TRY(refill());
  return unread().substr(0, bytes);
}

Status LineReader::refill() {
  // A short tail is moved to the front at once, so that the memory in use stays in the processor's cache.
  const std::size_t tail = end_ - begin_;
  if (tail <= begin_ || buffer_.size() - end_ < kReadBytes) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, tail);
    begin_ = 0;
    end_ = tail;
  }
  const std::size_t room = std::min(kReadBytes, buffer_.size() - end_);
  GAPLESS_ASSIGN(const std::size_t count, source_->read({buffer_.data() + end_, room}));
  end_ += count;
  at_end_ = count == 0;
  return {};
}

}  // namespace gapless
