#pragma once

#include <string>
#include <string_view>

#include "engine/engine.h"

namespace gapless {

/// The head of a server's reply, read line by line.
class ReplyHead {
 public:
  /// A line as it came. A status line begins another head, of which the last counts.
  void take(std::string_view line);

  int status() const { return status_; }  ///< 0 until there is one
  int exception_code() const { return exception_code_; }
  const std::string& exception_tag() const { return exception_tag_; }
  const std::string& format() const { return format_; }
  /// What the statement read and wrote; zeros where the server does not say.
  const Stats& summary() const { return summary_; }

 private:
  int status_ = 0;
  int exception_code_ = 0;
  std::string exception_tag_;
  std::string format_;
  Stats summary_;
};

/// X-ClickHouse-Summary: a JSON object of numbers, each written as a text. What is not there, or no number, is 0.
Stats parse_summary(std::string_view json);

}  // namespace gapless
