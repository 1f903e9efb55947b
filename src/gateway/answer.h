#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "gateway/failure.h"
#include "gateway/gzip.h"
#include "gateway/running.h"
#include "http/handler.h"

namespace gapless::gateway {

/// How an answer goes out.
struct AnswerOptions {
  std::string version = {};
  std::string query_id = {};
  std::string format = {};
  std::string time_zone = "UTC";
  std::string note = {};  ///< for the log
  /// Left before the client has the last byte: who asks anew at once must not find it taken by what he asked before.
  std::unique_ptr<Running::Place> place = {};
  bool waits_for_end = false;
  bool compresses = false;
  std::uint64_t max_bytes = 0;
};

/// A statement's output on its way to the client. What is small goes out whole, so that its head can tell how it ended;
/// the rest as it comes, and an error after that as ClickHouse frames it. For one thread.
class Answer {
 public:
  Answer(AnswerOptions options, http::ReplyWriter& writer) : options_(std::move(options)), writer_(writer) {}

  /// Errors: 396 beyond the most bytes; kUnavailable where the client takes no more.
  Status add(std::string_view bytes);
  void finish(const Stats& stats);
  void fail_with(const Failure& failure);

 private:
  std::map<std::string, std::string> headers() const;
  Status begin();
  bool put(std::string_view bytes, bool is_last);

  AnswerOptions options_;
  http::ReplyWriter& writer_;
  std::string tag_;
  std::string held_;
  std::uint64_t bytes_ = 0;
  std::optional<Gzip> gzip_;
};

/// The one reply to a failure. `headers` come with it.
http::Reply reply_of(const Failure& failure, std::string_view version, std::map<std::string, std::string> headers = {});

}  // namespace gapless::gateway
