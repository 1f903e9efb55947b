#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/engine.h"

namespace gapless {

/// The head of a server's reply, read line by line.
class ReplyHead {
 public:
  /// With the id of a query, only the reply to that one will do: what stands before a server may send a reply twice, and
  /// the second is then taken for that to the next statement of the connection.
  explicit ReplyHead(std::string expected_id = {}) : expected_id_(std::move(expected_id)) {}

  /// A line as it came. A status line begins another head, of which the last counts. False at the end of the head of a
  /// reply that belongs to another query.
  bool take(std::string_view line);

  bool is_anothers() const { return is_anothers_; }
  const std::string& query_id() const { return query_id_; }
  int status() const { return status_; }  ///< 0 until there is one
  int exception_code() const { return exception_code_; }
  const std::string& exception_tag() const { return exception_tag_; }
  const std::string& format() const { return format_; }
  /// What the statement read and wrote; zeros where the server does not say.
  const Stats& summary() const { return summary_; }

 private:
  void take_field(std::string_view line);

  std::string expected_id_;
  bool is_anothers_ = false;
  std::string query_id_;
  int status_ = 0;
  int exception_code_ = 0;
  std::string exception_tag_;
  std::string format_;
  Stats summary_;
};

/// X-ClickHouse-Summary: a JSON object of numbers, each written as a text. What is not there, or no number, is 0.
Stats parse_summary(std::string_view json);

}  // namespace gapless
