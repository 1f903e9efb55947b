#include "engine/http/http_statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/http/query_id.h"
#include "engine/statement_id.h"
#include "util/waiting.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;

constexpr int kDeadlineCode = 159;
constexpr int kNetworkCode = 210;
constexpr int kSameIdCode = 216;
constexpr int kCancelledCode = 394;
constexpr milliseconds kLongestDrive{10'000};  // a stop, a cancel() and what comes end it earlier
constexpr std::size_t kLongestErrorText = std::size_t{64} << 10U;

// Both we and ClickHouse count in finer units, and would wrap.
milliseconds bearable(milliseconds deadline) {
  constexpr milliseconds kTenYears = std::chrono::hours(24 * 3650);
  return std::min(deadline, kTenYears);
}

tl::unexpected<Error> was_cancelled(std::string_view id) {
  return fail(Fault::kCancelled, fmt::format("statement {} was cancelled", id), kCancelledCode);
}

tl::unexpected<Error> is_late(std::string_view id, milliseconds deadline) {
  return fail(Fault::kTimeout, fmt::format("statement {} passed its deadline of {} ms", id, deadline.count()),
              kDeadlineCode);
}

}  // namespace

Result<std::unique_ptr<HttpStatement>> HttpStatement::begin(std::shared_ptr<ServerLink> link,
                                                            const StatementOptions& options, Nature nature) {
  GAPLESS_ASSIGN(std::string id, statement_id_or_new(options.id));
  if (options.stop.stop_requested()) return was_cancelled(id);
  if (options.deadline <= milliseconds(0)) return is_late(id, options.deadline);
  std::string query_id = new_query_id(id);
  return std::unique_ptr<HttpStatement>(
      new HttpStatement(std::move(link), std::move(id), std::move(query_id), options, nature));
}

HttpStatement::HttpStatement(std::shared_ptr<ServerLink> link, std::string id, std::string query_id,
                             const StatementOptions& options, Nature nature)
    : link_(std::move(link)),
      id_(std::move(id)),
      query_id_(std::move(query_id)),
      options_(options),
      nature_(nature),
      began_(Clock::now()),
      deadline_(bearable(options.deadline)),
      channel_(link_->channel()),
      head_(link_->expected_of(query_id_)),
      registered_(link_->running(), id_, [this] { channel_->wake(); }) {
  if (options.stop.stop_possible()) on_stop_.emplace(options.stop, std::function<void()>([this] { channel_->wake(); }));
}

HttpStatement::~HttpStatement() = default;

HttpSettings HttpStatement::settings() const {
  HttpSettings settings = options_.settings;
  settings.merge(link_->common_settings());
  settings["query_id"] = query_id_;
  settings["log_comment"] = id_;
  settings["max_execution_time"] = fmt::format("{}.{:03}", deadline_.count() / 1000, deadline_.count() % 1000);
  if (options_.memory_limit_bytes != 0) settings["max_memory_usage"] = std::to_string(options_.memory_limit_bytes);
  settings["async_insert"] = "0";  // such rows may be written after the reply
  // 2 would let INSERT INTO FUNCTION file(…) write; but it is what a user who only reads can have.
  if (options_.read_only && !link_->user_reads_only()) settings["readonly"] = "1";
  const std::string& database = options_.database.empty() ? link_->options().database : options_.database;
  if (!database.empty()) settings["database"] = database;
  return settings;
}

Status HttpStatement::send(HttpExchange exchange, Sink sink) {
  sink_ = std::move(sink);
  exchange.on_new_connection = nature_ == Nature::kWrites;
  exchange.on_header = [this](std::string_view line) { return head_.take(line); };
  exchange.on_body = [this](std::string_view bytes) { return take_body(bytes); };
  GAPLESS_TRY(channel_->begin(std::move(exchange)));
  if (!options_.on_progress) return {};
  GAPLESS_ASSIGN(progress_, ProgressWatch::start(link_, query_id_, options_.on_progress));
  return {};
}

bool HttpStatement::take_body(std::string_view bytes) {
  if (head_.status() != 200) {
    error_body_ += bytes.substr(0, kLongestErrorText - std::min(error_body_.size(), kLongestErrorText));
    return true;
  }
  if (!scanner_) scanner_.emplace(head_.exception_tag());
  if (Status taken = scanner_->take(bytes, sink_); !taken) sink_error_ = std::move(taken.error());
  return !sink_error_;
}

Status HttpStatement::interrupted() const {
  if (options_.stop.stop_requested() || registered_.cancelled()) return was_cancelled(id_);
  if (Clock::now() - began_ >= deadline_) return is_late(id_, options_.deadline);
  return {};
}

Status HttpStatement::drive_while(const std::function<bool()>& wanted) {
  while (!ended() && wanted()) {
    const Status interruption = interrupted();
    const auto grace = deadline_ + link_->patience().deadline_grace - (Clock::now() - began_);
    const bool late = grace <= milliseconds(0);
    if (!interruption && (interruption.error().fault == Fault::kCancelled || late))
      return end_early(interruption.error());
    const auto left = interruption ? deadline_ - (Clock::now() - began_) : grace;
    drive(std::clamp(std::chrono::ceil<milliseconds>(left), milliseconds(1), kLongestDrive));
  }
  return {};
}

