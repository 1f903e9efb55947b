#include "support/fake_engine.h"

#include <algorithm>
#include <utility>

namespace gapless::testing_support {

FakeAnswer& FakeAnswer::rows(std::string tsv) {
  rows_ = std::move(tsv);
  return *this;
}

FakeAnswer& FakeAnswer::output(std::vector<std::string> pieces) {
  output_ = std::move(pieces);
  return *this;
}

FakeAnswer& FakeAnswer::stats(const Stats& stats) {
  stats_ = stats;
  return *this;
}

FakeAnswer& FakeAnswer::error(Error error) {
  error_ = std::move(error);
  return *this;
}

FakeAnswer& FakeAnswer::finish_error(Error error) {
  finish_error_ = std::move(error);
  return *this;
}

FakeAnswer& FakeAnswer::progress(const Progress& progress) {
  progress_ = progress;
  return *this;
}

FakeAnswer& FakeAnswer::after(std::chrono::milliseconds delay) {
  delay_ = delay;
  return *this;
}

FakeAnswer& FakeAnswer::times(std::uint32_t count) {
  left_ = count;
  return *this;
}

FakeAnswer& FakeAnswer::always() {
  left_.reset();
  return *this;
}

FakeAnswer& FakeEngine::on(std::string part) {
  const std::lock_guard lock(mutex_);
  FakeAnswer& answer = script_.emplace_back();
  answer.part_ = std::move(part);
  return answer;
}

std::vector<FakeCall> FakeEngine::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::vector<std::string> FakeEngine::cancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

std::vector<std::string> FakeEngine::left() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> parts;
  for (const FakeAnswer& answer : script_) {
    if (answer.left_.value_or(0) > 0) parts.push_back(answer.part_);
  }
  return parts;
}

/// With the mutex held.
Result<FakeAnswer> FakeEngine::take(const std::string& text) {
  for (FakeAnswer& answer : script_) {
    if (answer.left_ == 0 || text.find(answer.part_) == std::string::npos) continue;
    if (answer.left_) --*answer.left_;
    return answer;
  }
  return fail(Fault::kInternal, "the fake engine's script has no answer left for: " + text);
}

Status FakeEngine::wait(const FakeAnswer& answer, const StatementOptions& options) {
  if (answer.progress_ && options.on_progress) options.on_progress(*answer.progress_);
  std::unique_lock lock(mutex_);
  const auto before = static_cast<std::ptrdiff_t>(cancelled_.size());
  const auto cancelled = [&] {
    return !options.id.empty() &&
           std::find(cancelled_.begin() + before, cancelled_.end(), options.id) != cancelled_.end();
  };
  const auto patience = std::min(answer.delay_, options.deadline);
  changed_.wait_for(lock, options.stop, patience, cancelled);
  if (options.stop.stop_requested() || cancelled()) return fail(Fault::kCancelled, "cancelled", 394);
  if (answer.delay_ > options.deadline) return fail(Fault::kTimeout, "the deadline has passed", 159);
  return {};
}

Result<FakeEngine::Taken> FakeEngine::answer(FakeCall::Kind kind, const Statement& statement, std::string_view format,
                                             const StatementOptions& options) {
  FakeCall call{
      kind, statement.text(), {}, std::string(format), options.id, options.deadline, options.memory_limit_bytes, {}};
  for (const auto& parameter : statement.parameters()) call.parameters[parameter.name] = parameter.value;
  std::unique_lock lock(mutex_);
  const std::size_t place = calls_.size();
  calls_.push_back(std::move(call));
  GAPLESS_ASSIGN(FakeAnswer taken, take(statement.text()));
  lock.unlock();
  GAPLESS_TRY(wait(taken, options));
  return Taken{std::move(taken), place};
}

Result<Stats> FakeEngine::execute(const Statement& statement, const StatementOptions& options) {
  GAPLESS_ASSIGN(const Taken taken, answer(FakeCall::Kind::kExecute, statement, "", options));
  const FakeAnswer& reply = taken.answer;
  if (reply.error_) return fail(*reply.error_);
  return reply.stats_;
}

Result<Rows> FakeEngine::select(const Statement& statement, const StatementOptions& options) {
  GAPLESS_ASSIGN(const Taken taken, answer(FakeCall::Kind::kSelect, statement, "", options));
  const FakeAnswer& reply = taken.answer;
  if (reply.error_) return fail(*reply.error_);
  return Rows::parse_tsv(reply.rows_);
}

Result<Stats> FakeEngine::stream(const Statement& statement, std::string_view format, const StatementOptions& options,
                                 const std::function<Status(std::string_view)>& sink) {
  GAPLESS_ASSIGN(const Taken taken, answer(FakeCall::Kind::kStream, statement, format, options));
  const FakeAnswer& reply = taken.answer;
  for (const std::string& piece : reply.output_) GAPLESS_TRY(sink(piece));
  if (reply.error_) return fail(*reply.error_);
  return reply.stats_;
}

/// Writes what it is fed into its call.
class FakeEngine::Insert final : public InsertStream {
 public:
  Insert(FakeEngine& engine, std::size_t call, FakeAnswer answer)
      : engine_(engine), call_(call), answer_(std::move(answer)) {}

  Status append(std::string_view bytes) override {
    const std::lock_guard lock(engine_.mutex_);
    engine_.calls_[call_].inserted += bytes;
    return {};
  }
  Result<Stats> finish() override {
    if (answer_.finish_error_) return fail(*answer_.finish_error_);
    const std::lock_guard lock(engine_.mutex_);
    engine_.calls_[call_].finished = true;
    return answer_.stats_;
  }

 private:
  FakeEngine& engine_;
  const std::size_t call_;
  const FakeAnswer answer_;
};

Result<std::unique_ptr<InsertStream>> FakeEngine::insert(const Statement& statement, std::string_view format,
                                                         const StatementOptions& options) {
  GAPLESS_ASSIGN(Taken taken, answer(FakeCall::Kind::kInsert, statement, format, options));
  if (taken.answer.error_) return fail(*taken.answer.error_);
  return std::make_unique<Insert>(*this, taken.call, std::move(taken.answer));
}

Status FakeEngine::cancel(std::string_view statement_id) {
  const std::lock_guard lock(mutex_);
  cancelled_.emplace_back(statement_id);
  changed_.notify_all();
  return {};
}

}  // namespace gapless::testing_support
