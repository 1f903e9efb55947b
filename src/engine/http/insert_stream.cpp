#include "engine/http/insert_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gapless {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{1} << 20U;
constexpr int kNoDataToInsert = 108;
constexpr std::string_view kBinary = "application/octet-stream";

Status no_output(std::string_view) { return {}; }

/// Runs the INSERT without rows: a server reads a part of the rows before it looks whether there is such a table.
Status try_without_rows(const std::shared_ptr<ServerLink>& link, const Statement& statement, std::string_view format,
                        const StatementOptions& options) {
  StatementOptions quiet = options;
  quiet.on_progress = nullptr;
  GAPLESS_ASSIGN(const auto trial, HttpStatement::begin(link, quiet, HttpStatement::Nature::kReads));
  HttpExchange exchange;
  exchange.query = insert_query(statement, format, trial->settings()).text();
  exchange.content_type = kBinary;
  GAPLESS_TRY(trial->send(std::move(exchange), no_output));
  const Status tried = trial->finish();
  // Some formats cannot be empty: that says nothing of the table.
  if (tried || tried.error().fault == Fault::kCorrupt || tried.error().code == kNoDataToInsert) return {};
  return tried;
}

}  // namespace

Result<std::unique_ptr<InsertStream>> HttpInsertStream::open(const std::shared_ptr<ServerLink>& link,
                                                             const Statement& statement, std::string_view format,
                                                             const StatementOptions& options) {
  GAPLESS_TRY(try_without_rows(link, statement, format, options));
  std::unique_ptr<HttpInsertStream> stream(new HttpInsertStream());
  GAPLESS_ASSIGN(stream->statement_, HttpStatement::begin(link, options, HttpStatement::Nature::kWrites));
  GAPLESS_TRY(stream->send(statement, format));
  return stream;
}

Status HttpInsertStream::send(const Statement& statement, std::string_view format) {
  HttpExchange exchange;
  HttpSettings settings = statement_->settings();
  settings["wait_end_of_query"] = "1";
  exchange.query = insert_query(statement, format, settings).text();
  exchange.content_type = kBinary;
  exchange.upload = [this](char* into, std::size_t most) { return upload(into, most); };
  return statement_->send(std::move(exchange), no_output);
}

HttpInsertStream::~HttpInsertStream() {
  if (statement_ && !finished_ && !error_) statement_->give_up();
}

std::size_t HttpInsertStream::upload(char* into, std::size_t most) {
  const std::size_t count = std::min(most, waiting_.size() - sent_);
  if (count == 0) return all_appended_ ? 0 : HttpChannel::kNothingYet;
  std::memcpy(into, waiting_.data() + sent_, count);
  sent_ += count;
  if (sent_ == waiting_.size()) {
    waiting_.clear();
    sent_ = 0;
  }
  return count;
}

Status HttpInsertStream::append(std::string_view bytes) {
  GAPLESS_TRY(usable());
  if (bytes.empty()) return {};
  if (sent_ > kMostWaiting) waiting_.erase(0, std::exchange(sent_, 0));
  waiting_ += bytes;
  statement_->resume_upload();
  statement_->advance();
  const Status driven = statement_->drive_while([this] { return waiting_.size() - sent_ > kMostWaiting; });
  if (!driven) return failed(driven.error());
  return statement_->ended() ? early_end() : Status();
}

Result<Stats> HttpInsertStream::finish() {
  GAPLESS_TRY(usable());
  if (statement_->ended()) GAPLESS_TRY(early_end());
  all_appended_ = true;
  statement_->resume_upload();
  if (const Status done = statement_->finish(); !done) return failed(done.error());
  finished_ = true;
  return statement_->stats();
}

/// Errors: the one that ended the stream, in every call after it; kCancelled and kTimeout, which end it.
Status HttpInsertStream::usable() {
  if (error_) return fail(*error_);
  if (finished_) return fail(Fault::kInternal, "the insert stream is finished");
  const Status interruption = statement_->interrupted();
  if (interruption) return {};
  statement_->give_up();
  return failed(interruption.error());
}

Status HttpInsertStream::early_end() {
  const Status said = statement_->finish();
  if (!said) return failed(said.error());
  return failed({Fault::kInternal, 0, "the server ended an INSERT before it had all rows"});
}

tl::unexpected<Error> HttpInsertStream::failed(Error error) {
  error_ = std::move(error);
  return fail(*error_);
}

}  // namespace gapless