Status HttpStatement::finish() {
  Status driven = drive_while([] { return true; });
  progress_.reset();
  took_ = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
  if (!driven) return driven;
  return verdict();
}

Status HttpStatement::end_early(const Error& why) {
  progress_.reset();
  const HttpPatience& patience = link_->patience();
  if (!channel_->is_sent()) {
    channel_->abandon();
    return fail(why);
  }
  // A statement that is only about to begin is not there to be killed: again and again.
  const auto until = Clock::now() + patience.end_of_reply;
  for (auto left = patience.end_of_reply; !ended() && left > milliseconds(0);
       left = std::chrono::ceil<milliseconds>(until - Clock::now())) {
    static_cast<void>(link_->kill_query(query_id_, left));
    drive(patience.between_looks);
  }
  if (sink_error_) return fail(why);
  if (!ended() || channel_->failure()) {
    channel_->abandon();
    if (nature_ == Nature::kReads || kill_until_gone(patience.end_of_effect)) return fail(why);
    Error still = why;
    still.message += "; it does not end on the server, and may yet take effect";
    return fail(std::move(still));
  }
  const Status said = verdict();
  return said || (said.error().code != kCancelledCode && said.error().code != kDeadlineCode) ? said : fail(why);
}

bool HttpStatement::kill_until_gone(milliseconds at_most) {
  const auto until = Clock::now() + at_most;
  do {
    const auto running = link_->is_running(query_id_);
    if (running && !*running) return true;
    static_cast<void>(link_->kill_query(query_id_, link_->patience().question));
    static_cast<void>(wait_unless_stopped(link_->patience().between_looks, {}));
  } while (Clock::now() < until);
  return false;
}

void HttpStatement::give_up() {
  progress_.reset();
  channel_->abandon();
  static_cast<void>(link_->kill_query(query_id_, link_->patience().question));
  if (nature_ == Nature::kWrites) kill_until_gone(link_->patience().end_of_effect);
}

/// Of an exchange that has ended.
Status HttpStatement::verdict() {
  if (sink_error_) {
    give_up();
    return fail(*sink_error_);
  }
  if (head_.status() == 200 && scanner_) {
    GAPLESS_ASSIGN(const auto exception, scanner_->finish(sink_));
    scanner_.reset();
    if (exception) return fail(link_->exception(*exception, head_.exception_code()));
  }
  const auto& failure = channel_->failure();
  if (!failure && head_.status() == 200 && head_.exception_code() == 0) return {};
  HttpOutcome outcome = link_->outcome(head_, error_body_, failure);
  // Nobody else has our id: libcurl sent it again, on a new connection, and the reply to the first is lost.
  if (outcome.error.code == kSameIdCode) outcome = {{Fault::kUnavailable, 0, outcome.error.message}, true};
  if (!outcome.lost) return fail(std::move(outcome.error));
  return reconcile(std::move(outcome.error));
}

/// The server may have the statement, and there is no reply.
Status HttpStatement::reconcile(Error lost) {
  if (nature_ == Nature::kReads) {
    static_cast<void>(link_->kill_query(query_id_, link_->patience().question));
    return fail(std::move(lost));
  }
  for (;;) {
    const Status interruption = interrupted();
    const auto running = link_->is_running(query_id_);
    if (running && !*running) return look_up_end(lost);
    if (!interruption) {
      Error why = interruption.error();
      if (!running || !kill_until_gone(link_->patience().end_of_effect))
        why.message +=
            fmt::format("; its connection was lost, and whether it took effect is not known: {}", lost.message);
      return fail(std::move(why));
    }
    static_cast<void>(wait_unless_stopped(link_->patience().between_looks, options_.stop));
  }
}

Status HttpStatement::look_up_end(const Error& lost) {
  const auto until = Clock::now() + link_->patience().query_log;
  bool all_written = false;
  for (bool asked = false;; asked = true) {
    auto end = link_->logged_end(query_id_);
    if (!end && !end.error().retryable()) return in_doubt(lost, "system.query_log cannot be read");
    if (end && *end) {
      if (!**end) return fail((*end)->error());
      logged_stats_ = ***end;
      return {};
    }
    if (end && (all_written || Clock::now() >= until)) return in_doubt(lost, "system.query_log does not have it");
    if (Clock::now() >= until) return in_doubt(lost, "system.query_log cannot be read");
    if (!asked)
      all_written = link_->flush_logs();
    else
      static_cast<void>(wait_unless_stopped(link_->patience().between_log_looks, {}));
  }
}

tl::unexpected<Error> HttpStatement::in_doubt(const Error& lost, std::string_view what) const {
  return fail(lost.fault,
              fmt::format("{}; whether query {} took effect is not known: {}", lost.message, query_id_, what),
              kNetworkCode);
}

Stats HttpStatement::stats() const {
  Stats stats = logged_stats_.value_or(head_.summary());
  stats.elapsed = took_;
  return stats;
}

}  // namespace gapless
