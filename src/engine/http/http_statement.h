#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "engine/http/channel.h"
#include "engine/http/exception_scanner.h"
#include "engine/http/progress_watch.h"
#include "engine/http/reply_head.h"
#include "engine/http/server_link.h"

namespace gapless {

/// One statement on its way to a server and back, from one thread. A connection that is lost does not end it there, so
/// whatever ends it here early kills it there; and where a reply is lost, the server is asked what became of it.
class HttpStatement {
 public:
  enum class Nature { kReads, kWrites };
  using Sink = ExceptionScanner::Sink;

  /// Errors: kInvalidInput for a bad id, kCancelled where a stop was requested already, kTimeout where the deadline is
  /// not in the future.
  static Result<std::unique_ptr<HttpStatement>> begin(std::shared_ptr<ServerLink> link, const StatementOptions& options,
                                                      Nature nature);
  ~HttpStatement();
  HttpStatement(const HttpStatement&) = delete;
  HttpStatement& operator=(const HttpStatement&) = delete;

  /// What it is sent with, but for its format.
  HttpSettings settings() const;
  /// Sends; callbacks for head and body are its own. `sink` takes the output.
  Status send(HttpExchange exchange, Sink sink);
  /// Until the reply is whole, or for as long as `wanted` says. Errors: as Engine promises; the sink's.
  Status finish();
  Status drive_while(const std::function<bool()>& wanted);
  /// As far as it goes without waiting.
  void advance() { drive(std::chrono::milliseconds(0)); }
  /// Whether the exchange has ended, be it well or not: finish() tells at once.
  bool ended() const { return channel_->ended(); }
  /// kCancelled or kTimeout, once one of them has come to pass. It may still be running.
  Status interrupted() const;
  void resume_upload() { channel_->resume_upload(); }
  /// Does not wait for the reply, and sees to it that the statement is gone.
  void give_up();

  const ReplyHead& head() const { return head_; }
  Stats stats() const;

 private:
  using Clock = std::chrono::steady_clock;

  HttpStatement(std::shared_ptr<ServerLink> link, std::string id, std::string query_id, const StatementOptions& options,
                Nature nature);
  bool take_body(std::string_view bytes);
  void drive(std::chrono::milliseconds at_most) { channel_->drive(at_most); }
  /// Kills it, and waits for a while for the reply to end. Returns what the reply says, or `why`.
  Status end_early(const Error& why);
  bool kill_until_gone(std::chrono::milliseconds at_most);
  Status verdict();
  Status reconcile(Error lost);
  Status look_up_end(const Error& lost);
  tl::unexpected<Error> in_doubt(const Error& lost, std::string_view what) const;

  const std::shared_ptr<ServerLink> link_;
  const std::string id_;
  const std::string query_id_;
  const StatementOptions options_;
  const Nature nature_;
  const Clock::time_point began_;
  const std::chrono::milliseconds deadline_;

  // The callbacks end before the channel goes back.
  ChannelPool::Lease channel_;
  ReplyHead head_;
  std::optional<ExceptionScanner> scanner_;
  std::string error_body_;
  Sink sink_;
  std::optional<Error> sink_error_;
  std::optional<Stats> logged_stats_;
  std::chrono::microseconds took_{0};
  RunningStatements::Entry registered_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  std::unique_ptr<ProgressWatch> progress_;
};

}  // namespace gapless
