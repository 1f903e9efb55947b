#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "load/byte_source.h"

namespace gapless {

enum class LineKind { kLine, kTooLong, kEnd };

/// The lines of a byte source, one at a time, in constant memory. Not thread-safe.
class LineReader {
 public:
  static constexpr std::size_t kLongestLine = 1 << 20;  ///< in bytes, without the "\n"

  explicit LineReader(std::unique_ptr<ByteSource> source);

  /// Gets the pieces of a line that is longer than kLongestLine as they are read: it is never in memory as a whole.
  void on_long_line(std::function<void(std::string_view piece)> receive) { on_long_line_ = std::move(receive); }

  /// The next line, without its "\n"; the last one need not have any. `line` lives until the next call, and is empty
  /// for kTooLong and kEnd. Errors: those of ByteSource::read.
  Result<LineKind> next(std::string_view& line);

  /// Up to `bytes` (at most kLongestLine) of what next() will go on with; less only where the input ends.
  Result<std::string_view> peek(std::size_t bytes);

  const ByteSource& source() const { return *source_; }

 private:
  std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
  /// Reads more after what is unread, making room first. At the end of the input sets at_end_.
  Status refill();
  Result<LineKind> pass_long_line();

  std::unique_ptr<ByteSource> source_;
  std::function<void(std::string_view)> on_long_line_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_end_ = false;
};

}  // namespace gapless
