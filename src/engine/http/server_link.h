#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "engine/engine.h"
#include "engine/http/channel.h"
#include "engine/http/options.h"
#include "engine/http/query_string.h"
#include "engine/http/reply_head.h"
#include "engine/http/running_statements.h"

namespace gapless {

/// The format that Rows reads.
inline constexpr std::string_view kHttpRowsFormat = "TabSeparatedWithNamesAndTypes";

/// What a server says of a reply that is not 200, or of none.
struct HttpOutcome {
  Error error;
  /// The server may have the statement, and its reply is lost: it may have taken effect, or take it yet.
  bool lost = false;
};

/// A ClickHouse server as it was found when it was opened: its address and its settings, connections to it, and the
/// small statements about other statements. Thread-safe.
class ServerLink {
 public:
  /// Looks, and changes nothing. Errors: kInvalidInput for options that cannot be used, a server that is too old, a
  /// user who may not set settings, or a setting that the server does not have or take; those of reaching it.
  static Result<std::shared_ptr<ServerLink>> open(const HttpEngineOptions& options);

  ChannelPool::Lease channel() { return channels_.take(); }
  RunningStatements& running() { return running_; }
  const HttpPatience& patience() const { return options_.patience; }
  const HttpEngineOptions& options() const { return options_; }

  /// What every statement is sent with.
  HttpSettings common_settings() const;
  /// Whether the user's own profile lets nothing be written; then readonly cannot be set either.
  bool user_reads_only() const { return reads_only_; }

  /// The head that the reply to that query must have; any will do behind what gives queries ids of its own.
  ReplyHead expected_of(std::string query_id) const {
    return ReplyHead(keeps_query_ids_ ? std::move(query_id) : std::string());
  }

  /// Errors also where there is no answer within that time.
  Result<Rows> ask(const Statement& statement, std::chrono::milliseconds at_most);
  /// Ends the query with that query id, or all that a statement id stands for. None is no error.
  Status kill_query(const std::string& query_id, std::chrono::milliseconds at_most);
  Status kill_statement(const std::string& id);
  Result<bool> is_running(const std::string& query_id);
  /// How a query ended, as system.query_log has it: its stats, or its error. None while there is no entry.
  Result<std::optional<Result<Stats>>> logged_end(const std::string& query_id);
  /// Has the server write its logs down. False where the user may not ask for it.
  bool flush_logs();

  /// What went wrong with an exchange that is not a whole reply of 200; `body` is the beginning of it.
  HttpOutcome outcome(const ReplyHead& head, std::string_view body, const std::optional<HttpFailure>& failure) const;
  /// An exception's text as an error.
  Error exception(std::string_view text, int code) const;
  /// The error, naming the server and without the password.
  Error located(Error error) const;

 private:
  ServerLink(HttpEngineOptions options, HttpTarget target)
      : options_(std::move(options)), channels_(std::move(target)) {}
  Status look();
  Status check_version();
  Status check_settings();
  Status check_own_settings(const std::set<std::string, std::less<>>& there);
  Error of_status(int status) const;
  Result<Rows> ask_with(const Statement& statement, HttpSettings settings, std::chrono::milliseconds at_most);
  Result<Rows> ask_for(const Statement& statement, HttpSettings settings, std::chrono::milliseconds at_most,
                       ReplyHead& head);

  const HttpEngineOptions options_;
  std::string url_;
  bool compresses_ = false;
  bool reads_only_ = false;
  bool keeps_query_ids_ = false;
  HttpSettings corrections_;  // of settings that the user's profile may have otherwise
  RunningStatements running_;
  ChannelPool channels_;
};

}  // namespace gapless
